/** Addresses of buffers, as structures of the C library hold them. */
export class Memory {
  readonly #buffers = new Map<bigint, WeakRef<Uint8Array>>();
  readonly #gone = new FinalizationRegistry<bigint>((address) => this.#buffers.delete(address));
  readonly #messages = new WeakMap<Uint8Array, Message>();
  #next = 0x1000n;

  /** An address that stands for a buffer as long as that is reachable. */
  addressOf(bytes: Uint8Array): bigint {
    const address = this.#next;
    this.#next += 16n;
    this.#buffers.set(address, new WeakRef(bytes));
    this.#gone.register(bytes, address);
    return address;
  }

  /** @throws RangeError for an address that means nothing */
  at(address: bigint): Uint8Array {
    const bytes = this.#buffers.get(address)?.deref();
    if (bytes === undefined) throw new RangeError(`Nothing is at address ${address}`);
    return bytes;
  }

  /** What a `struct msghdr` points to. */
  message(header: Uint8Array): Message {
    const known = this.#messages.get(header);
    if (known !== undefined) return known;
    const message = new Message(header, this);
    this.#messages.set(header, message);
    return message;
  }
}

/** A `struct msghdr` with one piece of data, of 64-bit Linux. */
export class Message {
  readonly #header: DataView;
  readonly #iovec: DataView;
  readonly #name: Uint8Array;
  readonly #data: Uint8Array;
  readonly #control: Uint8Array;

  constructor(header: Uint8Array, memory: Memory) {
    this.#header = viewOf(header);
    const iovec = memory.at(this.#header.getBigUint64(16, true));
    this.#iovec = viewOf(iovec);
    this.#data = memory.at(this.#iovec.getBigUint64(0, true));
    this.#name = memory.at(this.#header.getBigUint64(0, true));
    this.#control = memory.at(this.#header.getBigUint64(32, true));
  }

  /** Copies of what a sender gives. */
  get sent(): {
    readonly data: Uint8Array;
    readonly name: Uint8Array;
    readonly control: Uint8Array;
  } {
    return {
      data: this.#data.slice(0, this.#iovec.getUint32(8, true)),
      name: this.#name.slice(0, this.#header.getUint32(8, true)),
      control: this.#control.slice(0, this.#header.getUint32(40, true)),
    };
  }

  /** Fills in what a receiver gets. @returns how many bytes of data there was room for */
  receive(data: Uint8Array, name: Uint8Array, control: Uint8Array = new Uint8Array()): number {
    const room = this.#iovec.getUint32(8, true);
    const length = Math.min(room, data.length);
    this.#data.set(data.length > room ? data.subarray(0, room) : data);
    this.#name.set(name);
    this.#control.set(control);
    this.#header.setUint32(8, name.length, true);
    this.#header.setUint32(40, control.length, true);
    this.#header.setInt32(48, data.length > room ? MSG_TRUNC : 0, true);
    return length;
  }
}

const MSG_TRUNC = 0x20;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
