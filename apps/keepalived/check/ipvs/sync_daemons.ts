import { ESRCH } from "@keepalived/linux";
import {
  decodeDaemon,
  listDaemons,
  startDaemon,
  stopDaemon,
  type SyncDaemon,
} from "@keepalived/netlink-ipvs";
import { NetlinkError } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { answered, type Ipvs } from "./client.ts";

/** The kernel's sync daemons as they are to be: at most one master and one backup. */
export class SyncDaemons {
  readonly #ipvs: Pick<Ipvs, "request">;
  readonly #log: Log;
  #wanted: readonly SyncDaemon[] = [];
  #change: Promise<void> = Promise.resolve();
  #changes = 0;

  constructor(ipvs: Pick<Ipvs, "request">, log: Log) {
    this.#ipvs = ipvs;
    this.#log = log;
  }

  /** Which there are to be from now on. One that runs so already is not touched. */
  set(daemons: readonly SyncDaemon[]): void {
    if (JSON.stringify(daemons) === JSON.stringify(this.#wanted)) return;
    this.#wanted = daemons;
    const number = ++this.#changes;
    this.#change = this.#change.then(async () => {
      // Meanwhile others may be wanted.
      if (number === this.#changes) await this.#apply(daemons);
    });
  }

  /** Done when the kernel has answered. */
  idle(): Promise<void> {
    return this.#change;
  }

  async #apply(wanted: readonly SyncDaemon[]): Promise<void> {
    try {
      const running = await this.#read();
      const isKept = (it: SyncDaemon) => wanted.some((daemon) => isAsWanted(it, daemon));
      for (const it of running) if (!isKept(it)) await this.#stop(it);
      for (const it of wanted) {
        if (!running.some((daemon) => isAsWanted(daemon, it))) {
          await this.#ipvs.request(startDaemon(it));
        }
      }
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      this.#log("error", `IPVS: ${error.message}`);
    }
  }

  async #read(): Promise<readonly SyncDaemon[]> {
    const request = listDaemons();
    const bodies = await this.#ipvs.request(request);
    return bodies.map((body) => answered(request, decodeDaemon(body)));
  }

  async #stop({ role }: SyncDaemon): Promise<void> {
    try {
      await this.#ipvs.request(stopDaemon(role));
    } catch (error) {
      // It is enough that it does not run.
      if (!(error instanceof NetlinkError) || error.errno !== ESRCH) throw error;
    }
  }
}

/** Whether the kernel's is what was asked for; what was not asked for may be anything. */
function isAsWanted(running: SyncDaemon, wanted: SyncDaemon): boolean {
  const names = Object.keys(wanted) as (keyof SyncDaemon)[];
  return names.every((name) => running[name] === wanted[name]);
}
