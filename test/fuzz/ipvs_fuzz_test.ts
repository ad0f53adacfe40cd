import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decoded } from "@keepalived/bytes";
import { formatIp } from "@keepalived/ip-address";
import { encodeRawAttributes } from "@keepalived/netlink-codec";
import {
  addDestination,
  addService,
  decodeDaemon,
  decodeDestination,
  decodeInformation,
  decodeService,
  decodeTimeouts,
  type Destination,
  familyOfService,
  type Forwarding,
  type IpvsRequest,
  type Persistence,
  sameDestination,
  sameService,
  type SchedulerFlag,
  type Service,
  type ServiceKey,
  setTimeouts,
  startDaemon,
  type SyncDaemon,
  type Timeouts,
} from "@keepalived/netlink-ipvs";
import fc from "fast-check";
import { edits, mutate, record, runs } from "./mutation.ts";

const byte = fc.nat(0xff);
const word = fc.nat(0xffff);
const double = fc.nat(0xffff_ffff);
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatIp);
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIp);
const name = fc.stringMatching(/^[a-zä€]{0,15}$/);
const secondsUs = double.map((seconds) => seconds * 1_000_000);
const unknown = fc.array(
  record({
    number: fc.integer({ min: 20, max: 0x3fff }),
    payload: fc.uint8Array({ maxLength: 9 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Some of the optional fields of an object. */
function some<T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(fields, { requiredKeys: [], noNullPrototype: true });
}

function persistence(netmask: fc.Arbitrary<string | number>): fc.Arbitrary<Persistence> {
  return fc.tuple(record({ timeoutUs: secondsUs }), some({ netmask, engine: name }))
    .map(([fixed, optional]) => ({ ...fixed, ...optional }));
}

const protocol = fc.oneof(
  fc.constantFrom("tcp" as const, "udp" as const, "sctp" as const),
  fc.integer({ min: 200, max: 255 }),
);
const key4: fc.Arbitrary<ServiceKey> = fc.oneof(
  record({ protocol, address: ipv4, port: word }),
  record({ fwmark: double, family: fc.constant(4 as const) }),
);
const key6: fc.Arbitrary<ServiceKey> = fc.oneof(
  record({ protocol, address: ipv6, port: word }),
  record({ fwmark: double, family: fc.constant(6 as const) }),
);
const mask4 = ipv4.filter((it) => it !== "255.255.255.255");
const service: fc.Arbitrary<Service> = fc.oneof(
  fc.tuple(key4, some({ persistence: persistence(mask4), unknown })),
  fc.tuple(key6, some({ persistence: persistence(fc.nat(127)), unknown })),
).chain(([key, optional]) =>
  record({
    scheduler: name,
    onePacket: fc.boolean(),
    schedulerFlags: fc.subarray<SchedulerFlag>([1, 2, 3]),
  }).map((rest) => ({ key, ...rest, ...optional }))
);

const checksum = fc.oneof(
  fc.constantFrom("none" as const, "checksum" as const, "remote-checksum" as const),
  fc.integer({ min: 3, max: 0xffff }),
);
const tunnelType = fc.oneof(
  fc.constantFrom("ipip" as const, "gue" as const, "gre" as const),
  fc.integer({ min: 3, max: 255 }),
);
const forwarding: fc.Arbitrary<Forwarding> = fc.oneof(
  record({
    method: fc.oneof(
      fc.constantFrom("masquerade" as const, "direct-route" as const, "local" as const),
      fc.integer({ min: 5, max: 0xffff_ffff }),
    ),
  }),
  fc.tuple(record({ type: tunnelType, checksum }), some({ port: word.filter((it) => it > 0) }))
    .map(([fixed, optional]) => ({
      method: "tunnel" as const,
      tunnel: { ...fixed, ...optional },
    })),
);
const destination: fc.Arbitrary<Destination> = fc.tuple(
  record({
    address: fc.oneof(ipv4, ipv6),
    port: word,
    forwarding,
    weight: double,
    upperThreshold: double,
    lowerThreshold: double,
  }),
  some({ unknown }),
).map(([fixed, optional]) => ({ ...fixed, ...optional }));

const daemon: fc.Arbitrary<SyncDaemon> = fc.tuple(
  record({
    role: fc.oneof(fc.constantFrom("master" as const, "backup" as const), fc.constant(9)),
    interface: name,
    id: double,
  }),
  some({ maxLength: word, group: fc.oneof(ipv4, ipv6), port: word, ttl: byte, unknown }),
).map(([fixed, optional]) => ({ ...fixed, ...optional }));

const timeouts: fc.Arbitrary<Timeouts> = record({
  tcpUs: secondsUs,
  tcpFinUs: secondsUs,
  udpUs: secondsUs,
});

const serviceOfDestination: ServiceKey = { fwmark: 1, family: 6 };

type Codec<T> = {
  readonly name: string;
  readonly values: fc.Arbitrary<T>;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (body: Uint8Array) => Decoded<T, string>;
};

function codec<T>(it: Codec<T>): Codec<unknown> {
  return it as Codec<unknown>;
}

const codecs: readonly Codec<unknown>[] = [
  codec({
    name: "service",
    values: service,
    encode: (it) => addService(it).body,
    decode: (body) => mapped(decodeService(body), ({ service }) => service),
  }),
  codec({
    name: "destination",
    values: destination,
    encode: (it) => addDestination(serviceOfDestination, it).body,
    decode: (body) =>
      mapped(decodeDestination(body, serviceOfDestination), ({ destination }) => destination),
  }),
  codec({
    name: "sync daemon",
    values: daemon,
    encode: (it) => startDaemon(it).body,
    decode: decodeDaemon,
  }),
  codec({
    name: "timeouts",
    values: timeouts,
    encode: (it) => setTimeouts(it).body,
    decode: decodeTimeouts,
  }),
];

for (const { name, values, encode, decode } of codecs) {
  test(`${name}: what was written reads back as it was`, () => {
    fc.assert(
      fc.property(values, (value) => {
        assert.deepEqual(decode(encode(value)), { ok: true, value });
      }),
      runs(1000),
    );
  });

  test(`${name}: any bytes give a fault inside them, or a value that stays the same`, () => {
    let accepted = 0;
    fc.assert(
      fc.property(values, edits, (value, changes) => {
        const bytes = mutate(encode(value), changes);
        const decoded = decode(bytes);
        if (!decoded.ok) {
          const { offset } = decoded.error;
          return assert.ok(offset >= 0 && offset <= bytes.length);
        }
        accepted++;
        assert.deepEqual(decode(encode(decoded.value)), decoded);
      }),
      runs(2000),
    );
    assert.ok(accepted > 200, `only ${accepted} were accepted`);
  });
}

test("answers that are not what was asked for are refused by name", () => {
  const attributes = encodeRawAttributes([{ number: 1, payload: new Uint8Array(0) }]);
  const body = (command: number) => Uint8Array.of(command, 1, 0, 0, ...attributes);
  const decoders = [
    [decodeService, 1],
    [(it: Uint8Array) => decodeDestination(it, serviceOfDestination), 5],
    [decodeDaemon, 9],
    [decodeTimeouts, 12],
  ] as const;
  for (const [decode, command] of decoders) {
    assert.equal(faultOf(decode(body(command))), "ipvs-incomplete");
    assert.equal(faultOf(decode(body(command + 1))), "ipvs-command");
    assert.equal(faultOf(decode(Uint8Array.of(command, 1, 0))), "generic-truncated");
  }
  assert.equal(faultOf(decodeInformation(Uint8Array.of(14, 1, 0, 0))), "ipvs-incomplete");
});

/** A value, and the same with some fields of another one. */
function pairs<T extends object>(values: fc.Arbitrary<T>, names: readonly (keyof T & string)[]) {
  return fc.tuple(values, values, fc.subarray([...names], { maxLength: 2 })).map(
    ([{ ...first }, other, changed]) => {
      delete (first as { unknown?: unknown }).unknown;
      const second = { ...first };
      for (const name of changed) {
        if (other[name] === undefined) delete second[name];
        else second[name] = other[name];
      }
      return [first, second] as const;
    },
  );
}

test("two services or destinations are the same exactly if their requests are", () => {
  const isEqual = (a: IpvsRequest, b: IpvsRequest) => String(a.body) === String(b.body);
  const services = service.filter(({ key }) => familyOfService(key) === 4);
  fc.assert(
    fc.property(
      pairs(services, ["scheduler", "persistence", "onePacket", "schedulerFlags"]),
      ([a, b]) => assert.equal(sameService(a, b), isEqual(addService(a), addService(b))),
    ),
    runs(1000),
  );
  fc.assert(
    fc.property(
      pairs(destination, ["forwarding", "weight", "upperThreshold", "lowerThreshold"]),
      ([a, b]) => {
        const [first, second] = [a, b].map((it) => addDestination(serviceOfDestination, it));
        assert.ok(first !== undefined && second !== undefined);
        assert.equal(sameDestination(a, b), isEqual(first, second));
      },
    ),
    runs(1000),
  );
});

function faultOf(decoded: Decoded<unknown, string>): string {
  return decoded.ok ? "ok" : decoded.error.fault;
}

/** A part of a decoded entry. */
function mapped<From, To>(
  decoded: Decoded<From, string>,
  part: (value: From) => To,
): Decoded<To, string> {
  return decoded.ok ? { ok: true, value: part(decoded.value) } : decoded;
}
