import { libc } from "./libc.ts";

/** `struct msghdr` and `struct iovec` of 64-bit Linux, with glibc and musl alike. */
const MSGHDR_BYTES = 56;
const IOVEC_BYTES = 16;

/**
 * The `msghdr` of `sendmsg` and `recvmsg` over one piece of data.
 *
 * The struct holds addresses: this object keeps alive what it points to.
 */
export class MessageHeader {
  readonly data: Uint8Array;
  readonly name: Uint8Array;
  readonly control: Uint8Array;
  /** The struct itself, to pass to the call. */
  readonly bytes: Uint8Array = owned(MSGHDR_BYTES);
  readonly #iovec = owned(IOVEC_BYTES);
  readonly #view = new DataView(this.bytes.buffer);
  readonly #iovecView = new DataView(this.#iovec.buffer);

  /** @param dataBytes room for data. @param nameBytes for an address. @param controlBytes for ancillary data */
  constructor(dataBytes: number, nameBytes: number, controlBytes: number) {
    this.data = owned(dataBytes);
    this.name = owned(nameBytes);
    this.control = owned(controlBytes);
    const { addressOf } = libc();
    this.#iovecView.setBigUint64(0, addressOf(this.data), true);
    this.#view.setBigUint64(0, addressOf(this.name), true);
    this.#view.setBigUint64(16, addressOf(this.#iovec), true);
    this.#view.setUint32(24, 1, true);
    this.#view.setBigUint64(32, addressOf(this.control), true);
  }

  /** Says how much of each part the next call uses. */
  setLengths(data: number, name: number, control: number): void {
    this.#iovecView.setUint32(8, data, true);
    this.#view.setUint32(8, name, true);
    this.#view.setUint32(40, control, true);
    this.#view.setInt32(48, 0, true);
  }

  /** Length of the address that the call wrote. */
  get nameLength(): number {
    return this.#view.getUint32(8, true);
  }

  /** Length of the ancillary data that the call wrote. */
  get controlLength(): number {
    return this.#view.getUint32(40, true);
  }

  /** Flags that the call wrote: MSG_TRUNC and the like. */
  get flags(): number {
    return this.#view.getInt32(48, true);
  }
}

/** Memory outside the garbage-collected heap, so that it does not move. */
function owned(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}
