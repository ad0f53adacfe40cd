import { connect, type Socket } from "node:net";
import { ExitError } from "../../exit_status.ts";
import { clientStatus } from "./exit.ts";

type Waiting = {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
};

/** A daemon at the other end of its control socket. */
export class DaemonClient {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #parts: string[] = [];
  #hasEnded = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", () => {}); // "close" comes after it.
    socket.on("close", () => this.#end());
  }

  /** @throws ExitError with a sentence for whoever asks if no daemon is there, or may not be asked */
  static async open(path: string): Promise<DaemonClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error: NodeJS.ErrnoException) => reject(unreachable(path, error)));
    });
    return new DaemonClient(socket);
  }

  /** Asks, and waits for the answer. @throws ExitError with the daemon's words if it refuses */
  async ask<Result>(method: string, params: object = {}): Promise<Result> {
    if (this.#hasEnded) throw ended();
    const line = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#socket.write(`${JSON.stringify({ id: 1, method, params })}\n`);
    const { result, error } = JSON.parse(await line) as {
      readonly result?: Result;
      readonly error?: { readonly code: string; readonly message: string };
    };
    if (error === undefined) return result as Result;
    throw new ExitError(
      error.code === "forbidden" ? clientStatus.noPermission : clientStatus.refused,
      error.message,
    );
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#parts.push(text.slice(from, end));
      from = end + 1;
      this.#waiting.shift()?.resolve(this.#parts.join(""));
      this.#parts = [];
    }
    if (from < text.length) this.#parts.push(text.slice(from));
  }

  #end(): void {
    this.#hasEnded = true;
    for (const { reject } of this.#waiting.splice(0)) reject(ended());
  }
}

function ended(): ExitError {
  return new ExitError(clientStatus.unavailable, "The daemon closed the connection");
}

function unreachable(path: string, { code, message }: NodeJS.ErrnoException): ExitError {
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return new ExitError(clientStatus.unavailable, `No daemon listens at ${path}`);
    case "EACCES":
    case "EPERM":
      return new ExitError(
        clientStatus.noPermission,
        `This user may not ask the daemon at ${path}: be root, or a member of control_group`,
      );
    default:
      return new ExitError(
        clientStatus.unavailable,
        `Cannot ask the daemon at ${path}: ${message}`,
      );
  }
}
