import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Decoded } from "@keepalived/bytes";
import {
  type ArpPacket,
  type AuthenticationHeader,
  decodeArp,
  decodeAuthenticationHeader,
  decodeEthernet,
  decodeIcmpEcho,
  decodeIpv4,
  decodeIpv6,
  decodeNeighbour,
  describeFrame,
  encodeArp,
  encodeAuthenticationHeader,
  encodeEthernet,
  encodeIcmpEcho,
  encodeIpv4,
  encodeIpv6,
  encodeNeighbour,
  type EthernetFrame,
  type IcmpEcho,
  type Ipv4Packet,
  type Ipv6Packet,
  type NeighbourMessage,
  sumPseudoHeader,
  writeChecksum,
} from "@keepalived/inet-codec";
import { formatIp, formatMac } from "@keepalived/ip-address";
import { edits, flipBit, mutate, record, runs } from "./mutation.ts";

type Codec<T> = {
  readonly name: string;
  readonly values: fc.Arbitrary<T>;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Decoded<T, string>;
  /** Makes lengths and checksums right again, so that mutations reach what lies behind them. */
  readonly repair?: (bytes: Uint8Array) => void;
  /** Bits under a checksum that do not choose what it covers, from and to. */
  readonly coveredBits?: (value: T, bytes: Uint8Array) => readonly [number, number];
  /** What must hold of any accepted bytes besides the fixed point. */
  readonly obeys?: (value: T, bytes: Uint8Array) => void;
};

const byte = fc.nat(0xff);
const word = fc.nat(0xffff);
const double = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 50 });
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(formatMac);
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatIp);
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIp);
const units = (unit: number, first: number, max: number) =>
  fc.nat(max).chain((n) =>
    fc.uint8Array({ minLength: first + unit * n, maxLength: first + unit * n })
  );
const path4 = { source: "10.0.0.1", destination: "10.0.0.2", hopLimit: 255 };
const path6 = { source: "fe80::1", destination: "fe80::2", hopLimit: 255 };
const pseudoHeader = (length: number) => sumPseudoHeader({ ...path6, protocol: 58, length });

const ethernet: Codec<EthernetFrame> = {
  name: "Ethernet",
  values: record({ destination: mac, source: mac, etherType: word, payload: bytes }),
  encode: encodeEthernet,
  decode: decodeEthernet,
};

const arp: Codec<ArpPacket> = {
  name: "ARP",
  values: record({
    operation: word,
    senderMac: mac,
    senderAddress: ipv4,
    targetMac: mac,
    targetAddress: ipv4,
  }),
  encode: encodeArp,
  decode: decodeArp,
};

const ipv4Packet: Codec<Ipv4Packet> = {
  name: "IPv4",
  values: record({
    typeOfService: byte,
    identification: word,
    dontFragment: fc.boolean(),
    moreFragments: fc.boolean(),
    fragmentOffsetBytes: fc.nat(0x1fff).map((x) => x * 8),
    hopLimit: byte,
    protocol: byte,
    source: ipv4,
    destination: ipv4,
    options: units(4, 0, 10),
    payload: bytes,
  }),
  encode: encodeIpv4,
  decode: decodeIpv4,
  repair: (packet) => {
    if (packet.length < 20) return;
    packet.set([packet.length >> 8, packet.length & 0xff], 2);
    writeChecksum(packet.fill(0, 10, 12).subarray(0, 4 * ((packet[0] ?? 0) & 0xf)), 10);
  },
  coveredBits: (packet) => [4, 8 * (20 + packet.options.length)],
  obeys: (packet, wire) => {
    assert.equal((wire[0] ?? 0) >> 4, 4);
    const total = 20 + packet.options.length + packet.payload.length;
    assert.equal(((wire[2] ?? 0) << 8) | (wire[3] ?? 0), total);
    assert.ok(total <= wire.length);
  },
};

const ipv6Packet: Codec<Ipv6Packet> = {
  name: "IPv6",
  values: record({
    trafficClass: byte,
    flowLabel: fc.nat(0xf_ffff),
    hopLimit: byte,
    source: ipv6,
    destination: ipv6,
    extensionHeaders: fc.array(
      record({ protocol: fc.constantFrom(0, 43, 60), body: units(8, 6, 3) }),
      { maxLength: 3 },
    ),
    protocol: byte.filter((protocol) => ![0, 43, 60].includes(protocol)),
    payload: bytes,
  }),
  encode: encodeIpv6,
  decode: decodeIpv6,
  repair: (packet) => {
    if (packet.length >= 40) {
      packet.set([(packet.length - 40) >> 8, (packet.length - 40) & 0xff], 4);
    }
  },
  obeys: (packet, wire) => {
    assert.equal((wire[0] ?? 0) >> 4, 6);
    const extensions = packet.extensionHeaders.reduce((sum, { body }) => sum + 2 + body.length, 0);
    const length = extensions + packet.payload.length;
    assert.equal(((wire[4] ?? 0) << 8) | (wire[5] ?? 0), length);
    assert.ok(40 + length <= wire.length);
  },
};

const authenticationHeader: Codec<AuthenticationHeader> = {
  name: "Authentication Header",
  values: record({
    protocol: byte,
    securityParametersIndex: double,
    sequenceNumber: double,
    integrityCheckValue: units(4, 0, 8),
    payload: bytes,
  }),
  encode: encodeAuthenticationHeader,
  decode: decodeAuthenticationHeader,
};

const option = record({ type: fc.integer({ min: 3, max: 255 }), body: units(8, 6, 2) });
const neighbour: Codec<NeighbourMessage> = {
  name: "neighbour",
  values: record({
    kind: fc.constantFrom("advertisement" as const, "solicitation" as const),
    target: ipv6.filter((address) => !address.startsWith("ff")),
    flags: record({ router: fc.boolean(), solicited: fc.boolean(), override: fc.boolean() }),
    linkLayer: fc.option(mac.map((linkLayerAddress) => ({ linkLayerAddress })), { nil: {} }),
    otherOptions: fc.array(option, { maxLength: 3 }),
  }).map(({ kind, target, flags, linkLayer, otherOptions }) =>
    kind === "solicitation"
      ? { kind, target, ...linkLayer, otherOptions }
      : { kind, target, ...flags, ...linkLayer, otherOptions }
  ),
  encode: (message) => encodeNeighbour(message, path6),
  decode: (wire) => decodeNeighbour(wire, path6),
  repair: (wire) => {
    if (wire.length >= 4) writeChecksum(wire.fill(0, 2, 4), 2, pseudoHeader(wire.length));
  },
  coveredBits: (_, wire) => [0, 8 * wire.length],
  obeys: (message, wire) => {
    assert.deepEqual([wire[0], wire[1]], [message.kind === "solicitation" ? 135 : 136, 0]);
    assert.equal(wire.length % 8, 0);
    assert.equal(message.target.startsWith("ff") && message.target.indexOf(":") === 4, false);
  },
};

const echo = (name: string, path: typeof path4): Codec<IcmpEcho> => ({
  name,
  values: record({
    kind: fc.constantFrom("request" as const, "reply" as const),
    identifier: word,
    sequenceNumber: word,
    data: bytes,
  }),
  encode: (message) => encodeIcmpEcho(message, path),
  decode: (wire) => decodeIcmpEcho(wire, path),
  repair: (wire) => {
    const sum = path === path6 ? pseudoHeader(wire.length) : 0;
    if (wire.length >= 4) writeChecksum(wire.fill(0, 2, 4), 2, sum);
  },
  coveredBits: (_, wire) => [0, 8 * wire.length],
  obeys: (_, wire) => assert.equal(wire[1], 0),
});

check(ethernet);
check(arp);
check(ipv4Packet);
check(ipv6Packet);
check(authenticationHeader);
check(neighbour);
check(echo("ICMP echo", path4));
check(echo("ICMPv6 echo", path6));

test("describeFrame() gives one line for any frame", () => {
  const packets = fc.oneof(
    arp.values.map((value) => ({ etherType: 0x0806, payload: encodeArp(value) })),
    record({ packet: ipv4Packet.values, inner: inner() }).map(({ packet, inner }) => ({
      etherType: 0x0800,
      payload: encodeIpv4({ ...packet, fragmentOffsetBytes: 0, ...inner }),
    })),
    record({ packet: ipv6Packet.values, inner: inner() }).map(({ packet, inner }) => ({
      etherType: 0x86dd,
      payload: encodeIpv6({ ...packet, ...inner }),
    })),
    record({ etherType: word, payload: bytes }),
  );
  fc.assert(
    fc.property(packets, edits, (packet, list) => {
      const whole = encodeEthernet({
        source: "02:00:00:00:00:01",
        destination: "02:00:00:00:00:02",
        ...packet,
      });
      for (const frame of [whole, mutate(whole, list)]) assert.match(describeFrame(frame), /^.+$/);
    }),
    runs(2000),
  );
});

/** Payloads of IP that the describer looks into. */
function inner(): fc.Arbitrary<{ protocol: number; payload: Uint8Array }> {
  return fc.oneof(
    authenticationHeader.values.map((value) => ({
      protocol: 51,
      payload: encodeAuthenticationHeader(value),
    })),
    neighbour.values.map((value) => ({ protocol: 58, payload: encodeNeighbour(value, path6) })),
    record({ protocol: fc.constantFrom(1, 51, 58, 112), payload: bytes }),
  );
}

function check<T>(codec: Codec<T>): void {
  const { name, values, encode, decode, repair, coveredBits, obeys } = codec;

  test(`what the ${name} encoder writes, its decoder reads`, () => {
    fc.assert(
      fc.property(values, (value) => assert.deepEqual(decode(encode(value)), { ok: true, value })),
      runs(1000),
    );
  });

  test(`the ${name} decoder keeps its laws on mutated and on any bytes`, () => {
    let accepted = 0;
    let total = 0;
    const law = (wire: Uint8Array) => {
      total++;
      const decoded = decode(wire);
      if (!decoded.ok) {
        assert.ok(decoded.error.offset >= 0 && decoded.error.offset <= wire.length);
        return;
      }
      accepted++;
      obeys?.(decoded.value, wire);
      assert.deepEqual(decode(encode(decoded.value)), decoded);
    };
    fc.assert(
      fc.property(values, edits, fc.boolean(), (value, list, whole) => {
        const wire = mutate(encode(value), list);
        if (whole) repair?.(wire);
        law(wire);
      }),
      runs(1500),
    );
    assert.ok(accepted > total / 5, `${accepted} of ${total} accepted`);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), law), runs(500));
  });

  if (coveredBits === undefined) return;
  test(`the ${name} decoder refuses one changed bit under the checksum`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const wire = encode(value);
        const [from, to] = coveredBits(value, wire);
        for (let bit = from; bit < to; bit++) {
          assert.equal(decode(flipBit(wire, bit)).ok, false, `bit ${bit}`);
        }
      }),
      runs(50),
    );
  });
}
