import assert from "node:assert/strict";
import { sumPseudoHeader, writeChecksum } from "@keepalived/inet-codec";
import { familyOf, isMulticast } from "@keepalived/ip-address";
import {
  decodeAdvertisement,
  describeAdvertisement,
  encodeAdvertisement,
  type Received,
} from "@keepalived/vrrp-codec";
import type { Target } from "../engine/target.ts";
import { authenticationSeeds, obeyAuthentication } from "./authentication_laws.ts";
import { framesIn, join, obeyCodec, packetOf, split } from "./support.ts";

/** Bits of the first byte. */
const ipv6 = 1;
const unicast = 2;
const repaired = 4;
const messageOnly = 8;
const fromAfar = 16;
/** With it the lowest bits say what of the authentication is tried. */
const authentication = 32;

/** VRRP versions 2 and 3 over IPv4 and IPv6, and what proves where they come from. */
export const target: Target = {
  name: "advertisement",
  about: "VRRP messages of both versions, the trailer of auth_hmac, the Authentication Header",
  laws: [
    "codec",
    "what is accepted obeys the ladder of the standard",
    "one line describes it",
    "stamps are ordered, and the next one comes after",
    "no other packet is taken for a sealed one",
  ],
  isText: false,
  mostBytes: 300,
  seeds: () => [
    ...framesIn(new URL("../../../packages/vrrp-codec/testdata/", import.meta.url))
      .flatMap(seedsOf),
    ...authenticationSeeds().map((seed) => join(authentication | (seed[0] ?? 0), seed.slice(1))),
  ],
  check: (input) => {
    const { choice, bytes } = split(input);
    if ((choice & authentication) !== 0) return obeyAuthentication(choice & 3, bytes);
    const received = receivedBy(choice);
    if ((choice & repaired) !== 0) repairChecksum(bytes, received, (choice & messageOnly) !== 0);
    obeyLadder(bytes, received);
  },
};

/** The advertisement in a frame, as it is and with its checksum made right. */
function seedsOf(frame: Uint8Array): readonly Uint8Array[] {
  const packet = packetOf(frame);
  if (packet === undefined) return [];
  const { source, destination, payload } = packet;
  const family = familyOf(source) === 6 ? ipv6 : 0;
  const how = family | (isMulticast(destination) ? 0 : unicast);
  return [join(how, payload), join(how | repaired, payload)];
}

function receivedBy(choice: number): Received {
  const isIpv6 = (choice & ipv6) !== 0;
  const toGroup = isIpv6 ? "ff02::12" : "224.0.0.18";
  const toOne = isIpv6 ? "fe80::2" : "10.100.0.2";
  return {
    source: isIpv6 ? "fe80::ff:fe00:1" : "10.100.0.1",
    destination: (choice & unicast) === 0 ? toGroup : toOne,
    hopLimit: (choice & fromAfar) === 0 ? 255 : 254,
  };
}

/** Asserts laws 1, 2, 4 and 6 of one input. @returns whether it was accepted */
export function obeyLadder(message: Uint8Array, received: Received): boolean {
  const accepted = obeyCodec(
    message,
    (bytes) => decodeAdvertisement(bytes, received),
    ({ checksumForm, ...value }) => encodeAdvertisement(value, { ...received, checksumForm }),
  );
  if (accepted === undefined) return false;
  const { checksumForm: _, ...value } = accepted;
  const [first = 0, virtualRouterId, priority, count = 0] = message;
  assert.ok(received.hopLimit === 255 || !isMulticast(received.destination));
  assert.equal(first, (value.version << 4) | 1);
  assert.ok(value.version === 3 || familyOf(received.source) === 4);
  assert.ok(value.virtualRouterId > 0 && value.virtualRouterId === virtualRouterId);
  assert.equal(value.priority, priority);
  assert.ok(value.maxAdvertiseIntervalUs > 0);
  assert.equal(value.addresses.length, count);
  assert.ok(value.version === 2 || count > 0);
  assert.match(describeAdvertisement(value), /^.+$/);
  return true;
}

/** Makes the checksum right for the version and count that the message now claims. */
export function repairChecksum(
  message: Uint8Array,
  { source, destination }: Received,
  isMessageOnly = false,
): void {
  if (message.length < 8) return;
  const [first = 0, , , count = 0] = message;
  const isIpv4 = familyOf(source) === 4;
  const end = 8 + count * 4 + (first >> 4 === 2 ? 8 : 0);
  const covered = isIpv4 ? message.subarray(0, end) : message;
  const pseudo = { source, destination, protocol: 112, length: covered.length };
  message.fill(0, 6, 8);
  const plain = first >> 4 === 2 || isMessageOnly;
  writeChecksum(covered, 6, plain ? 0 : sumPseudoHeader(pseudo));
}
