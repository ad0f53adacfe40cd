import { chmodSync, chownSync, lstatSync, rmSync, statSync } from "node:fs";
import { Descriptor, makeFifo, O_RDWR } from "@keepalived/linux";
import type { Identity } from "../machine/machine.ts";

/** Where a FIFO is and whose. */
export type FifoPlace = {
  readonly path: string;
  readonly owner: Identity;
  /** Permissions. */
  readonly mode: number;
};

/** A named pipe that we write lines to, and never wait for. */
export class Fifo {
  readonly path: string;
  readonly #pipe: Descriptor;
  readonly #made: boolean;

  private constructor(path: string, pipe: Descriptor, made: boolean) {
    this.path = path;
    this.#pipe = pipe;
    this.#made = made;
  }

  /**
   * Opens a FIFO. It is made if it is missing, and then removed at the end.
   *
   * @param wasMade whether it was made by this process before
   * @throws Error with a sentence for operators if there is something else, or a FIFO of somebody else
   */
  static open({ path, owner, mode }: FifoPlace, daemon: Identity, wasMade = false): Fifo {
    const made = makeFifo(path, mode) || wasMade;
    const found = lstatSync(path);
    if (!found.isFIFO()) throw new Error(`Cannot use ${path} as a FIFO: it is something else`);
    if (found.uid !== daemon.uid && found.uid !== owner.uid) {
      throw new Error(`Cannot use FIFO ${path}: it belongs to uid ${found.uid}`);
    }
    // For reading too: a FIFO without a reader cannot be opened for writing alone.
    const pipe = Descriptor.open(path, O_RDWR);
    const fifo = new Fifo(path, pipe, made);
    // By way of the descriptor: at the path there may be another file by now.
    const opened = `/proc/self/fd/${pipe.fd}`;
    try {
      if (statSync(opened).ino !== found.ino) {
        throw new Error(`Cannot use FIFO ${path}: it was replaced while it was opened`);
      }
      chmodSync(opened, mode);
      chownSync(opened, owner.uid, owner.gid);
      return fifo;
    } catch (error) {
      fifo[Symbol.dispose]();
      throw error;
    }
  }

  /** Writes one line, whole or not at all. @returns false if there was no room: the line is lost */
  write(line: string): boolean {
    return this.#pipe.write(new TextEncoder().encode(line)) !== undefined;
  }

  /** Closes it and leaves it where it is. @returns whether it was made by this process */
  release(): boolean {
    this.#pipe[Symbol.dispose]();
    return this.#made;
  }

  /** The end for readers, once they have read everything. */
  [Symbol.dispose](): void {
    this.release();
    if (this.#made) rmSync(this.path, { force: true });
  }
}
