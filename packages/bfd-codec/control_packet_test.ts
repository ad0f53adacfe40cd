import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import {
  type AuthenticationSection,
  type ControlPacket,
  type ControlPacketFault,
  decodeControlPacket,
  describeControlPacket,
  encodeControlPacket,
} from "./mod.ts";

const packet: ControlPacket = {
  state: "up",
  diagnostic: 3,
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  detectMult: 5,
  myDiscriminator: 0xfedcba98,
  yourDiscriminator: 0x01020304,
  desiredMinTxIntervalUs: 50_000,
  requiredMinRxIntervalUs: 4_294_967_000,
  requiredMinEchoRxIntervalUs: 1,
};
const sections: readonly AuthenticationSection[] = [
  { kind: "password", keyId: 7, password: Uint8Array.of(1) },
  { kind: "password", keyId: 0, password: new Uint8Array(16).fill(0x61) },
  ...([2, 3, 4, 5] as const).map((type) => ({
    kind: "digest" as const,
    type,
    keyId: 255,
    sequenceNumber: 0xffffffff,
    digest: new Uint8Array(type < 4 ? 16 : 20).fill(type),
  })),
  { kind: "other", type: 0, data: new Uint8Array(0) },
  { kind: "other", type: 200, data: Uint8Array.of(9, 8) },
];

function refuse(fault: ControlPacketFault, offset: number, message: Uint8Array): void {
  assert.deepEqual(decodeControlPacket(message), { ok: false, error: { fault, offset } });
}

/** With some octets changed. */
function changed(changes: Readonly<Record<number, number>>, of: ControlPacket = packet) {
  const message = encodeControlPacket(of);
  for (const [at, octet] of Object.entries(changes)) message[Number(at)] = octet;
  return message;
}

test("encodeControlPacket() writes every field in its place", () => {
  const dirty = new Uint8Array(24).fill(0xa5);
  const bytes = encodeControlPacket(packet, dirty);
  assert.equal(
    formatHex(bytes).replaceAll(/\s/g, ""),
    "23c00518fedcba98010203040000c350fffffed800000001",
  );
});

test("decodeControlPacket() gives back each state, flag and diagnostic", () => {
  const flags = ["poll", "final", "controlPlaneIndependent", "demand"] as const;
  for (const state of ["admin-down", "down", "init", "up"] as const) {
    for (const flag of flags) {
      for (const diagnostic of [0, 31]) {
        const value = { ...packet, state, diagnostic, [flag]: true };
        assert.deepEqual(decodeControlPacket(encodeControlPacket(value)), { ok: true, value });
      }
    }
  }
});

test("decodeControlPacket() recognises authentication sections, and owns what it returns", () => {
  for (const authentication of sections) {
    const value = { ...packet, authentication };
    const message = encodeControlPacket(value);
    const decoded = decodeControlPacket(message);
    message.fill(0);
    assert.deepEqual(decoded, { ok: true, value });
  }
});

test("decodeControlPacket() leaves out what follows the length that the packet gives", () => {
  const message = Uint8Array.of(...encodeControlPacket(packet), 1, 2, 3);
  assert.deepEqual(decodeControlPacket(message), { ok: true, value: packet });
  assert.deepEqual(decodeControlPacket(Uint8Array.of(...changed({ 3: 27 }), 1, 2, 3)), {
    ok: true,
    value: packet,
  });
});

test("decodeControlPacket() ignores the reserved octet of a digest", () => {
  const value = { ...packet, authentication: sections[2] as AuthenticationSection };
  const message = encodeControlPacket(value);
  message[27] = 0xff;
  assert.deepEqual(decodeControlPacket(message), { ok: true, value });
});

test("decodeControlPacket() refuses a version other than 1", () => {
  for (const first of [0x00, 0x40, 0xe3]) refuse("version", 0, changed({ 0: first }));
});

test("decodeControlPacket() refuses a length that cannot be", () => {
  refuse("length", 0, new Uint8Array(0));
  refuse("length", 23, encodeControlPacket(packet).subarray(0, 23));
  refuse("length", 3, changed({ 3: 23 }));
  refuse("length", 3, changed({ 3: 25 }));
  // With authentication at least its type and length are there.
  refuse("length", 3, changed({ 1: 0xc4, 3: 25 }));
});

test("decodeControlPacket() refuses a detect multiplier of zero", () => {
  refuse("detect-mult", 2, changed({ 2: 0 }));
});

test("decodeControlPacket() refuses the multipoint flag", () => {
  refuse("multipoint", 1, changed({ 1: 0xc1 }));
});

test("decodeControlPacket() refuses discriminator 0 of the sender", () => {
  refuse("my-discriminator", 4, changed({ 4: 0, 5: 0, 6: 0, 7: 0 }));
});

test("decodeControlPacket() refuses discriminator 0 of the receiver in Init and Up only", () => {
  const none = { 8: 0, 9: 0, 10: 0, 11: 0 };
  refuse("your-discriminator", 8, changed({ ...none, 1: 0x80 }));
  refuse("your-discriminator", 8, changed({ ...none, 1: 0xc0 }));
  for (const state of ["admin-down", "down"] as const) {
    const value = { ...packet, state, yourDiscriminator: 0 };
    assert.deepEqual(decodeControlPacket(encodeControlPacket(value)), { ok: true, value });
  }
});

test("decodeControlPacket() refuses an authentication section that is malformed", () => {
  const [short, , md5, , sha1] = sections.map((authentication) => ({ ...packet, authentication }));
  for (
    const [base, length] of [
      [short, 0],
      [short, 1],
      [short, 3],
      [short, 5],
      [md5, 23],
      [md5, 25],
      [sha1, 24],
    ] as const
  ) refuse("authentication", 24, changed({ 25: length }, base));
  // A password of 17 bytes.
  const long = changed({ 24: 1, 25: 20 }, sha1);
  refuse("authentication", 24, long);
  // The section ends before the flag's promise does.
  refuse("authentication", 24, Uint8Array.of(...changed({ 1: 0xc4, 3: 26 }), 2, 24));
});

test("encodeControlPacket() refuses what no receiver may accept", () => {
  const impossible: readonly Partial<ControlPacket>[] = [
    { diagnostic: 32 },
    { diagnostic: -1 },
    { detectMult: 0 },
    { detectMult: 256 },
    { myDiscriminator: 0 },
    { yourDiscriminator: 0 },
    { desiredMinTxIntervalUs: 0x1_0000_0000 },
    { requiredMinRxIntervalUs: 0.5 },
    { authentication: { kind: "password", keyId: 0, password: new Uint8Array(0) } },
    { authentication: { kind: "password", keyId: 0, password: new Uint8Array(17) } },
    { authentication: { kind: "other", type: 4, data: new Uint8Array(1) } },
    {
      authentication: {
        kind: "digest",
        type: 4,
        keyId: 0,
        sequenceNumber: 0,
        digest: new Uint8Array(16),
      },
    },
  ];
  for (const change of impossible) {
    assert.throws(() => encodeControlPacket({ ...packet, ...change }), RangeError);
  }
  assert.throws(() => encodeControlPacket(packet, new Uint8Array(25)), RangeError);
});

test("describeControlPacket() tells everything but a password", () => {
  assert.equal(
    describeControlPacket({
      ...packet,
      poll: true,
      final: true,
      controlPlaneIndependent: true,
      demand: true,
      authentication: { kind: "password", keyId: 0, password: Uint8Array.of(0x61) },
    }),
    "BFD up diag 3 poll final independent demand mult 5 my 0xfedcba98 your 0x1020304 " +
      "tx 50 ms rx 4294967 ms echo 0.001 ms authentication type 1",
  );
});
