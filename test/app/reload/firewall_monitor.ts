import { createInterface } from "node:readline";
import { sleep, until } from "../../../tools/lab/lab.ts";
import type { Host } from "../../../tools/lab/network.ts";
import { namesIn } from "./firewall_objects.ts";

/** Tables that come and go, so that it is known what was told before. */
const marker = "inet marker";

/** What the kernel tells of the nftables of a host. */
export class FirewallMonitor {
  readonly #host: Host;
  readonly #names: string[] = [];
  readonly #process: ReturnType<Host["start"]>;
  /** Numbers of the last one that was made, and of the last one that was told. */
  #made = 0;
  #told = 0;

  private constructor(host: Host) {
    this.#host = host;
    this.#process = host.start(["nft", "-j", "monitor"]);
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("No output of nft monitor");
    createInterface({ input: stdout }).on("line", (line) => this.#take(namesIn(line)));
  }

  /** Once it has begun to listen. */
  static async begin(host: Host): Promise<FirewallMonitor> {
    const monitor = new FirewallMonitor(host);
    await until("nft monitor listens", () => {
      monitor.#mark();
      return monitor.#told > 0;
    });
    await monitor.take();
    return monitor;
  }

  /** The names of the objects that were added, changed or deleted since the last time. */
  async take(): Promise<ReadonlySet<string>> {
    const limit = performance.now() + 10_000;
    this.#mark();
    while (this.#told < this.#made) {
      if (performance.now() > limit) throw new Error("nft monitor does not tell of the marker");
      await sleep(2);
    }
    return new Set(this.#names.splice(0));
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }

  #take(names: readonly string[]): void {
    for (const name of names) {
      const [, mark] = name.split(`table ${marker}`);
      if (mark === undefined) this.#names.push(name);
      else this.#told = Number(mark);
    }
  }

  #mark(): void {
    const name = `${marker}${++this.#made}`;
    this.#host.shell(`nft add table ${name} && nft delete table ${name}`);
  }
}
