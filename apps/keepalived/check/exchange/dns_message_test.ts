import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DnsRecordType } from "@keepalived/keepalived-config";
import { decodeDnsHeader, encodeDnsQuestion } from "./dns_message.ts";

/** As keepalived 2.2.7 sent them. */
const questions: readonly (readonly [number, string, DnsRecordType, string])[] = [
  [
    0x9815,
    "www.example.org",
    "A",
    "98150100000100000000000003777777076578616d706c65036f72670000010001",
  ],
  [0x6daf, ".", "SOA", "6daf010000010000000000000000060001"],
  [
    0x6daf,
    "www.example.org.",
    "DNSKEY",
    "6daf0100000100000000000003777777076578616d706c65036f72670000300001",
  ],
  [1, "a", "RRSIG", "000101000001000000000000016100002e0001"],
];

for (const [id, name, type, hex] of questions) {
  test(`encodeDnsQuestion() ${name} ${type}`, () => {
    assert.equal(Buffer.from(encodeDnsQuestion(id, name, type)).toString("hex"), hex);
  });
}

test("encodeDnsQuestion() refuses a label that no message can hold", () => {
  assert.throws(() => encodeDnsQuestion(1, `${"a".repeat(64)}.b`, "A"), RangeError);
});

test("decodeDnsHeader() reads what counts", () => {
  const header = Buffer.from("9815" + "8183" + "0001000000000000", "hex");
  assert.deepEqual(decodeDnsHeader(header), { id: 0x9815, isReply: true, responseCode: 3 });
  assert.equal(decodeDnsHeader(header.subarray(0, 11)), undefined);
  const question = encodeDnsQuestion(7, ".", "A");
  assert.deepEqual(decodeDnsHeader(question), { id: 7, isReply: false, responseCode: 0 });
});

test("decodeDnsHeader() takes any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const header = decodeDnsHeader(bytes);
      assert.equal(header === undefined, bytes.length < 12);
    }),
    { seed: 5 },
  );
});
