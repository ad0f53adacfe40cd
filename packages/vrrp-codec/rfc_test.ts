/**
 * What RFC 3768 §5, §7 (version 2) and RFC 9568 §5, §7 (version 3) demand of a message; the ledgers in test/conformance
 * refer to these tests.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sumPseudoHeader, writeChecksum } from "@keepalived/inet-codec";
import { type Advertisement, decodeAdvertisement, encodeAdvertisement } from "./mod.ts";

const group4 = { source: "10.0.0.1", destination: "224.0.0.18", hopLimit: 255 };
const group6 = { source: "fe80::1", destination: "ff02::12", hopLimit: 255 };

const common = { virtualRouterId: 51, priority: 100, maxAdvertiseIntervalUs: 1_000_000 };
const kinds: readonly {
  readonly title: string;
  readonly advertisement: Advertisement;
  readonly received: typeof group4;
}[] = [
  {
    title: "version 2",
    advertisement: { ...common, version: 2, addresses: ["10.0.0.100", "10.0.0.101"] },
    received: group4,
  },
  {
    title: "version 3 over IPv4",
    advertisement: { ...common, version: 3, addresses: ["10.0.0.100", "10.0.0.101"] },
    received: group4,
  },
  {
    title: "version 3 over IPv6",
    advertisement: { ...common, version: 3, addresses: ["fe80::100", "2001:db8::100"] },
    received: group6,
  },
];

for (const { title, advertisement, received } of kinds) {
  const good = encodeAdvertisement(advertisement, received);
  const isVersion2 = advertisement.version === 2;
  /** The fault of a message whose checksum is right; undefined if it is accepted. */
  const faultOf = (message: Uint8Array, path = received): string | undefined => {
    const { source, destination } = path;
    const pseudo = { source, destination, protocol: 112, length: message.length };
    if (message.length >= 8) {
      writeChecksum(message.fill(0, 6, 8), 6, isVersion2 ? 0 : sumPseudoHeader(pseudo));
    }
    const decoded = decodeAdvertisement(message, path);
    return decoded.ok ? undefined : decoded.error.fault;
  };

  test(`${title}: an advertisement with nothing wrong is accepted`, () => {
    const decoded = decodeAdvertisement(good, received);
    assert.ok(decoded.ok);
    const { checksumForm, ...rest } = decoded.value;
    assert.deepEqual(rest, advertisement);
    assert.equal(checksumForm, isVersion2 ? "message-only" : "pseudo-header");
  });

  test(`${title}: every other hop limit than 255 is discarded`, () => {
    for (let hopLimit = 0; hopLimit < 255; hopLimit++) {
      assert.equal(faultOf(good.slice(), { ...received, hopLimit }), "hop-limit", `${hopLimit}`);
    }
  });

  test(`${title}: a version that is none is discarded, and 2 and 3 are never mistaken`, () => {
    for (let version = 0; version < 16; version++) {
      const message = good.with(0, (version << 4) | 1);
      if (version !== 2 && version !== 3) assert.equal(faultOf(message), "version", `${version}`);
      const decoded = decodeAdvertisement(message, received);
      // Which of the two a virtual router speaks is up to its configuration.
      if (decoded.ok) assert.equal(decoded.value.version, version);
    }
  });

  test(`${title}: every other type is discarded`, () => {
    for (let type = 0; type < 16; type++) {
      const fault = faultOf(good.with(0, (advertisement.version << 4) | type));
      assert.equal(fault, type === 1 ? undefined : "type", `${type}`);
    }
  });

  test(`${title}: a message that is not complete is discarded`, () => {
    for (let length = 0; length < good.length; length++) {
      assert.equal(faultOf(good.slice(0, length)), "length", `${length} bytes`);
    }
  });

  test(`${title}: a wrong checksum is discarded`, () => {
    for (let bit = 0; bit < 16; bit++) {
      const at = 6 + (bit >> 3);
      const message = good.with(at, (good[at] ?? 0) ^ (1 << (bit & 7)));
      const decoded = decodeAdvertisement(message, received);
      assert.equal(decoded.ok ? undefined : decoded.error.fault, "checksum", `bit ${bit}`);
    }
  });

  test(`${title}: a changed byte makes the checksum wrong`, () => {
    for (let at = 1; at < good.length; at++) {
      if (at === 6 || at === 7) continue;
      const decoded = decodeAdvertisement(good.with(at, (good[at] ?? 0) ^ 0x10), received);
      assert.equal(decoded.ok, false, `byte ${at}`);
    }
  });

  test(`${title}: the addresses are of the packet's family alone`, () => {
    const other = received === group4 ? "2001:db8::100" : "10.0.0.100";
    const addresses = [...advertisement.addresses, other];
    assert.throws(
      () => encodeAdvertisement({ ...advertisement, addresses }, received),
      RangeError,
    );
  });

  test(`${title}: an interval of 0 is discarded`, () => {
    const zero = isVersion2 ? good.with(5, 0) : good.with(4, 0).with(5, 0);
    assert.equal(faultOf(zero), "interval");
  });
}

for (const { title, advertisement, received } of kinds.slice(1)) {
  const good = encodeAdvertisement(advertisement, received);

  test(`${title}: the reserved bits are zero when sent`, () => {
    assert.equal((good[4] ?? 0xff) >> 4, 0);
  });

  test(`${title}: the reserved bits are ignored when received`, () => {
    const { source, destination } = received;
    const message = good.with(4, (good[4] ?? 0) | 0xf0).fill(0, 6, 8);
    const pseudo = { source, destination, protocol: 112, length: message.length };
    writeChecksum(message, 6, sumPseudoHeader(pseudo));
    const decoded = decodeAdvertisement(message, received);
    assert.ok(decoded.ok);
    assert.equal(decoded.value.maxAdvertiseIntervalUs, advertisement.maxAdvertiseIntervalUs);
  });

  test(`${title}: a count of 0 is ignored`, () => {
    const { source, destination } = received;
    const message = good.slice(0, 8).with(3, 0).fill(0, 6, 8);
    const pseudo = { source, destination, protocol: 112, length: message.length };
    writeChecksum(message, 6, sumPseudoHeader(pseudo));
    const decoded = decodeAdvertisement(message, received);
    assert.equal(decoded.ok ? undefined : decoded.error.fault, "address-count");
  });
}

test("version 2: a pseudo-header is not in the checksum", () => {
  const [kind] = kinds;
  assert.ok(kind !== undefined);
  const message = encodeAdvertisement(kind.advertisement, group4).fill(0, 6, 8);
  const { source, destination } = group4;
  writeChecksum(
    message,
    6,
    sumPseudoHeader({ source, destination, protocol: 112, length: message.length }),
  );
  assert.equal(decodeAdvertisement(message, group4).ok, false);
});

test("version 3 over IPv6: without the pseudo-header the checksum is wrong", () => {
  const kind = kinds.find(({ title }) => title === "version 3 over IPv6");
  assert.ok(kind !== undefined);
  const message = encodeAdvertisement(kind.advertisement, group6).fill(0, 6, 8);
  writeChecksum(message, 6, 0);
  assert.equal(decodeAdvertisement(message, group6).ok, false);
});

test("version 3 over IPv4: the checksum covers the message alone where that is configured", () => {
  const kind = kinds.find(({ title }) => title === "version 3 over IPv4");
  assert.ok(kind !== undefined);
  const path = { ...group4, checksumForm: "message-only" } as const;
  const message = encodeAdvertisement(kind.advertisement, path);
  const decoded = decodeAdvertisement(message, group4);
  assert.equal(decoded.ok ? decoded.value.checksumForm : "refused", "message-only");
});
