import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeFrame,
  encodeAuthenticationHeader,
  encodeEthernet,
  encodeIcmpEcho,
  encodeIpv4,
  encodeIpv6,
  etherType,
} from "./mod.ts";

const macs = { destination: "02:00:00:00:00:02", source: "02:00:00:00:00:01" };
const head = "02:00:00:00:00:01 > 02:00:00:00:00:02 ";
const path = { source: "10.0.0.1", destination: "10.0.0.2", hopLimit: 64 };
const path6 = { source: "fe80::1", destination: "fe80::2", hopLimit: 64 };

function frame(type: number, payload: Uint8Array): Uint8Array {
  return encodeEthernet({ ...macs, etherType: type, payload });
}

function ipv4(protocol: number, payload: Uint8Array, fragmentOffsetBytes = 0): Uint8Array {
  return frame(etherType.ipv4, encodeIpv4({ ...path, protocol, payload, fragmentOffsetBytes }));
}

function ipv6(protocol: number, payload: Uint8Array): Uint8Array {
  return frame(etherType.ipv6, encodeIpv6({ ...path6, protocol, payload }));
}

test("describeFrame() tells echo messages, fragments and unknown protocols", () => {
  const echo = {
    kind: "request",
    identifier: 1,
    sequenceNumber: 2,
    data: new Uint8Array(0),
  } as const;
  const tail = "10.0.0.1 > 10.0.0.2 hop limit 64";
  const cases: [Uint8Array, string][] = [
    [ipv4(1, encodeIcmpEcho(echo, path)), `IPv4 ${tail} echo request identifier 1 sequence 2`],
    [ipv4(1, Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 0)), `IPv4 ${tail} ICMP 8 bytes`],
    [ipv4(6, new Uint8Array(20)), `IPv4 ${tail} TCP 20 bytes`],
    [ipv4(89, new Uint8Array(4)), `IPv4 ${tail} protocol 89 4 bytes`],
    [ipv4(17, new Uint8Array(8), 8), `IPv4 ${tail} fragment of UDP 8 bytes`],
    [
      ipv6(58, encodeIcmpEcho(echo, path6)),
      "IPv6 fe80::1 > fe80::2 hop limit 64 echo request identifier 1 sequence 2",
    ],
    [frame(0x88cc, new Uint8Array(9)), "ethertype 0x88cc 9 bytes"],
  ];
  for (const [bytes, line] of cases) assert.equal(describeFrame(bytes), head + line);
});

test("describeFrame() tells where a frame is malformed", () => {
  const tail = "10.0.0.1 > 10.0.0.2 hop limit 64";
  const cases: [Uint8Array, string][] = [
    [frame(etherType.arp, new Uint8Array(5)), "malformed ARP: length at 5"],
    [frame(etherType.ipv4, new Uint8Array(20)), "malformed IPv4: version at 0"],
    [frame(etherType.ipv6, new Uint8Array(40)), "malformed IPv6: version at 0"],
    [ipv4(51, new Uint8Array(8)), `IPv4 ${tail} malformed AH: length at 8`],
    [ipv4(1, new Uint8Array(8).fill(8, 0, 1)), `IPv4 ${tail} malformed ICMP: checksum at 2`],
    [
      ipv6(58, new Uint8Array(24).fill(136, 0, 1)),
      "IPv6 fe80::1 > fe80::2 hop limit 64 malformed neighbour: hop-limit at 0",
    ],
  ];
  for (const [bytes, line] of cases) assert.equal(describeFrame(bytes), head + line);
  assert.equal(describeFrame(new Uint8Array(3)), "malformed Ethernet: length at 3");
});

test("describeFrame() does not follow nested Authentication Headers", () => {
  const wrap = (payload: Uint8Array) =>
    encodeAuthenticationHeader({
      protocol: 51,
      securityParametersIndex: 1,
      sequenceNumber: 2,
      integrityCheckValue: new Uint8Array(0),
      payload,
    });
  const line = "IPv4 10.0.0.1 > 10.0.0.2 hop limit 64 AH spi 0x1 sequence 2 AH";
  assert.equal(describeFrame(ipv4(51, wrap(wrap(new Uint8Array(0))))), head + line);
});
