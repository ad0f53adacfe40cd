/**
 * Writes exactly as many bytes as it was made for.
 *
 * Writing more, finishing early, or a value that does not fit its field is a `RangeError`: a mistake of the caller.
 * `be` is network order, `ne` the host's order as netlink uses it (little-endian).
 */
export class Writer {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /** @param target a size in bytes, or a buffer to fill from its first byte to its last */
  constructor(target: number | Uint8Array) {
    this.#bytes = typeof target === "number" ? new Uint8Array(target) : target;
    this.#view = new DataView(
      this.#bytes.buffer,
      this.#bytes.byteOffset,
      this.#bytes.byteLength,
    );
  }

  /** Index of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  u8(value: number): this {
    this.#view.setUint8(this.#advance(1), unsigned(value, 0xff));
    return this;
  }

  u16be(value: number): this {
    this.#view.setUint16(this.#advance(2), unsigned(value, 0xffff));
    return this;
  }

  u32be(value: number): this {
    this.#view.setUint32(this.#advance(4), unsigned(value, 0xffff_ffff));
    return this;
  }

  u16ne(value: number): this {
    this.#view.setUint16(this.#advance(2), unsigned(value, 0xffff), true);
    return this;
  }

  u32ne(value: number): this {
    this.#view.setUint32(this.#advance(4), unsigned(value, 0xffff_ffff), true);
    return this;
  }

  i32ne(value: number): this {
    if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
      throw new RangeError(`Cannot write ${value} as a signed 32-bit number`);
    }
    this.#view.setInt32(this.#advance(4), value, true);
    return this;
  }

  u64ne(value: bigint): this {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
      throw new RangeError(`Cannot write ${value} as an unsigned 64-bit number`);
    }
    this.#view.setBigUint64(this.#advance(8), value, true);
    return this;
  }

  /** All of `bytes`. */
  put(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#advance(bytes.length));
    return this;
  }

  /** `count` zero bytes. */
  zeros(count: number): this {
    const at = this.#advance(count);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  /** The bytes. @throws RangeError if not all of them were written */
  finish(): Uint8Array {
    if (this.#offset !== this.#bytes.length) {
      throw new RangeError(
        `Cannot finish: wrote ${this.#offset} bytes of ${this.#bytes.length}`,
      );
    }
    return this.#bytes;
  }

  #advance(count: number): number {
    const at = this.#offset;
    if (count < 0 || at + count > this.#bytes.length) {
      throw new RangeError(
        `Cannot write ${count} bytes at ${at}: the buffer has ${this.#bytes.length}`,
      );
    }
    this.#offset = at + count;
    return at;
  }
}

function unsigned(value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`Cannot write ${value}: the field holds integers from 0 to ${max}`);
  }
  return value;
}
