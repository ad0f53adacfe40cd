import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { type Packet, PcapReader } from "./pcap.ts";

type Form = { readonly magic: number; readonly littleEndian: boolean };

/** A capture of two packets, the second one without bytes. */
function capture({ magic, littleEndian }: Form): Uint8Array {
  const bytes = new Uint8Array(24 + 16 + 3 + 16);
  const view = new DataView(bytes.buffer);
  const put = (at: number, words: readonly number[]) => {
    for (const [i, word] of words.entries()) view.setUint32(at + 4 * i, word, littleEndian);
  };
  put(0, [magic, littleEndian ? 0x00040002 : 0x00020004, 0, 0, 262_144, 1]);
  put(24, [1_795_260_629, 414_170, 3, 60]);
  bytes.set([1, 2, 3], 40);
  put(43, [1_795_260_630, 500, 0, 0]);
  return bytes;
}

function read(portions: Iterable<Uint8Array>): readonly Packet[] {
  const packets: Packet[] = [];
  const reader = new PcapReader((packet) => packets.push(packet));
  for (const portion of portions) reader.push(portion);
  return packets;
}

const microseconds: readonly Packet[] = [
  { atUs: 1_795_260_629_414_170, bytes: Uint8Array.of(1, 2, 3) },
  { atUs: 1_795_260_630_000_500, bytes: new Uint8Array(0) },
];

for (const littleEndian of [true, false]) {
  const order = littleEndian ? "little-endian" : "big-endian";
  test(`PcapReader reads ${order} captures with microseconds`, () => {
    deepEqual(read([capture({ magic: 0xa1b2c3d4, littleEndian })]), microseconds);
  });

  test(`PcapReader reads ${order} captures with nanoseconds`, () => {
    deepEqual(
      read([capture({ magic: 0xa1b23c4d, littleEndian })]).map(({ atUs }) => atUs),
      [1_795_260_629_000_414.17, 1_795_260_630_000_000.5],
    );
  });
}

test("PcapReader reads the same whole and byte by byte", () => {
  const bytes = capture({ magic: 0xa1b2c3d4, littleEndian: true });
  deepEqual(read([...bytes].map((byte) => Uint8Array.of(byte))), microseconds);
});

test("PcapReader refuses what is no capture, such as pcapng", () => {
  const pcapng = new Uint8Array(24);
  pcapng.set([0x0a, 0x0d, 0x0d, 0x0a]);
  throws(() => read([pcapng]), RangeError);
});

test("PcapReader refuses a length that no packet has", () => {
  const bytes = capture({ magic: 0xa1b2c3d4, littleEndian: true });
  bytes.set([0xff, 0xff, 0xff, 0xff], 32);
  throws(() => read([bytes]), /packet of 4294967295 bytes/);
});
