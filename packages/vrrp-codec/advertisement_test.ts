import assert from "node:assert/strict";
import { test } from "node:test";
import { sumPseudoHeader, writeChecksum } from "@keepalived/inet-codec";
import {
  type Advertisement,
  decodeAdvertisement,
  describeAdvertisement,
  encodeAdvertisement,
  type Received,
  simpleText,
  vrrpGroup,
} from "./mod.ts";

const multicast = { source: "10.0.0.1", destination: "224.0.0.18", hopLimit: 255 };
const multicast6 = { source: "fe80::1", destination: "ff02::12", hopLimit: 255 };
const unicast = { source: "10.0.0.1", destination: "10.0.0.2", hopLimit: 64 };

const v2: Advertisement = {
  version: 2,
  virtualRouterId: 51,
  priority: 200,
  maxAdvertiseIntervalUs: 1_000_000,
  addresses: ["10.0.0.100", "10.0.0.101"],
  authentication: simpleText("secret12"),
};
const v3: Advertisement = {
  version: 3,
  virtualRouterId: 255,
  priority: 0,
  maxAdvertiseIntervalUs: 40_950_000,
  addresses: ["10.0.0.100"],
};
const v3Ipv6: Advertisement = { ...v3, addresses: ["fe80::100", "2001:db8::100"] };

/** Makes the checksum of a changed message right again, in the form that its version has. */
function repaired(message: Uint8Array, { source, destination }: Received): Uint8Array {
  const pseudo = { source, destination, protocol: 112, length: message.length };
  const start = message[0] === 0x21 ? 0 : sumPseudoHeader(pseudo);
  writeChecksum(message.fill(0, 6, 8), 6, start);
  return message;
}

function refuse(
  fault: string,
  offset: number,
  message: Uint8Array,
  received: Received = multicast,
): void {
  assert.deepEqual(decodeAdvertisement(message, received), { ok: false, error: { fault, offset } });
}

test("decodeAdvertisement() refuses a hop limit other than 255 from a group", () => {
  refuse("hop-limit", 0, encodeAdvertisement(v2, multicast), { ...multicast, hopLimit: 254 });
  refuse("hop-limit", 0, encodeAdvertisement(v3Ipv6, multicast6), { ...multicast6, hopLimit: 1 });
});

test("decodeAdvertisement() leaves the hop limit of unicast to its caller", () => {
  assert.equal(decodeAdvertisement(encodeAdvertisement(v3, unicast), unicast).ok, true);
});

test("decodeAdvertisement() refuses a message that is cut off", () => {
  refuse("length", 0, new Uint8Array(0));
  refuse("length", 7, encodeAdvertisement(v3, multicast).subarray(0, 7));
  refuse("length", 11, encodeAdvertisement(v3, multicast).subarray(0, 11));
  refuse("length", 23, encodeAdvertisement(v2, multicast).subarray(0, 23));
  refuse("length", 39, encodeAdvertisement(v3Ipv6, multicast6).subarray(0, 39), multicast6);
  refuse("length", 12, encodeAdvertisement(v3, multicast).fill(2, 3, 4));
});

test("decodeAdvertisement() refuses a version other than 2 and 3, and version 2 over IPv6", () => {
  for (const first of [0x01, 0x11, 0x41, 0xf1]) {
    refuse("version", 0, encodeAdvertisement(v3, multicast).fill(first, 0, 1));
  }
  refuse("version", 0, encodeAdvertisement(v3Ipv6, multicast6).fill(0x21, 0, 1), multicast6);
});

test("decodeAdvertisement() refuses a type other than ADVERTISEMENT", () => {
  for (const first of [0x30, 0x32, 0x39, 0x3f]) {
    refuse("type", 0, encodeAdvertisement(v3, multicast).fill(first, 0, 1));
  }
});

test("decodeAdvertisement() refuses a wrong checksum", () => {
  refuse("checksum", 6, encodeAdvertisement(v2, multicast).fill(0, 12, 13));
  refuse("checksum", 6, encodeAdvertisement(v3, multicast).fill(0, 7, 8));
  refuse("checksum", 6, encodeAdvertisement(v3Ipv6, multicast6), {
    ...multicast6,
    source: "fe80::2",
  });
});

test("decodeAdvertisement() refuses a pseudo-header in the checksum of version 2", () => {
  const message = encodeAdvertisement(v2, multicast).fill(0, 6, 8);
  const { source, destination } = multicast;
  writeChecksum(
    message,
    6,
    sumPseudoHeader({ source, destination, protocol: 112, length: message.length }),
  );
  refuse("checksum", 6, message);
});

test("decodeAdvertisement() refuses virtual router 0", () => {
  refuse(
    "virtual-router-id",
    1,
    repaired(encodeAdvertisement(v2, multicast).fill(0, 1, 2), multicast),
  );
});

test("decodeAdvertisement() refuses version 3 without addresses, not version 2", () => {
  const message = encodeAdvertisement(v3, multicast).fill(0, 3, 4).subarray(0, 8);
  refuse("address-count", 3, repaired(message, multicast));
  const none = { ...v2, addresses: [] };
  const decoded = decodeAdvertisement(encodeAdvertisement(none, multicast), multicast);
  assert.deepEqual(decoded.ok && decoded.value.addresses, []);
});

test("decodeAdvertisement() refuses an interval of zero", () => {
  refuse("interval", 5, repaired(encodeAdvertisement(v3, multicast).fill(0, 4, 6), multicast));
  refuse("interval", 5, repaired(encodeAdvertisement(v2, multicast).fill(0, 5, 6), multicast));
});

test("decodeAdvertisement() ignores the reserved bits of version 3", () => {
  const message = repaired(encodeAdvertisement(v3, multicast).fill(0xff, 4, 5), multicast);
  const decoded = decodeAdvertisement(message, multicast);
  assert.equal(decoded.ok && decoded.value.maxAdvertiseIntervalUs, 40_950_000);
});

test("decodeAdvertisement() tells the checksum form of version 3 over IPv4", () => {
  const forms = ["pseudo-header", "message-only", "group-pseudo-header"] as const;
  for (const checksumForm of forms) {
    const message = encodeAdvertisement(v3, { ...unicast, checksumForm });
    const value = { ...v3, checksumForm };
    assert.deepEqual(decodeAdvertisement(message, unicast), { ok: true, value });
  }
});

test("encodeAdvertisement() has no choice of the form in version 2 and over IPv6", () => {
  const checksumForm = "group-pseudo-header";
  assert.deepEqual(
    encodeAdvertisement(v2, { ...unicast, checksumForm }),
    encodeAdvertisement(v2, unicast),
  );
  assert.deepEqual(
    encodeAdvertisement(v3Ipv6, { ...multicast6, checksumForm: "message-only" }),
    encodeAdvertisement(v3Ipv6, multicast6),
  );
});

test("decodeAdvertisement() keeps a trailer, and owns what it returns", () => {
  const trailer = Uint8Array.of(1, 2, 3);
  for (
    const [advertisement, received] of [[v2, multicast], [v3, unicast], [
      v3Ipv6,
      multicast6,
    ]] as const
  ) {
    const message = encodeAdvertisement({ ...advertisement, trailer }, received);
    const decoded = decodeAdvertisement(message, received);
    message.fill(0);
    assert.ok(decoded.ok);
    const { checksumForm: _, ...value } = decoded.value;
    assert.deepEqual(value, { ...advertisement, trailer });
  }
});

test("encodeAdvertisement() rounds the interval to the unit of the version", () => {
  const message = encodeAdvertisement({ ...v3, maxAdvertiseIntervalUs: 1_004_999 }, multicast);
  const decoded = decodeAdvertisement(message, multicast);
  assert.equal(decoded.ok && decoded.value.maxAdvertiseIntervalUs, 1_000_000);
});

test("encodeAdvertisement() refuses what no advertisement can hold", () => {
  const impossible: [Advertisement, Received][] = [
    [{ ...v3, virtualRouterId: 0 }, multicast],
    [{ ...v3, virtualRouterId: 256 }, multicast],
    [{ ...v3, priority: -1 }, multicast],
    [{ ...v3, addresses: [] }, multicast],
    [{ ...v3, addresses: Array(256).fill("10.0.0.1") }, multicast],
    [{ ...v3, addresses: ["fe80::1"] }, multicast],
    [{ ...v3, authentication: simpleText("x") }, multicast],
    [{ ...v2, authentication: { type: 1, data: new Uint8Array(7) } }, multicast],
    [{ ...v2, authentication: { type: 1, data: new Uint8Array(9) } }, multicast],
    [{ ...v2, addresses: ["fe80::1"] }, multicast6],
    [v3, { ...multicast, destination: "ff02::12" }],
    [{ ...v3, maxAdvertiseIntervalUs: 0 }, multicast],
    [{ ...v3, maxAdvertiseIntervalUs: 40_960_000 }, multicast],
    [{ ...v2, maxAdvertiseIntervalUs: 500_000 }, multicast],
  ];
  for (const [advertisement, path] of impossible) {
    assert.throws(() => encodeAdvertisement(advertisement, path), RangeError);
  }
  assert.throws(() => encodeAdvertisement(v3, multicast, new Uint8Array(13)), RangeError);
});

test("describeAdvertisement() shows no password", () => {
  assert.equal(
    describeAdvertisement({ ...v2, trailer: new Uint8Array(28) }),
    "VRRPv2 vrid 51 priority 200 interval 1 s 10.0.0.100, 10.0.0.101 authentication type 1 trailer 28 bytes",
  );
  assert.equal(
    describeAdvertisement(v3),
    "VRRPv3 vrid 255 priority 0 interval 40.95 s 10.0.0.100",
  );
});

test("decodeAdvertisement() keeps authentication data of type 0 unless all of it is zero", () => {
  const data = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
  for (const authentication of [{ type: 0, data }, { type: 0, data: new Uint8Array(8) }]) {
    const decoded = decodeAdvertisement(
      encodeAdvertisement({ ...v2, authentication }, multicast),
      multicast,
    );
    assert.ok(decoded.ok);
    const isKept = authentication.data === data;
    assert.deepEqual(decoded.value.authentication, isKept ? authentication : undefined);
  }
});

test("vrrpGroup has the groups of RFC 9568", () => {
  assert.deepEqual(vrrpGroup, { 4: "224.0.0.18", 6: "ff02::12" });
});
