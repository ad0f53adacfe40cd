import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import {
  decodeAuthenticationHeader,
  decodeEthernet,
  decodeIpv4,
  encodeIpv4,
  encodeSealedIpv4,
  ipProtocol,
  isSealIntact,
} from "./mod.ts";

const digest = (bytes: Uint8Array): Uint8Array =>
  createHmac("md5", "secret12").update(bytes).digest();

for (const kind of ["multicast", "unicast"]) {
  const name = `ah_${kind}.txt`;
  const seal = { digest, coversHopLimit: kind === "multicast" };
  test(`encodeSealedIpv4() writes each packet of testdata/${name}`, () => {
    const packets = packetsOf(name);
    assert.ok(packets.length >= 3);
    for (const packet of packets) {
      assert.ok(isSealIntact(packet, seal));
      const outer = decodeIpv4(packet);
      assert.ok(outer.ok);
      const inner = decodeAuthenticationHeader(outer.value.payload);
      assert.ok(inner.ok);
      const { protocol, payload } = inner.value;
      const fields = { ...outer.value, protocol, payload };
      assert.deepEqual(encodeSealedIpv4(fields, inner.value, seal), packet);
    }
  });
}

const fields = {
  source: "192.0.2.1",
  destination: "192.0.2.2",
  hopLimit: 255,
  typeOfService: 0xc0,
  identification: 1,
  protocol: ipProtocol.vrrp,
  payload: Uint8Array.of(1, 2, 3, 4),
};
const header = { securityParametersIndex: 1, sequenceNumber: 2 };
const seal = { digest, coversHopLimit: false };

test("isSealIntact() sees each changed byte but those that routers change", () => {
  const packet = encodeSealedIpv4(fields, header, seal);
  const mutable = new Set([1, 6, 7, 8, 10, 11]);
  for (let at = 0; at < packet.length; at++) {
    const changed = packet.with(at, (packet[at] ?? 0) ^ 1);
    assert.equal(isSealIntact(changed, seal), mutable.has(at), `byte ${at}`);
  }
  const other = { ...seal, digest: (bytes: Uint8Array) => digest(bytes.subarray(1)) };
  assert.equal(isSealIntact(packet, other), false, "another key");
  const hop = encodeSealedIpv4(fields, header, { ...seal, coversHopLimit: true });
  assert.equal(isSealIntact(hop, { ...seal, coversHopLimit: true }), true);
  assert.equal(isSealIntact(hop.with(8, 254), { ...seal, coversHopLimit: true }), false);
});

test("isSealIntact() refuses what has no room for a seal, and options", () => {
  const packet = encodeSealedIpv4(fields, header, seal);
  for (let length = 0; length < packet.length; length++) {
    assert.equal(isSealIntact(packet.subarray(0, length), seal), false, `${length} bytes`);
  }
  const payload = packet.subarray(20);
  const options = encodeIpv4({ ...fields, payload, options: new Uint8Array(4) });
  assert.equal(isSealIntact(options, seal), false);
});

function packetsOf(name: string): Uint8Array[] {
  const text = readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8");
  return [...text.matchAll(/((?:^[0-9a-f]+\n)+)> /gm)].map(([, hex = ""]) => {
    const frame = decodeEthernet(parseHex(hex) ?? new Uint8Array());
    assert.ok(frame.ok);
    return frame.value.payload;
  });
}
