import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Host } from "../../tools/lab/network.ts";
import { crash } from "../../tools/lab/processes.ts";
import { workFolder } from "./work_folder.ts";

/** One implementation that is measured. */
export type Contender = {
  readonly name: "C" | "Node" | "Deno";
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
};

const ours = fileURLToPath(new URL("../../bin/keepalived", import.meta.url));

/** The C daemon first: it is what the others are compared with. */
export const contenders: readonly Contender[] = [
  { name: "C", program: "/usr/sbin/keepalived", environment: {} },
  { name: "Node", program: ours, environment: { KEEPALIVED_RUNTIME: "node" } },
  { name: "Deno", program: ours, environment: { KEEPALIVED_RUNTIME: "deno" } },
];

/** What a contender says that it is. @throws Error if it does not start */
export function versionOf({ program, environment }: Contender): string {
  const { stdout, stderr, error } = spawnSync(program, ["--version"], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}`.trim().split("\n")[0] ?? "";
}

/** What one configuration of the benchmark has of its own. */
export type Settings = {
  readonly state: "MASTER" | "BACKUP";
  readonly priority: number;
  readonly intervalMs: number;
  /** Whether it runs before all ordinary processes. */
  readonly realTime?: boolean;
};

/**
 * Real-time priority, with time enough for whatever a daemon does in one go: with its default of 10 ms the kernel kills
 * the C daemon amidst the takeover of 175 virtual routers.
 */
export const realTimeLines = `    vrrp_rt_priority 50
    vrrp_rlimit_rttime 5000000
`;

/** The address that moves. */
export const virtualAddress = "10.99.0.100";

/** One virtual router of version 3 over IPv4 multicast. */
export function configurationOf(settings: Settings): string {
  const { state, priority, intervalMs, realTime = false } = settings;
  return `global_defs {
    vrrp_version 3
${realTime ? realTimeLines : ""}}
vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int ${intervalMs / 1000}
    virtual_ipaddress {
        ${virtualAddress}/24 dev eth0
    }
}
`;
}

/**
 * Before a program's words: the kernel ends the program when this one is gone, however it went.
 *
 * Gone is for the kernel the thread that started the program, which in Deno is not the main one and may end before.
 */
export const endsWithUs: readonly string[] = process.versions["deno"] === undefined
  ? ["setpriv", "--pdeathsig", "KILL", "--"]
  : [];

/** A daemon in the foreground on a host. */
export class Daemon {
  /** When its program was executed, microseconds since 1970. */
  readonly startedUs: number;
  readonly pid: number;
  readonly #host: Host;
  readonly #folder: string;
  #crashed = false;

  private constructor(host: Host, folder: string, pid: number, startedUs: number) {
    this.#host = host;
    this.#folder = folder;
    this.pid = pid;
    this.startedUs = startedUs;
  }

  /** Returns when the program has been executed. */
  static async start(host: Host, contender: Contender, configuration: string): Promise<Daemon> {
    const folder = mkdtempSync(join(workFolder(), "daemon-"));
    const file = (name: string) => join(folder, name);
    writeFileSync(file("conf"), configuration);
    writeFileSync(file("log"), "");
    // The shell takes the time at the last moment, and becomes the daemon.
    const child = host.start([
      ...[
        ...endsWithUs,
        "bash",
        "-c",
        'echo "$EPOCHREALTIME"; log=$1; shift; exec "$@" >"$log" 2>&1',
        "bash",
      ],
      ...[file("log"), contender.program, "-nlG", "-f", file("conf")],
      ...["-p", file("pid"), "-r", file("vrrp.pid")],
    ], { env: contender.environment });
    const ended = once(child, "exit").then(() => {
      throw new Error(`${contender.program} does not start: ${child.stderr?.read() ?? ""}`);
    });
    const stdout = child.stdout;
    if (stdout === null || child.pid === undefined) throw new Error("bash does not start");
    const [line] = await Promise.race([once(stdout, "data"), ended]);
    ended.catch(() => {}); // From now on its end is wanted.
    return new Daemon(host, folder, child.pid, Math.round(Number(line) * 1_000_000));
  }

  /** Adds what the daemon has logged to the error of a wait that was in vain. */
  async explain(wait: Promise<void>): Promise<void> {
    try {
      await wait;
    } catch (error) {
      throw new Error(`${(error as Error).message}; its log:\n${this.log()}`, { cause: error });
    }
  }

  log(): string {
    return readFileSync(join(this.#folder, "log"), "utf8");
  }

  /** Ends it and its children at once, and takes away what it leaves behind. */
  crash(): void {
    if (this.#crashed) return;
    this.#crashed = true;
    crash(this.pid);
    this.#host.run(`ip address flush to ${virtualAddress}/32`);
    rmSync(this.#folder, { recursive: true });
  }
}
