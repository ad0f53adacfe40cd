import type { Frame } from "./wire.ts";

const LINKTYPE_ETHERNET = 1;
const snapLength = 65_535;

/** Frames as a capture file of libpcap, for tshark and the like; the times are those of the monotonic clock. */
export function encodePcap(frames: readonly Omit<Frame, "port">[]): Uint8Array {
  const length = frames.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24);
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  [0xa1b2c3d4, 0x0002_0004, 0, 0, snapLength, LINKTYPE_ETHERNET].forEach((word, i) =>
    view.setUint32(i * 4, word)
  );
  let at = 24;
  for (const { atUs, bytes } of frames) {
    const words = [Math.floor(atUs / 1_000_000), atUs % 1_000_000, bytes.length, bytes.length];
    words.forEach((word, i) => view.setUint32(at + i * 4, word));
    file.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return file;
}
