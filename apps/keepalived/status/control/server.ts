import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import {
  AF_UNIX,
  effectiveUserId,
  peerCredentials,
  setUmask,
  SOCK_STREAM,
  Socket,
  SyscallError,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { Connection, type ConnectionOptions, type Serve } from "./connection.ts";
import { ControlError } from "./protocol.ts";

export type ControlServerOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly path: string;
  /** Whose members may ask besides root and the user of the daemon. */
  readonly groupId?: number | undefined;
  readonly serve: Serve;
  /** See {@linkcode ConnectionOptions}. */
  readonly patienceUs?: ConnectionOptions["patienceUs"];
};

/** Clients at once. Each has a buffer for its request, and one answer on the way. */
const clientsAtMost = 32;
/** Clients that wait to be accepted, and how many of them are in one turn. */
const backlog = 1024;
const acceptedPerTurn = 16;

const FORBIDDEN = new ControlError("forbidden", "Only root and the group may ask");
const BUSY = new ControlError("busy", "Too many clients are connected");

/** The control socket: a Unix stream socket that root, and perhaps a group, may connect to. */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #socket: Socket;
  readonly #inode: number;
  readonly #watch: Disposable;
  readonly #clients = new Set<Connection>();
  #refused = 0;

  /**
   * Listens. A socket that nobody listens to any more is replaced.
   *
   * @throws Error with a sentence for operators if that is not possible
   */
  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#socket = listen(options);
    this.#inode = lstatSync(options.path).ino;
    this.#watch = options.reactor.watch(this.#socket.fd, "read", () => this.#accept());
  }

  /** Clients that found no place, or were not allowed. */
  get refused(): number {
    return this.#refused;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    for (const client of this.#clients) client.close();
    this.#socket[Symbol.dispose]();
    const { path } = this.#options;
    // Somebody may have put another one there.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === this.#inode) rmSync(path);
  }

  #accept(): void {
    for (let i = 0; i < acceptedPerTurn; i++) {
      let socket: Socket | undefined;
      try {
        socket = this.#socket.accept();
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        // It has gone already, or this process has too many descriptors: the others wait.
        return;
      }
      if (socket === undefined) return;
      this.#admit(socket);
    }
  }

  #admit(socket: Socket): void {
    const { reactor, log, serve, patienceUs } = this.#options;
    const isAllowed = this.#allows(socket);
    const hasRoom = this.#clients.size < clientsAtMost;
    const client = new Connection(socket, {
      reactor,
      serve,
      patienceUs,
      onDefect: (method, error) =>
        log("error", `Internal error, control request '${method}': ${(error as Error).stack}`),
      onEnd: (connection) => void this.#clients.delete(connection),
    });
    const refusal = !isAllowed ? FORBIDDEN : hasRoom ? undefined : BUSY;
    if (refusal === undefined) return void this.#clients.add(client);
    this.#refused++;
    client.refuse(refusal);
  }

  /** The permissions of the file say the same; this holds if somebody changes them. */
  #allows(socket: Socket): boolean {
    const { uid, gid, groups } = peerCredentials(socket);
    if (uid === 0 || uid === effectiveUserId()) return true;
    const { groupId } = this.#options;
    return groupId !== undefined && [gid, ...groups].includes(groupId);
  }
}

function listen({ path, groupId }: ControlServerOptions): Socket {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  removeStale(path);
  const socket = Socket.open(AF_UNIX, SOCK_STREAM, 0, "the control socket");
  return Socket.configured(socket, () => {
    // Nobody else may connect before owner and permissions are right.
    const umask = setUmask(0o177);
    try {
      socket.bind({ family: "unix", path });
    } finally {
      setUmask(umask);
    }
    if (groupId !== undefined) {
      chownSync(path, effectiveUserId(), groupId);
      chmodSync(path, 0o660);
    }
    socket.listen(backlog);
  });
}

/** Removes a socket that an earlier run left. @throws Error if it is in use, or something else */
function removeStale(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`Cannot listen at ${path}: it is something else`);
  using probe = Socket.open(AF_UNIX, SOCK_STREAM, 0, "the control socket");
  try {
    probe.connect({ family: "unix", path });
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (error.code === "ECONNREFUSED") return rmSync(path);
    throw error;
  }
  throw new Error(`Cannot listen at ${path}: another process does`);
}
