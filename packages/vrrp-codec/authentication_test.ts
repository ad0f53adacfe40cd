import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Authentication,
  checkAuthentication,
  headerAuthentication,
  simpleText,
} from "./mod.ts";

test("simpleText() cuts and fills a password to 8 bytes", () => {
  assert.deepEqual(simpleText("abc").data, Uint8Array.of(97, 98, 99, 0, 0, 0, 0, 0));
  assert.deepEqual(simpleText("123456789"), simpleText("12345678"));
  assert.deepEqual(simpleText("é").data.subarray(0, 3), Uint8Array.of(0xc3, 0xa9, 0));
});

test("checkAuthentication() accepts what is configured", () => {
  const noise: Authentication = { type: 0, data: new Uint8Array(8).fill(1) };
  assert.equal(checkAuthentication(undefined, undefined), undefined);
  assert.equal(checkAuthentication(noise, undefined), undefined);
  assert.equal(checkAuthentication(simpleText("a"), simpleText("a")), undefined);
  assert.equal(checkAuthentication(headerAuthentication(), headerAuthentication()), undefined);
});

test("checkAuthentication() tells the three ways to be wrong apart", () => {
  const unknown: Authentication = { type: 3, data: new Uint8Array(8) };
  assert.equal(checkAuthentication(unknown, unknown), "invalid-authentication-type");
  assert.equal(checkAuthentication(undefined, simpleText("a")), "authentication-type-mismatch");
  assert.equal(checkAuthentication(simpleText("a"), undefined), "authentication-type-mismatch");
  assert.equal(checkAuthentication(simpleText("a"), simpleText("b")), "authentication-failure");
});
