import assert from "node:assert/strict";
import { test } from "node:test";
import { isSolicitedNodeAddress, multicastMac, solicitedNodeAddress } from "./mod.ts";

test("multicastMac() maps groups of both families", () => {
  assert.equal(multicastMac("224.0.0.18"), "01:00:5e:00:00:12");
  assert.equal(multicastMac("239.255.1.2"), "01:00:5e:7f:01:02");
  assert.equal(multicastMac("ff02::12"), "33:33:00:00:00:12");
  assert.equal(multicastMac("ff02::1:ff28:9c5a"), "33:33:ff:28:9c:5a");
});

test("multicastMac() refuses what is no group", () => {
  assert.throws(() => multicastMac("10.0.0.1"), RangeError);
  assert.throws(() => multicastMac("fe80::1"), RangeError);
});

test("solicitedNodeAddress() keeps the last 24 bits", () => {
  assert.equal(solicitedNodeAddress("4037::1:800:200e:8c6c"), "ff02::1:ff0e:8c6c");
  assert.equal(isSolicitedNodeAddress("ff02::1:ff0e:8c6c"), true);
  assert.equal(isSolicitedNodeAddress("ff02::1"), false);
  assert.equal(isSolicitedNodeAddress("224.0.0.1"), false);
});
