import { createInterface } from "node:readline";
import { sleep, until } from "../../../tools/lab/lab.ts";
import type { Host } from "../../../tools/lab/network.ts";
import { objectOf } from "./kernel_state.ts";

/** A route that comes and goes, so that it is known what was told before. */
const marker = "blackhole 10.255.255.0/24";

/** An object that came, changed, went, or was only touched. */
export type Told = { readonly removed: boolean; readonly object: string };

/** What the kernel tells of addresses, links, routes and rules of a host. */
export class Monitor {
  readonly #host: Host;
  readonly #lines: string[] = [];
  readonly #process: ReturnType<Host["start"]>;

  private constructor(host: Host) {
    this.#host = host;
    this.#process = host.start(["ip", "-o", "-d", "monitor", "address", "link", "route", "rule"]);
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("No output of ip monitor");
    createInterface({ input: stdout }).on("line", (line) => this.#lines.push(line));
  }

  /** Once it has begun to listen. */
  static async begin(host: Host): Promise<Monitor> {
    const monitor = new Monitor(host);
    await until("ip monitor listens", () => {
      monitor.#mark();
      return monitor.#lines.length > 0;
    });
    await monitor.take();
    return monitor;
  }

  /** What was told since the last time. */
  async take(): Promise<readonly Told[]> {
    this.#lines.push("now");
    this.#mark();
    const end = () => this.#lines.findLastIndex((line) => line.startsWith(`Deleted ${marker}`));
    const limit = performance.now() + 2000;
    while (end() < this.#lines.indexOf("now")) {
      if (performance.now() > limit) throw new Error("ip monitor does not tell of the marker");
      await sleep(2);
    }
    return this.#lines.splice(0).map((line) => ({
      removed: line.startsWith("Deleted "),
      object: objectOf(line.replace(/^Deleted /, "")),
    }));
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }

  #mark(): void {
    this.#host.shell(`ip route add ${marker} && ip route delete ${marker}`);
  }
}
