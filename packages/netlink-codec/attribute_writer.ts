import { integerBytes, type IntegerType } from "./integer.ts";

const headerBytes = 4;

/** Attributes one after the other, each padded to a multiple of four, in a buffer that grows. */
export class AttributeWriter {
  // Room for most messages: one allocation each, of which there may be many.
  #bytes: Uint8Array = new Uint8Array(256);
  #view: DataView = new DataView(this.#bytes.buffer);
  #length: number;

  /** @param headroom zeros to begin with */
  constructor(headroom: number) {
    this.#length = 0;
    this.#advance(headroom);
  }

  /** Begins an attribute; what is written until its {@linkcode end} is its payload. @returns where it begins */
  begin(number: number): number {
    const start = this.#length;
    const at = this.#advance(headerBytes);
    this.#view.setUint16(at + 2, number, true);
    return start;
  }

  /** Ends the attribute that began at `start`. @throws RangeError if it is too long */
  end(start: number): void {
    const length = this.#length - start;
    if (length > 0xffff) throw new RangeError(`Cannot write an attribute of ${length} bytes`);
    this.#view.setUint16(start, length, true);
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

  /** What was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #advance(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
