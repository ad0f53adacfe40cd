import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { familyOf, formatIp, isMulticast } from "@keepalived/ip-address";
import {
  type Advertisement,
  type ChecksumForm,
  decodeAdvertisement,
  encodeAdvertisement,
  type Path,
  type Received,
} from "@keepalived/vrrp-codec";
import { edits, flipBit, mutate, record, runs } from "./mutation.ts";
import { obeyLadder, repairChecksum } from "./targets/advertisement.ts";

type Case = { readonly advertisement: Advertisement; readonly path: Path & Received };

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatIp);
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIp);
const unicast = ipv4.filter((address) => !isMulticast(address));
const unicast6 = ipv6.filter((address) => !isMulticast(address));
const forms: ChecksumForm[] = ["pseudo-header", "message-only", "group-pseudo-header"];
const trailer = fc.option(fc.uint8Array({ minLength: 1, maxLength: 30 }), { nil: undefined });
const authentication = fc.option(
  record({
    type: fc.nat(255),
    data: fc.uint8Array({ minLength: 8, maxLength: 8 }).filter((data) => data.some((x) => x > 0)),
  }),
  { nil: undefined },
);
const common = { virtualRouterId: fc.integer({ min: 1, max: 255 }), priority: fc.nat(255) };

const cases: fc.Arbitrary<Case> = fc.oneof(
  record({
    advertisement: record({
      version: fc.constant(2 as const),
      ...common,
      maxAdvertiseIntervalUs: fc.integer({ min: 1, max: 255 }).map((s) => s * 1_000_000),
      addresses: fc.array(ipv4, { maxLength: 20 }),
      authentication,
      trailer,
    }).map(withoutUndefined),
    path: record({
      source: unicast,
      destination: fc.oneof(fc.constant("224.0.0.18"), unicast),
      hopLimit: fc.constant(255),
      checksumForm: fc.constant("message-only" as const),
    }),
  }),
  versionThree(ipv4, unicast, "224.0.0.18", forms),
  versionThree(ipv6, unicast6, "ff02::12", ["pseudo-header"]),
);

test("what encodeAdvertisement() writes, decodeAdvertisement() reads", () => {
  fc.assert(
    fc.property(cases, ({ advertisement, path }) => {
      const message = encodeAdvertisement(advertisement, path);
      const decoded = decodeAdvertisement(message, path);
      assert.ok(decoded.ok);
      const { checksumForm, ...value } = decoded.value;
      assert.deepEqual(value, advertisement);
      const again = encodeAdvertisement(value, { ...path, checksumForm });
      assert.deepEqual(again, message);
    }),
    runs(2000),
  );
});

test("decodeAdvertisement() obeys its ladder on mutated messages, and its values survive", () => {
  let accepted = 0;
  let total = 0;
  const hopLimit = fc.oneof(fc.constant(255), fc.nat(255));
  fc.assert(
    fc.property(
      cases,
      edits,
      fc.boolean(),
      hopLimit,
      ({ advertisement, path }, list, repair, hopLimit) => {
        const message = mutate(encodeAdvertisement(advertisement, path), list);
        const received = { ...path, hopLimit };
        if (repair) repairChecksum(message, received);
        total++;
        if (obeyLadder(message, received)) accepted++;
      },
    ),
    runs(4000),
  );
  assert.ok(accepted > total / 4, `${accepted} of ${total} accepted`);
});

test("decodeAdvertisement() takes any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), cases, (message, { path }) => {
      obeyLadder(message, path);
    }),
    runs(1000),
  );
});

test("decodeAdvertisement() refuses a message with one bit changed", () => {
  fc.assert(
    fc.property(cases, ({ advertisement, path }) => {
      const message = encodeAdvertisement(advertisement, path);
      const before = decodeAdvertisement(message, path);
      assert.ok(before.ok);
      const trailerBytes = familyOf(path.source) === 4 ? advertisement.trailer?.length ?? 0 : 0;
      for (let bit = 0; bit < 8 * (message.length - trailerBytes); bit++) {
        const after = decodeAdvertisement(flipBit(message, bit), path);
        if (!after.ok) continue;
        // Version and count choose what is summed, and a wrong sum in one form may be right in another.
        const same: boolean = after.value.version === before.value.version &&
          after.value.addresses.length === before.value.addresses.length &&
          after.value.checksumForm === before.value.checksumForm;
        assert.equal(same, false, `bit ${bit}`);
      }
    }),
    runs(100),
  );
});

function versionThree(
  address: fc.Arbitrary<string>,
  source: fc.Arbitrary<string>,
  group: string,
  allowed: readonly ChecksumForm[],
): fc.Arbitrary<Case> {
  return record({
    advertisement: record({
      version: fc.constant(3 as const),
      ...common,
      maxAdvertiseIntervalUs: fc.integer({ min: 1, max: 4095 }).map((cs) => cs * 10_000),
      addresses: fc.array(address, { minLength: 1, maxLength: 20 }),
      trailer,
    }).map(withoutUndefined),
    path: record({
      source,
      destination: fc.oneof(fc.constant(group), source),
      hopLimit: fc.constant(255),
      checksumForm: fc.constantFrom(...allowed),
    }),
  });
}

/** An absent field is absent, not undefined. */
function withoutUndefined(fields: Partial<Record<keyof Advertisement, unknown>>): Advertisement {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Advertisement;
}
