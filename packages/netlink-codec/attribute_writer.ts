import { integerBytes, type IntegerType } from "./integer.ts";

const headerBytes = 4;

/**
 * Attributes one after the other, each padded to a multiple of four, in a buffer that grows.
 *
 * One can write many messages, which then share a few large buffers: allocating a buffer costs more than filling it.
 */
export class AttributeWriter {
  readonly #roomBytes: number;
  #bytes: Uint8Array;
  #view: DataView;
  /** Where the message begins. */
  #start = 0;
  #length = 0;

  /** @param roomBytes of one buffer; the default has room for one ordinary message */
  constructor(roomBytes: number = 256) {
    this.#roomBytes = roomBytes;
    this.#bytes = new Uint8Array(roomBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Begins an attribute; what is written until its {@linkcode end} is its payload. @returns its place in the message */
  begin(number: number): number {
    const at = this.#advance(headerBytes);
    this.#view.setUint16(at + 2, number, true);
    return at - this.#start;
  }

  /** Ends the attribute that began at `place`. @throws RangeError if it is too long */
  end(place: number): void {
    const at = this.#start + place;
    const length = this.#length - at;
    if (length > 0xffff) throw new RangeError(`Cannot write an attribute of ${length} bytes`);
    this.#view.setUint16(at, length, true);
    this.#advance(-length & 3);
  }

  /** @throws RangeError for a value that does not fit, or is no integer */
  integer(type: IntegerType, value: number | bigint, order: "host" | "network"): void {
    const max = type === "u64" ? 0xffff_ffff_ffff_ffffn : 2 ** (8 * integerBytes[type]) - 1;
    const fits = typeof value === typeof max && value >= 0 && value <= max &&
      (typeof value === "bigint" || Number.isInteger(value));
    if (!fits) throw new RangeError(`Cannot write ${value} as ${type}`);
    const at = this.#advance(integerBytes[type]);
    const little = order === "host";
    switch (type) {
      case "u8":
        return this.#view.setUint8(at, value as number);
      case "u16":
        return this.#view.setUint16(at, value as number, little);
      case "u32":
        return this.#view.setUint32(at, value as number, little);
      case "u64":
        return this.#view.setBigUint64(at, value as bigint, little);
    }
  }

  put(bytes: Uint8Array): void {
    const at = this.#advance(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Text and a NUL. @throws RangeError for text that holds one */
  string(text: string): void {
    if (text.includes("\0")) throw new RangeError("Cannot write text: it holds a NUL");
    const bytes = isAscii(text) ? undefined : new TextEncoder().encode(text);
    if (bytes !== undefined) this.put(bytes);
    else {
      const at = this.#advance(text.length);
      for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i);
    }
    this.#advance(1);
  }

  /** Zeros, for a fixed header. */
  zeros(count: number): void {
    this.#advance(count);
  }

  /** What was written since the last time. */
  finish(): Uint8Array {
    const message = this.#bytes.subarray(this.#start, this.#length);
    this.#start = this.#length;
    return message;
  }

  #advance(count: number): number {
    if (this.#length + count > this.#bytes.length) this.#grow(count);
    const at = this.#length;
    this.#length += count;
    return at;
  }

  /** Goes on in a new buffer, into which the message so far moves. */
  #grow(count: number): void {
    const written = this.#bytes.subarray(this.#start, this.#length);
    const bytes = new Uint8Array(Math.max(this.#roomBytes, 2 * (written.length + count)));
    bytes.set(written);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#start = 0;
    this.#length = written.length;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
