import { AF_UNIX, SOCK_DGRAM, Socket, SyscallError } from "@keepalived/linux";
import { Backlog } from "./backlog.ts";

const mostWaitingChars = 262_144;
const mostLineChars = 8192;
/** Until the next attempt, doubled with each that sends nothing. */
const firstRetryMs = 1;
const longestRetryMs = 32_000;

/**
 * The socket of the system's log daemon. Never waits: a line that the daemon does not take, because it is busy, gone or
 * restarts, is kept and tried again.
 */
export class Syslog {
  readonly #path: string;
  readonly #waiting: Backlog;
  readonly #onTrouble: (reason: string | undefined) => void;
  #socket: Socket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryMs = firstRetryMs;

  /**
   * @param note a line that says how many were lost
   * @param onTrouble told why no line is taken, once, and undefined when they are again
   */
  constructor(
    path: string,
    note: (lostLines: number) => string,
    onTrouble: (reason: string | undefined) => void,
  ) {
    this.#path = path;
    this.#waiting = new Backlog(mostWaitingChars, note);
    this.#onTrouble = onTrouble;
    this.#flush(false); // To know at once whether there is a log daemon.
  }

  /** Whether lines are taken. */
  get works(): boolean {
    return this.#retry === undefined;
  }

  write(line: string): void {
    this.#waiting.push(line.slice(0, mostLineChars));
    // While there is trouble the timer tries, and not every line.
    if (this.works) this.#flush(false);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#retry);
    this.#socket?.[Symbol.dispose]();
  }

  /** @param inTrouble whether the attempt before failed */
  #flush(inTrouble: boolean): void {
    this.#retry = undefined;
    const before = this.#waiting.first;
    const reason = this.#attempt();
    if (reason !== undefined) {
      const isStuck = inTrouble && this.#waiting.first === before;
      this.#retryMs = isStuck ? Math.min(longestRetryMs, this.#retryMs * 2) : firstRetryMs;
      this.#retry = setTimeout(() => this.#flush(true), this.#retryMs);
      this.#retry.unref?.();
    }
    if (inTrouble !== (reason !== undefined)) this.#onTrouble(reason);
  }

  /** Why not all lines were taken. A socket of a log daemon that has gone is opened anew. */
  #attempt(): string | undefined {
    for (let isNew = this.#socket === undefined;; isNew = true) {
      try {
        this.#socket ??= connect(this.#path);
        return this.#sendAll(this.#socket);
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        this.#socket?.[Symbol.dispose]();
        this.#socket = undefined;
        if (isNew) return error.message;
      }
    }
  }

  #sendAll(socket: Socket): string | undefined {
    while (this.#waiting.first !== undefined) {
      const sent = socket.send(new TextEncoder().encode(this.#waiting.first));
      if (sent === undefined) return `Cannot write to ${this.#path}: it is full`;
      this.#waiting.shift();
    }
    return undefined;
  }
}

function connect(path: string): Socket {
  return Socket.configured(
    Socket.open(AF_UNIX, SOCK_DGRAM, 0, "the syslog socket"),
    (socket) => void socket.connect({ family: "unix", path }),
  );
}
