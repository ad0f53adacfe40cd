import { execFileSync } from "node:child_process";
import process from "node:process";
import { Ipvs } from "../../apps/keepalived/check/ipvs/client.ts";
import { Reactor } from "@keepalived/reactor";

/** Runs a command line of words without quoting. @returns its output. @throws Error with what it says if it fails */
export function run(line: string, input: string = ""): string {
  const [program = "", ...words] = line.split(" ");
  try {
    return execFileSync(program, words, {
      encoding: "utf8",
      input,
      stdio: "pipe",
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    const { stderr = "" } = error as { readonly stderr?: string };
    throw new Error(`${line}: ${stderr.trim() || String(error)}`);
  }
}

/** The whole table as `ipvsadm -Sn` prints it, in order. */
export function saved(): readonly string[] {
  return run("ipvsadm -Sn").split("\n").filter(Boolean)
    // It takes marks for signed numbers.
    .map((line) => line.trim().replace(/ -f (-\d+)/, (_, mark) => ` -f ${mark >>> 0}`))
    .sort();
}

/**
 * The guest's IPVS, empty at first, and ours beside it.
 *
 * @throws Error outside a guest: what these tests do must not be done to a machine that is in use
 */
export class KernelBench {
  readonly reactor: Reactor;
  readonly ipvs: Ipvs;
  readonly said: string[] = [];
  readonly #loop: Promise<void>;

  private constructor(reactor: Reactor, loop: Promise<void>, ipvs: Ipvs) {
    this.reactor = reactor;
    this.ipvs = ipvs;
    this.#loop = loop;
  }

  /** @param table "left": what is there stays */
  static async open(table?: "left"): Promise<KernelBench> {
    requireGuest();
    if (table === undefined) run("ipvsadm -C");
    const reactor = new Reactor();
    const loop = reactor.run();
    return new KernelBench(reactor, loop, await Ipvs.open(reactor));
  }

  readonly log = (severity: string, text: string): void =>
    void this.said.push(`${severity}: ${text}`);

  /** Lines of the log since it was asked last. */
  news(): readonly string[] {
    return this.said.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ipvs[Symbol.dispose]();
    this.reactor.stop();
    await this.#loop;
    this.reactor[Symbol.dispose]();
  }
}

/** @throws Error outside a guest */
export function requireGuest(): void {
  if (process.env["KEEPALIVED_GUEST"] === "1") return;
  throw new Error("test/ipvs runs in a guest kernel: npm test -- test/ipvs, or tools/guest/run");
}
