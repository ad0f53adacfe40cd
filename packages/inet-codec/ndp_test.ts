import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeNeighbour,
  encodeNeighbour,
  type NeighbourMessage,
  sumPseudoHeader,
  writeChecksum,
} from "./mod.ts";

const solicitation: NeighbourMessage = {
  kind: "solicitation",
  target: "fe80::2",
  linkLayerAddress: "02:00:00:00:00:01",
  otherOptions: [{ type: 14, body: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
};
const advertisement: NeighbourMessage = {
  kind: "advertisement",
  target: "fe80::2",
  router: true,
  solicited: true,
  override: false,
  linkLayerAddress: "02:00:00:00:00:02",
  otherOptions: [],
};
const unicast = { source: "fe80::1", destination: "fe80::2", hopLimit: 255 };

test("decodeNeighbour() gives what encodeNeighbour() wrote", () => {
  const { linkLayerAddress: _, ...bare } = solicitation;
  const flagged = { ...advertisement, router: false, override: true };
  for (const value of [solicitation, advertisement, bare, flagged]) {
    assert.deepEqual(decodeNeighbour(encodeNeighbour(value, unicast), unicast), {
      ok: true,
      value,
    });
  }
});

test("decodeNeighbour() keeps link-layer options of another direction or size apart", () => {
  const otherOptions = [
    { type: 1, body: new Uint8Array(6) },
    { type: 2, body: new Uint8Array(14) },
  ];
  const { linkLayerAddress: _, ...bare } = advertisement;
  const value = { ...bare, otherOptions };
  assert.deepEqual(decodeNeighbour(encodeNeighbour(value, unicast), unicast), { ok: true, value });
});

test("decodeNeighbour() accepts a probe for a duplicate address", () => {
  const { linkLayerAddress: _, ...probe } = solicitation;
  const path = { source: "::", destination: "ff02::1:ff00:2", hopLimit: 255 };
  assert.deepEqual(decodeNeighbour(encodeNeighbour(probe, path), path), { ok: true, value: probe });
});

test("decodeNeighbour() refuses each broken field", () => {
  const refuse = (
    fault: string,
    offset: number,
    message: NeighbourMessage,
    change: (bytes: Uint8Array) => Uint8Array,
    received = unicast,
  ) => {
    const bytes = change(encodeNeighbour(message, received));
    const { source, destination } = received;
    const pseudo = { source, destination, protocol: 58, length: bytes.length };
    if (fault !== "checksum") writeChecksum(bytes.fill(0, 2, 4), 2, sumPseudoHeader(pseudo));
    const decoded = decodeNeighbour(bytes, received);
    assert.deepEqual(decoded, { ok: false, error: { fault, offset } });
  };
  const same = (bytes: Uint8Array) => bytes;
  refuse("length", 23, advertisement, (bytes) => bytes.subarray(0, 23));
  refuse("type", 0, advertisement, (bytes) => bytes.fill(137, 0, 1));
  refuse("hop-limit", 0, advertisement, same, { ...unicast, hopLimit: 254 });
  refuse("checksum", 2, advertisement, (bytes) => bytes.fill(0xee, 20, 21));
  refuse("code", 1, solicitation, (bytes) => bytes.fill(1, 1, 2));
  refuse("target-address", 8, advertisement, (bytes) => bytes.fill(0xff, 8, 9));
  refuse("option-length", 24, advertisement, (bytes) => bytes.fill(0, 25, 26));
  refuse("option-length", 24, advertisement, (bytes) => bytes.fill(2, 25, 26));
  refuse("option-length", 24, advertisement, (bytes) => bytes.subarray(0, 25));
  refuse("option-length", 32, solicitation, (bytes) => bytes.fill(0, 33, 34));
  const toGroup = { ...unicast, destination: "ff02::1" };
  refuse("solicited-flag", 4, advertisement, same, toGroup);
  const probe = { source: "::", destination: "ff02::1:ff00:2", hopLimit: 255 };
  refuse("unspecified-source", 0, solicitation, same, probe);
  const { linkLayerAddress: _, ...bare } = solicitation;
  refuse("unspecified-source", 0, bare, same, { ...probe, destination: "ff02::1" });
});

test("encodeNeighbour() refuses an option that is no whole number of units", () => {
  const odd = { ...advertisement, otherOptions: [{ type: 5, body: new Uint8Array(4) }] };
  assert.throws(() => encodeNeighbour(odd, unicast), RangeError);
});
