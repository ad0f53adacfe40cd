import assert from "node:assert/strict";
import {
  bfdStates,
  decodeControlPacket,
  describeControlPacket,
  encodeControlPacket,
} from "@keepalived/bfd-codec";
import { decodeIpv4, decodeIpv6 } from "@keepalived/inet-codec";
import type { Target } from "../engine/target.ts";
import { framesIn, obeyCodec } from "./support.ts";

const ethernetBytes = 14;
const udpBytes = 8;

/** Control packets of BFD. */
export const target: Target = {
  name: "bfd",
  about: "BFD control packets, with any authentication section",
  laws: [
    "codec",
    "what is accepted passed every check of RFC 5880 §6.8.6",
    "one line describes it",
    "what follows the packet does not count",
  ],
  isText: false,
  mostBytes: 120,
  seeds: () =>
    framesIn(new URL("../../../packages/bfd-codec/testdata/", import.meta.url)).flatMap((frame) => {
      const packet = decodeIpv4(frame.subarray(ethernetBytes));
      const packet6 = decodeIpv6(frame.subarray(ethernetBytes));
      const payload = packet.ok ? packet.value.payload : packet6.ok ? packet6.value.payload : frame;
      return [payload.slice(udpBytes)];
    }).flatMap((message) => [message, ...authenticated(message)]),
  check: (input) => {
    const packet = obeyCodec(input, decodeControlPacket, (it) => encodeControlPacket(it));
    if (packet === undefined) return;
    const [first = 0, second = 0, detectMult, length = 0] = input;
    assert.equal(first >> 5, 1);
    assert.ok(length >= 24 && length <= input.length);
    assert.equal(packet.detectMult, detectMult);
    assert.ok(packet.detectMult > 0 && packet.myDiscriminator !== 0);
    assert.equal(second & 1, 0, "multipoint");
    assert.equal(packet.state, bfdStates[second >> 6]);
    const isNew = packet.state === "down" || packet.state === "admin-down";
    assert.ok(packet.yourDiscriminator !== 0 || isNew);
    assert.match(describeControlPacket(packet), /^.+$/);
    assert.deepEqual(decodeControlPacket(input.slice(0, length)), { ok: true, value: packet });
  },
};

/** The same with a section for each type that there is, and one that nobody knows. */
function authenticated(message: Uint8Array): readonly Uint8Array[] {
  if (message.length !== 24) return [];
  return [[1, 9], [2, 24], [3, 24], [4, 28], [5, 28], [9, 4]].map(([type = 0, bytes = 0]) => {
    const longer = new Uint8Array(24 + bytes);
    longer.set(message);
    longer[1] = (message[1] ?? 0) | 0x04;
    longer[3] = longer.length;
    longer.set([type, bytes, 1], 24);
    return longer;
  });
}
