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
  /** Those that were started here, by role. */
  readonly #told = new Map<SyncDaemon["role"], SyncDaemon>();
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
      const kept = running.filter((it) => wanted.some((daemon) => this.#isAsWanted(it, daemon)));
      for (const it of running) if (!kept.includes(it)) await this.#stop(it);
      for (const it of wanted) {
        if (!kept.some(({ role }) => role === it.role)) await this.#start(it);
      }
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      this.#log("error", `IPVS: ${error.message}`);
    }
  }

  /** Whether the kernel's is what was asked for; what was not asked for may be anything. */
  #isAsWanted(running: SyncDaemon, wanted: SyncDaemon): boolean {
    const names = Object.keys(wanted) as (keyof SyncDaemon)[];
    // The kernel has its own mind about the length, so what counts is what it was told.
    const told = this.#told.get(running.role);
    return names.every((name) =>
      name === "maxLength"
        ? told === undefined || told.maxLength === wanted.maxLength
        : running[name] === wanted[name]
    );
  }

  async #read(): Promise<readonly SyncDaemon[]> {
    const request = listDaemons();
    const bodies = await this.#ipvs.request(request);
    return bodies.map((body) => answered(request, decodeDaemon(body)));
  }

  async #start(daemon: SyncDaemon): Promise<void> {
    await this.#ipvs.request(startDaemon(daemon));
    this.#told.set(daemon.role, daemon);
  }

  async #stop({ role }: SyncDaemon): Promise<void> {
    try {
      await this.#ipvs.request(stopDaemon(role));
    } catch (error) {
      // It is enough that it does not run.
      if (!(error instanceof NetlinkError) || error.errno !== ESRCH) throw error;
    }
    this.#told.delete(role);
  }
}
