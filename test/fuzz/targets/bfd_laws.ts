import assert from "node:assert/strict";
import {
  bfdStates,
  decodeControlPacket,
  describeControlPacket,
  encodeControlPacket,
} from "@keepalived/bfd-codec";
import { obeyCodec } from "./support.ts";

/** Asserts laws 1, 2, 4 and 6 of one packet. @returns whether it was accepted */
export function obeyControlPacket(message: Uint8Array): boolean {
  const value = obeyCodec(message, decodeControlPacket, (it) => encodeControlPacket(it));
  if (value === undefined) return false;
  const [first = 0, second = 0, detectMult, length = 0] = message;
  assert.equal(first >> 5, 1);
  assert.equal(first & 31, value.diagnostic);
  assert.equal(bfdStates[second >> 6], value.state);
  assert.equal(second & 1, 0);
  assert.equal((second & 4) !== 0, value.authentication !== undefined);
  assert.ok(length >= 24 && length <= message.length);
  assert.ok(value.detectMult > 0 && value.detectMult === detectMult);
  assert.ok(value.myDiscriminator > 0);
  assert.ok(value.yourDiscriminator > 0 || value.state === "down" || value.state === "admin-down");
  assert.match(describeControlPacket(value), /^.+$/);
  return true;
}
