import process from "node:process";
import { AF_UNIX, nowUs, SOCK_DGRAM, Socket, SyscallError } from "@keepalived/linux";
import type { Log } from "../log.ts";

/**
 * Tells the service manager (systemd, `Type=notify` and `Type=notify-reload`) what this daemon does, if it has asked for
 * it: `sd_notify(3)`.
 */
export class ServiceManager {
  readonly #log: Log;
  readonly #path: string | undefined;
  /** How often it expects a sign of life, microseconds; undefined: not at all. */
  readonly watchdogUs: number | undefined;
  #isSilent = false;

  /** Takes what concerns it out of the environment: it is meant for this process, and for none that this one starts. */
  constructor(log: Log, environment: NodeJS.ProcessEnv = process.env) {
    this.#log = log;
    const { NOTIFY_SOCKET: path, WATCHDOG_USEC: us, WATCHDOG_PID: pid } = environment;
    for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) {
      delete environment[name];
    }
    this.#path = path?.replace(/^@/, "\0");
    const isMeant = pid === undefined || Number(pid) === process.pid;
    this.watchdogUs = isMeant && Number(us) > 0 ? Number(us) : undefined;
  }

  /** A configuration runs: the first one, or after a reload. */
  ready(): void {
    this.#tell("READY=1", `MAINPID=${process.pid}`);
  }

  reloading(): void {
    this.#tell("RELOADING=1", `MONOTONIC_USEC=${nowUs()}`);
  }

  stopping(): void {
    this.#tell("STOPPING=1");
  }

  /** @param status what the daemon is going to end with */
  failed(status: number): void {
    this.#tell(`ERRNO=${status}`);
  }

  alive(): void {
    this.#tell("WATCHDOG=1");
  }

  /** Never waits. A manager that does not listen is said once. */
  #tell(...lines: readonly string[]): void {
    if (this.#path === undefined) return;
    try {
      using socket = Socket.open(AF_UNIX, SOCK_DGRAM, 0, "a socket to the service manager");
      const bytes = new TextEncoder().encode(lines.join("\n"));
      if (socket.send(bytes, { family: "unix", path: this.#path }) !== undefined) return;
      this.#complain("it is busy");
    } catch (error) {
      if (!(error instanceof SyscallError || error instanceof RangeError)) throw error;
      this.#complain(error.message);
    }
  }

  #complain(reason: string): void {
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.#log("warning", `Cannot tell the service manager (NOTIFY_SOCKET): ${reason}`);
  }
}
