import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type Decoded, parseHex } from "@keepalived/bytes";
import {
  decodeAuthenticationHeader,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  etherType,
  ipProtocol,
  type Received,
} from "@keepalived/inet-codec";
import { decodeAdvertisement, describeAdvertisement, encodeAdvertisement } from "./mod.ts";

type Capture = { readonly frame: Uint8Array; readonly line: string };

const directory = new URL("testdata/", import.meta.url);

for (const name of readdirSync(directory).sort()) {
  test(`decodeAdvertisement() and encodeAdvertisement() agree with testdata/${name}`, () => {
    const captures = readCaptures(readFileSync(new URL(name, directory), "utf8"));
    assert.ok(captures.length > 0);
    for (const { frame, line } of captures) {
      const { message, received } = unwrap(frame);
      const advertisement = value(decodeAdvertisement(message, received));
      const { checksumForm } = advertisement;
      assert.equal(`${describeAdvertisement(advertisement)} (${checksumForm})`, line);
      const dirty = new Uint8Array(message.length).fill(0xa5);
      const path = { ...received, checksumForm };
      assert.deepEqual(encodeAdvertisement(advertisement, path, dirty), message);
    }
  });
}

function readCaptures(text: string): Capture[] {
  return [...text.matchAll(/((?:^[0-9a-f]+\n)+)> (.*)$/gm)].map(([, hex = "", line = ""]) => {
    const frame = parseHex(hex);
    assert.ok(frame);
    return { frame, line };
  });
}

/** The VRRP message of a frame, and the packet around it; an Authentication Header is taken off. */
function unwrap(bytes: Uint8Array): { message: Uint8Array; received: Received } {
  const frame = value(decodeEthernet(bytes));
  const received = frame.etherType === etherType.ipv4
    ? value(decodeIpv4(frame.payload))
    : value(decodeIpv6(frame.payload));
  if (received.protocol !== ipProtocol.authenticationHeader) {
    assert.equal(received.protocol, ipProtocol.vrrp);
    return { message: received.payload, received };
  }
  return { message: value(decodeAuthenticationHeader(received.payload)).payload, received };
}

function value<T, Fault extends string>(decoded: Decoded<T, Fault>): T {
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}
