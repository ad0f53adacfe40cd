import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AuthenticationSection,
  bfdStates,
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
} from "@keepalived/bfd-codec";
import { obeyControlPacket } from "./targets/bfd_laws.ts";
import { edits, flipBit, mutate, record, runs } from "./mutation.ts";

const u32 = fc.nat(0xffff_ffff);
const positive = fc.integer({ min: 1, max: 0xffff_ffff });
const octet = fc.nat(255);

const authentication: fc.Arbitrary<AuthenticationSection | undefined> = fc.oneof(
  fc.constant(undefined),
  record<AuthenticationSection>({
    kind: fc.constant("password" as const),
    keyId: octet,
    password: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  }),
  fc.constantFrom(2 as const, 3 as const, 4 as const, 5 as const).chain((type) => {
    const length = type < 4 ? 16 : 20;
    return record<AuthenticationSection>({
      kind: fc.constant("digest" as const),
      type: fc.constant(type),
      keyId: octet,
      sequenceNumber: u32,
      digest: fc.uint8Array({ minLength: length, maxLength: length }),
    });
  }),
  record<AuthenticationSection>({
    kind: fc.constant("other" as const),
    type: fc.oneof(fc.constant(0), fc.integer({ min: 6, max: 255 })),
    data: fc.uint8Array({ maxLength: 40 }),
  }),
);

const packets: fc.Arbitrary<ControlPacket> = fc.tuple(
  record<Omit<ControlPacket, "authentication">>({
    state: fc.constantFrom(...bfdStates),
    diagnostic: fc.nat(31),
    poll: fc.boolean(),
    final: fc.boolean(),
    controlPlaneIndependent: fc.boolean(),
    demand: fc.boolean(),
    detectMult: fc.integer({ min: 1, max: 255 }),
    myDiscriminator: positive,
    yourDiscriminator: positive,
    desiredMinTxIntervalUs: u32,
    requiredMinRxIntervalUs: u32,
    requiredMinEchoRxIntervalUs: u32,
  }),
  authentication,
  fc.boolean(),
).map(([packet, section, isNew]) => ({
  ...packet,
  ...(isNew && (packet.state === "down" || packet.state === "admin-down")
    ? { yourDiscriminator: 0 }
    : {}),
  ...(section === undefined ? {} : { authentication: section }),
}));

test("what encodeControlPacket() writes, decodeControlPacket() reads", () => {
  fc.assert(
    fc.property(packets, (value) => {
      const message = encodeControlPacket(value);
      assert.deepEqual(decodeControlPacket(message), { ok: true, value });
    }),
    runs(2000),
  );
});

test("decodeControlPacket() obeys its ladder on mutated packets, and its values survive", () => {
  let accepted = 0;
  let total = 0;
  fc.assert(
    fc.property(packets, edits, fc.boolean(), (packet, list, repair) => {
      const message = mutate(encodeControlPacket(packet), list);
      if (repair && message.length > 3) message[3] = Math.min(255, message.length);
      total++;
      if (obeyControlPacket(message)) accepted++;
    }),
    runs(4000),
  );
  assert.ok(accepted > total / 4, `${accepted} of ${total} accepted`);
});

test("decodeControlPacket() takes any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (message) => void obeyControlPacket(message)),
    runs(2000),
  );
});

test("decodeControlPacket() sees each single bit that is changed, or refuses it", () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const message = encodeControlPacket(packet);
      const before = decodeControlPacket(message);
      for (let bit = 0; bit < 8 * message.length; bit++) {
        // The reserved octet of a digest is nobody's.
        if (packet.authentication?.kind === "digest" && bit >> 3 === 27) continue;
        assert.notDeepEqual(decodeControlPacket(flipBit(message, bit)), before, `bit ${bit}`);
      }
    }),
    runs(100),
  );
});
