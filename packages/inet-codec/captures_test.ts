import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Decoded, parseHex } from "@keepalived/bytes";
import {
  decodeArp,
  decodeAuthenticationHeader,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeNeighbour,
  describeFrame,
  encodeArp,
  encodeAuthenticationHeader,
  encodeEthernet,
  encodeGratuitousArp,
  encodeIpv4,
  encodeIpv6,
  encodeNeighbour,
  encodeUnsolicitedNeighbourAdvertisement,
  etherType,
  ipProtocol,
} from "./mod.ts";

type Capture = { readonly note: string; readonly bytes: Uint8Array; readonly line: string };

const captures = readCaptures();

test("describeFrame() tells every captured frame in one line", () => {
  assert.equal(captures.length, 15);
  for (const { bytes, line } of captures) assert.equal(describeFrame(bytes), line);
});

test("every captured frame is written again byte by byte, into a dirty buffer", () => {
  for (const { note, bytes } of captures) {
    assert.deepEqual(rewriteFrame(bytes), bytes, note);
    assert.deepEqual(rewriteFrame(pad(bytes)), bytes, `${note}, padded`);
  }
});

test("encodeGratuitousArp() writes what keepalived sends", () => {
  const from = { "v2-none": "02:00:00:00:00:01", "v3-vmac4": "00:00:5e:00:01:33" };
  for (const [scenario, sourceMac] of Object.entries(from)) {
    const expected = captured(`${scenario}: gratuitous ARP`);
    assert.deepEqual(encodeGratuitousArp({ sourceMac, address: "10.100.100.1" }), expected);
  }
});

test("encodeUnsolicitedNeighbourAdvertisement() writes what keepalived sends", () => {
  const cases = [
    ["v3-ipv6: unsolicited NA target=fe80", "02:00:00:00:00:01", "fe80::100"],
    ["v3-ipv6: unsolicited NA target=fd09", "02:00:00:00:00:01", "fd09::100"],
    ["v3-vmac6: unsolicited NA", "00:00:5e:00:02:33", "fe80::100"],
  ] as const;
  for (const [note, sourceMac, address] of cases) {
    assert.deepEqual(
      encodeUnsolicitedNeighbourAdvertisement({ sourceMac, address, router: false }),
      captured(note),
    );
  }
});

test("describeFrame() lets the caller describe further protocols", () => {
  const line = describeFrame(captured("v2-ah"), {
    [ipProtocol.vrrp]: (payload, received) => `${payload.length} from ${received.source}`,
  });
  assert.match(line, /AH spi 0xa640001 sequence 1 20 from 10\.100\.0\.1$/);
});

function readCaptures(): Capture[] {
  const text = readFileSync(new URL("testdata/frames.txt", import.meta.url), "utf8");
  return [...text.matchAll(/^## (.*)\n((?:[0-9a-f]+\n)+)> (.*)$/gm)].map(
    ([, note = "", hex = "", line = ""]) => {
      const bytes = parseHex(hex);
      assert.ok(bytes, note);
      return { note, bytes, line };
    },
  );
}

function captured(prefix: string): Uint8Array {
  const found = captures.find(({ note }) => note.startsWith(prefix));
  assert.ok(found, prefix);
  return found.bytes;
}

/** Decodes a frame as far as possible and encodes it again from the inside out. */
function rewriteFrame(bytes: Uint8Array): Uint8Array {
  const frame = value(decodeEthernet(bytes));
  const payload = rewritePacket(frame.etherType, frame.payload);
  return encodeEthernet({ ...frame, payload }, dirty(14 + payload.length));
}

function rewritePacket(type: number, bytes: Uint8Array): Uint8Array {
  if (type === etherType.arp) return encodeArp(value(decodeArp(bytes)), dirty(28));
  if (type === etherType.ipv4) {
    const packet = value(decodeIpv4(bytes));
    if (packet.protocol === ipProtocol.authenticationHeader) {
      const header = value(decodeAuthenticationHeader(packet.payload));
      const payload = encodeAuthenticationHeader(header, dirty(packet.payload.length));
      return encodeIpv4({ ...packet, payload });
    }
    return encodeIpv4(packet, dirty(20 + packet.options.length + packet.payload.length));
  }
  assert.equal(type, etherType.ipv6);
  const packet = value(decodeIpv6(bytes));
  if (packet.protocol !== ipProtocol.icmpv6) {
    return encodeIpv6(packet, dirty(40 + packet.payload.length));
  }
  const message = value(decodeNeighbour(packet.payload, packet));
  return encodeIpv6({
    ...packet,
    payload: encodeNeighbour(message, packet, dirty(packet.payload.length)),
  });
}

function value<T, Fault extends string>(decoded: Decoded<T, Fault>): T {
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

function dirty(length: number): Uint8Array {
  return new Uint8Array(length).fill(0xa5);
}

function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(bytes.length + 18).fill(0x5a);
  padded.set(bytes);
  return padded;
}
