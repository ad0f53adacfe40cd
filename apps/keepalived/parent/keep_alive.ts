import { SyscallError, WatchdogDevice } from "@keepalived/linux";
import type { Deadline, Scheduler } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import type { ServiceManager } from "./service_manager.ts";

export type KeepAliveOptions = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly manager: Pick<ServiceManager, "watchdogUs" | "alive">;
  /** Path of a hardware watchdog. */
  readonly device?: string | undefined;
  /** Whether all is well; while it is not, nobody is told that it is. */
  readonly isWell: () => boolean;
};

/** Time after which the hardware resets a machine whose daemon is silent, and how often it is fed. */
const deviceTimeoutS = 30;
const feedUs = 5_000_000;

/**
 * Tells those who watch over this daemon that it lives: the service manager, and a hardware watchdog.
 *
 * A daemon that cannot get rid of a hung child says nothing. It may hold addresses that nobody else can take: to be
 * restarted, or the machine to be reset, is better then.
 */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #device: WatchdogDevice | undefined;
  readonly #deadlines: readonly Deadline[];

  constructor(options: KeepAliveOptions) {
    const { manager } = options;
    this.#options = options;
    this.#device = this.#openDevice();
    const { watchdogUs } = manager;
    this.#deadlines = [
      // Twice in the time that it allows, as sd_watchdog_enabled(3) has it.
      ...watchdogUs === undefined ? [] : [this.#each(watchdogUs / 2, () => manager.alive())],
      ...this.#device === undefined ? [] : [this.#each(feedUs, () => this.#device?.feed())],
    ];
  }

  /** Disarms the hardware. */
  [Symbol.dispose](): void {
    for (const deadline of this.#deadlines) deadline[Symbol.dispose]();
    this.#device?.[Symbol.dispose]();
  }

  #openDevice(): WatchdogDevice | undefined {
    const { device: path, log } = this.#options;
    if (path === undefined) return undefined;
    try {
      const device = new WatchdogDevice(path, deviceTimeoutS);
      log(
        "notice",
        `Feeding the hardware watchdog ${path}: resets this machine after ${deviceTimeoutS} s without us`,
      );
      return device;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      log("error", `Cannot use the hardware watchdog: ${error.message}`);
      return undefined;
    }
  }

  #each(intervalUs: number, tell: () => void): Deadline {
    const { scheduler, isWell } = this.#options;
    const deadline = scheduler.deadline(() => {
      deadline.setAt(scheduler.nowUs() + intervalUs);
      if (isWell()) tell();
    });
    deadline.setAt(scheduler.nowUs());
    return deadline;
  }
}
