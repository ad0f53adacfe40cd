import assert from "node:assert/strict";
import {
  decodeArp,
  decodeEthernet,
  decodeIcmpEcho,
  decodeNeighbour,
  encodeArp,
  encodeEthernet,
  encodeGratuitousArp,
  encodeIcmpEcho,
  encodeNeighbour,
  encodeUnsolicitedNeighbourAdvertisement,
  sumPseudoHeader,
  writeChecksum,
} from "@keepalived/inet-codec";
import { isMulticast } from "@keepalived/ip-address";
import type { Target } from "../engine/target.ts";
import { framesIn, join, obeyCodec, packetOf, split } from "./support.ts";

const path4 = { source: "10.0.0.1", destination: "10.0.0.2", hopLimit: 255 };
const path6 = { source: "fe80::1", destination: "fe80::2", hopLimit: 255 };

/** What the first byte chooses, besides whether the checksum is made right. */
const kinds = ["ethernet", "arp", "neighbour", "echo", "echo6"] as const;
const repaired = 8;

/** What announces addresses and asks for them. */
export const target: Target = {
  name: "arp-ndp",
  about: "Ethernet frames, ARP, neighbour discovery and ICMP echo",
  laws: ["codec", "a neighbour message is of a kind that is known, for a unicast address"],
  isText: false,
  mostBytes: 200,
  seeds,
  check: (input) => {
    const { choice, bytes } = split(input);
    const kind = kinds[(choice & 7) % kinds.length];
    if ((choice & repaired) !== 0 && bytes.length >= 4) {
      const isSix = kind !== "echo";
      const pseudo = sumPseudoHeader({ ...path6, protocol: 58, length: bytes.length });
      writeChecksum(bytes.fill(0, 2, 4), 2, isSix ? pseudo : 0);
    }
    switch (kind) {
      case "ethernet":
        obeyCodec(bytes, decodeEthernet, encodeEthernet);
        return;
      case "arp":
        obeyCodec(bytes, decodeArp, encodeArp);
        return;
      case "neighbour": {
        const message = obeyCodec(
          bytes,
          (it) => decodeNeighbour(it, path6),
          (it) => encodeNeighbour(it, path6),
        );
        if (message === undefined) return;
        assert.deepEqual([bytes[0], bytes[1]], [message.kind === "solicitation" ? 135 : 136, 0]);
        assert.ok(!isMulticast(message.target));
        return;
      }
      default: {
        const path = kind === "echo" ? path4 : path6;
        obeyCodec(bytes, (it) => decodeIcmpEcho(it, path), (it) => encodeIcmpEcho(it, path));
      }
    }
  },
};

function seeds(): readonly Uint8Array[] {
  const frames = [
    ...framesIn(new URL("../../../packages/inet-codec/testdata/", import.meta.url)),
    encodeGratuitousArp({ sourceMac: "02:00:00:00:00:01", address: "192.0.2.1" }),
    encodeUnsolicitedNeighbourAdvertisement({
      sourceMac: "02:00:00:00:00:01",
      source: "fe80::1",
      address: "2001:db8::1",
      router: true,
    } as never),
  ];
  const echo = { kind: "request", identifier: 1, sequenceNumber: 2, data: Uint8Array.of(1, 2) };
  return [
    ...frames.flatMap((frame) => {
      const payload = packetOf(frame)?.payload ?? frame.subarray(14);
      return [join(0, frame), ...[1, 2, 3, 4].map((kind) => join(kind | repaired, payload))];
    }),
    join(3, encodeIcmpEcho({ ...echo, kind: "request" }, path4)),
    join(4, encodeIcmpEcho({ ...echo, kind: "reply" }, path6)),
  ];
}
