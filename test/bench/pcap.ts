/** One captured frame. */
export type Packet = {
  /** When the kernel saw it: microseconds since 1970, with a fraction if the capture has nanoseconds. */
  readonly atUs: number;
  /** From its link-layer header on; as much as was captured. */
  readonly bytes: Uint8Array;
};

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** More than any capture program writes for one frame: the stream is out of step. */
const LONGEST_PACKET = 262_144;

/** The number that a file begins with, and how many of its fractions make a second. */
const fractionsPerUs: Readonly<Record<number, number>> = { 0xa1b2c3d4: 1, 0xa1b23c4d: 1000 };

/**
 * Reads the classic format of capture files from a stream that comes in any portions.
 *
 * @see {@link https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html | the format}
 */
export class PcapReader {
  readonly #onPacket: (packet: Packet) => void;
  #rest = new Uint8Array(0);
  #format: { readonly littleEndian: boolean; readonly perUs: number } | undefined;

  constructor(onPacket: (packet: Packet) => void) {
    this.#onPacket = onPacket;
  }

  /** Takes the next portion, and hands out each packet that is now whole. @throws RangeError if it is no capture */
  push(portion: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + portion.length);
    bytes.set(this.#rest);
    bytes.set(portion, this.#rest.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    if (this.#format === undefined) {
      if (bytes.length < FILE_HEADER_BYTES) return void (this.#rest = bytes);
      this.#format = formatOf(view);
      at = FILE_HEADER_BYTES;
    }
    const { littleEndian, perUs } = this.#format;
    while (bytes.length - at >= RECORD_HEADER_BYTES) {
      const field = (index: number) => view.getUint32(at + 4 * index, littleEndian);
      const length = field(2);
      if (length > LONGEST_PACKET) {
        throw new RangeError(`Cannot read a capture: a packet of ${length} bytes`);
      }
      const start = at + RECORD_HEADER_BYTES;
      if (bytes.length < start + length) break;
      const atUs = field(0) * 1_000_000 + field(1) / perUs;
      this.#onPacket({ atUs, bytes: bytes.slice(start, start + length) });
      at = start + length;
    }
    this.#rest = bytes.slice(at);
  }
}

function formatOf(view: DataView): { littleEndian: boolean; perUs: number } {
  for (const littleEndian of [true, false]) {
    const perUs = fractionsPerUs[view.getUint32(0, littleEndian)];
    if (perUs !== undefined) return { littleEndian, perUs };
  }
  const magic = view.getUint32(0).toString(16);
  throw new RangeError(`Cannot read a capture: it begins with ${magic}, which is no pcap file`);
}
