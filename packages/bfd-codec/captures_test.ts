/** Packets of another implementation: testdata/*.txt. UPDATE=1 rewrites how they decode; the difference is to be reviewed. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import { decodeControlPacket, describeControlPacket, encodeControlPacket } from "./mod.ts";

const folder = new URL("testdata/", import.meta.url);

for (const name of readdirSync(folder).sort()) {
  test(`decodeControlPacket() and encodeControlPacket() agree with testdata/${name}`, () => {
    const expected = readFileSync(new URL(name, folder), "utf8");
    let count = 0;
    const shown = expected.replace(/((?:^[0-9a-f]+\n)+)> .*$/gm, (_, hex: string) => {
      const frame = parseHex(hex);
      assert.ok(frame);
      const message = frame.subarray(payloadAt(frame));
      const decoded = decodeControlPacket(message);
      assert.ok(decoded.ok, JSON.stringify(decoded));
      const dirty = new Uint8Array(message.length).fill(0xa5);
      assert.deepEqual(encodeControlPacket(decoded.value, dirty), message);
      count++;
      return `${hex}> ${describeControlPacket(decoded.value)}`;
    });
    assert.ok(count > 0);
    if (process.env["UPDATE"] === "1") writeFileSync(new URL(name, folder), shown);
    else assert.equal(shown, expected);
  });
}

/** Ethernet, IPv4 or IPv6 without options, UDP. */
function payloadAt(frame: Uint8Array): number {
  return 14 + (frame[12] === 0x08 ? 20 : 40) + 8;
}
