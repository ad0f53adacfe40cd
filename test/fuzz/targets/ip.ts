import assert from "node:assert/strict";
import {
  decodeIpv4,
  decodeIpv6,
  describeFrame,
  encodeIpv4,
  encodeIpv6,
  writeChecksum,
} from "@keepalived/inet-codec";
import {
  compareIp,
  familyOf,
  formatIp,
  formatMac,
  formatPrefix,
  ipToBytes,
  isIp,
  macToBytes,
  networkOf,
  parseIp,
  parseMac,
  parsePrefix,
  prefixContains,
} from "@keepalived/ip-address";
import type { Target } from "../engine/target.ts";
import { framesIn, join, obeyCodec, split, textBytes, utf8 } from "./support.ts";

/** Bits of the first byte. */
const repaired = 1;
const asText = 2;

/** Packets of both versions of the Internet Protocol. */
export const target: Target = {
  name: "ip",
  about: "IPv4 and IPv6 packets, the line that describes any frame, addresses as text",
  laws: [
    "codec",
    "lengths agree with what came",
    "any frame is described in one line",
    "one text for each address, and its bytes say the same; a prefix contains its own",
  ],
  isText: false,
  mostBytes: 300,
  seeds: () => [
    ...framesIn(new URL("../../../packages/inet-codec/testdata/", import.meta.url))
      .flatMap((frame) => [join(0, frame), join(repaired, frame)]),
    ...[
      "192.0.2.1",
      "192.0.2.0/24",
      "fe80::1%eth0",
      "2001:db8::1/64",
      "::ffff:192.0.2.1",
      "1:2:3:4:5:6:7:8",
      "02:00:5e:00:53:01",
      "::",
    ].map((text) => join(asText, textBytes(text))),
  ],
  check: (input) => {
    const { choice, bytes } = split(input);
    if ((choice & asText) !== 0) return obeyText(utf8(bytes));
    const packet = bytes.subarray(14);
    if ((choice & repaired) !== 0) repair(packet);
    assert.match(describeFrame(bytes), /^.+$/);
    const four = obeyCodec(packet, decodeIpv4, encodeIpv4);
    if (four !== undefined) {
      assert.equal((packet[0] ?? 0) >> 4, 4);
      assert.ok(20 + four.options.length + four.payload.length <= packet.length);
    }
    const six = obeyCodec(packet, decodeIpv6, encodeIpv6);
    if (six === undefined) return;
    assert.equal((packet[0] ?? 0) >> 4, 6);
    const extensions = six.extensionHeaders.reduce((sum, { body }) => sum + 2 + body.length, 0);
    assert.ok(40 + extensions + six.payload.length <= packet.length);
  },
};

/** Length and header checksum as they must be. */
function repair(packet: Uint8Array): void {
  const [first = 0] = packet;
  if (first >> 4 === 4 && packet.length >= 20) {
    packet.set([packet.length >> 8, packet.length & 0xff], 2);
    writeChecksum(packet.fill(0, 10, 12).subarray(0, 4 * (first & 0xf)), 10);
  } else if (first >> 4 === 6 && packet.length >= 40) {
    packet.set([(packet.length - 40) >> 8, (packet.length - 40) & 0xff], 4);
  }
}

function obeyText(text: string): void {
  obeyIp(text);
  obeyPrefix(text);
  const mac = parseMac(text);
  if (mac === undefined) return;
  assert.equal(parseMac(mac), mac);
  assert.equal(formatMac(macToBytes(mac)), mac);
}

function obeyIp(text: string): void {
  const address = parseIp(text);
  if (address === undefined) return;
  assert.ok(isIp(address));
  assert.equal(parseIp(address), address);
  const bytes = ipToBytes(address);
  assert.equal(bytes.length, familyOf(address) === 4 ? 4 : 16);
  assert.equal(formatIp(bytes), address);
  assert.equal(compareIp(address, address), 0);
}

function obeyPrefix(text: string): void {
  const prefix = parsePrefix(text);
  if (prefix === undefined) return;
  assert.deepEqual(parsePrefix(formatPrefix(prefix)), prefix);
  const network = networkOf(prefix);
  assert.ok(prefixContains(prefix, network) && prefixContains(prefix, prefix.address));
  assert.equal(networkOf({ ...prefix, address: network }), network);
}
