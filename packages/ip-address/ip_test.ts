import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  compareIp,
  familyOf,
  formatIp,
  formatMac,
  formatPrefix,
  ipToBytes,
  isLinkLocal,
  isMulticast,
  macToBytes,
  networkOf,
  parseIp,
  parseMac,
  parsePrefix,
  prefixContains,
} from "./mod.ts";

const addressBytes = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((a) =>
    Uint8Array.from(a)
  ),
);

test("parseIp() canonicalizes", () => {
  const cases: Record<string, string> = {
    "10.0.0.1": "10.0.0.1",
    "FE80::0001": "fe80::1",
    "0:0:0:0:0:0:0:0": "::",
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
    "1:0:2:3:4:5:6:7": "1:0:2:3:4:5:6:7",
    "::ffff:1.2.3.4": "::ffff:1.2.3.4",
    "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
    "1::": "1::",
  };
  for (const [text, canonical] of Object.entries(cases)) assert.equal(parseIp(text), canonical);
});

test("parseIp() refuses what is no address", () => {
  const texts = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.0.0.1",
    "1.2.3.a",
    ":",
    ":::",
    "1::2::3",
  ];
  texts.push(
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "::1.2.3",
    "fe80::1%eth0",
  );
  texts.push("1.2.3.4::", "10.0.0.1/24", " 10.0.0.1");
  for (const text of texts) assert.equal(parseIp(text), undefined, text);
});

test("formatIp(), parseIp() and ipToBytes() are inverse", () => {
  fc.assert(fc.property(addressBytes, (bytes) => {
    const text = formatIp(bytes);
    assert.equal(parseIp(text), text);
    assert.deepEqual(ipToBytes(text), Uint8Array.from(bytes));
    assert.equal(familyOf(text), bytes.length === 4 ? 4 : 6);
  }));
});

test("formatIp() and ipToBytes() refuse what is no address", () => {
  assert.throws(() => formatIp(new Uint8Array(5)), RangeError);
  assert.throws(() => ipToBytes("10.0.0"), RangeError);
});

test("compareIp() orders by number, not by text", () => {
  assert.ok(compareIp("10.0.0.9", "10.0.0.10") < 0);
  assert.ok(compareIp("fe80::a", "fe80::9") > 0);
  assert.equal(compareIp("10.0.0.1", "10.0.0.1"), 0);
  assert.ok(compareIp("255.255.255.255", "::1") < 0);
});

test("isMulticast() and isLinkLocal() know both families", () => {
  assert.deepEqual(["224.0.0.18", "239.1.1.1", "ff02::12"].map(isMulticast), [true, true, true]);
  assert.deepEqual(["223.255.255.255", "240.0.0.1", "fe80::1"].map(isMulticast), [
    false,
    false,
    false,
  ]);
  assert.deepEqual(["169.254.1.1", "fe80::1", "febf::1"].map(isLinkLocal), [true, true, true]);
  assert.deepEqual(["169.253.1.1", "fec0::1", "10.0.0.1"].map(isLinkLocal), [false, false, false]);
});

test("parsePrefix() reads lengths and defaults", () => {
  assert.deepEqual(parsePrefix("10.0.0.1/24"), { address: "10.0.0.1", prefixLength: 24 });
  assert.deepEqual(parsePrefix("10.0.0.1"), { address: "10.0.0.1", prefixLength: 32 });
  assert.deepEqual(parsePrefix("FE80::1"), { address: "fe80::1", prefixLength: 128 });
  assert.deepEqual(parsePrefix("10.0.0.1", 24), { address: "10.0.0.1", prefixLength: 24 });
  for (const text of ["10.0.0.1/33", "::/129", "10.0.0.1/", "10.0.0.1/a", "/8"]) {
    assert.equal(parsePrefix(text), undefined, text);
  }
});

test("networkOf() and prefixContains() agree", () => {
  assert.equal(networkOf({ address: "10.1.2.3", prefixLength: 12 }), "10.0.0.0");
  assert.equal(networkOf({ address: "2001:db8::ffff", prefixLength: 120 }), "2001:db8::ff00");
  assert.equal(prefixContains({ address: "10.0.0.1", prefixLength: 24 }, "10.0.0.200"), true);
  assert.equal(prefixContains({ address: "10.0.0.1", prefixLength: 24 }, "10.0.1.200"), false);
  assert.equal(prefixContains({ address: "0.0.0.0", prefixLength: 0 }, "::1"), false);
  assert.equal(formatPrefix({ address: "::1", prefixLength: 64 }), "::1/64");
});

test("MAC addresses are read and written", () => {
  assert.equal(parseMac("0:0:5E-0:1:33"), "00:00:5e:00:01:33");
  for (const text of ["", "00:00:5e:00:01", "00:00:5e:00:01:333", "g0:00:5e:00:01:33"]) {
    assert.equal(parseMac(text), undefined, text);
  }
  assert.deepEqual(macToBytes("00:00:5e:00:01:33"), Uint8Array.of(0, 0, 0x5e, 0, 1, 0x33));
  assert.equal(formatMac(Uint8Array.of(0, 0, 0x5e, 0, 1, 0x33)), "00:00:5e:00:01:33");
  assert.throws(() => macToBytes("nothing"), RangeError);
  assert.throws(() => formatMac(new Uint8Array(8)), RangeError);
});
