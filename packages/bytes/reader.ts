/**
 * A cursor over bytes with a sticky error.
 *
 * Reading past the end sets {@linkcode Reader.failed} and gives zeros from then on, so that a decoder reads a whole
 * header and asks once. What {@linkcode Reader.take} returns is a copy: decoded values own their data.
 *
 * `be` is network order. `ne` is the host's order as netlink uses it: little-endian on every machine that Deno and
 * Node run on.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #offset: number;
  #failed = false;

  /** @param start first index to read. @param end index after the last one. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = Math.min(end, bytes.length);
    this.#offset = start;
  }

  /** Index of the next byte; after a failure, of the first byte that could not be read whole. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes left; 0 after a failure. */
  get remaining(): number {
    return this.#failed ? 0 : Math.max(0, this.#end - this.#offset);
  }

  /** True once something was asked for that was not there. */
  get failed(): boolean {
    return this.#failed;
  }

  u8(): number {
    const at = this.#advance(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  u16be(): number {
    const at = this.#advance(2);
    return at < 0 ? 0 : this.#view.getUint16(at);
  }

  u32be(): number {
    const at = this.#advance(4);
    return at < 0 ? 0 : this.#view.getUint32(at);
  }

  u16ne(): number {
    const at = this.#advance(2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }

  u32ne(): number {
    const at = this.#advance(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  i32ne(): number {
    const at = this.#advance(4);
    return at < 0 ? 0 : this.#view.getInt32(at, true);
  }

  u64ne(): bigint {
    const at = this.#advance(8);
    return at < 0 ? 0n : this.#view.getBigUint64(at, true);
  }

  /** A copy of the next `count` bytes; zeros if they are not there. */
  take(count: number): Uint8Array {
    const at = this.#advance(count);
    return at < 0 ? new Uint8Array(Math.max(0, count)) : this.#bytes.slice(at, at + count);
  }

  /** Passes over `count` bytes. */
  skip(count: number): void {
    this.#advance(count);
  }

  #advance(count: number): number {
    if (this.#failed || count < 0 || this.#offset + count > this.#end) {
      this.#failed = true;
      return -1;
    }
    const at = this.#offset;
    this.#offset += count;
    return at;
  }
}
