/** Answers of other kernels than the recorded one, and values that no request can hold. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decoded } from "@keepalived/bytes";
import { encodeRawAttributes, type RawAttribute } from "@keepalived/netlink-codec";
import {
  addDestination,
  addService,
  decodeDaemon,
  decodeDestination,
  decodeService,
  type Destination,
  type Forwarding,
  sameDestination,
  type Service,
  type ServiceKey,
  setTimeouts,
  startDaemon,
} from "./mod.ts";

const key4: ServiceKey = { protocol: "tcp", address: "192.0.2.1", port: 80 };
const key6: ServiceKey = { fwmark: 1, family: 6 };

const u16 = (number: number, value: number) => ({ number, payload: Uint8Array.of(value, 0) });
const u32 = (number: number, value: number) => ({ number, payload: Uint8Array.of(value, 0, 0, 0) });
const bytes = (number: number, ...payload: readonly number[]) => ({
  number,
  payload: Uint8Array.from(payload),
});

function body(command: number, nest: number, attributes: readonly RawAttribute[]): Uint8Array {
  const payload = encodeRawAttributes(attributes);
  return Uint8Array.of(command, 1, 0, 0, ...encodeRawAttributes([{ number: nest, payload }]));
}

/** A service of mark 1, with other attributes instead of some or beside them. */
function serviceBody(...others: readonly RawAttribute[]): Uint8Array {
  const usual = [
    u16(1, 10),
    u32(5, 1),
    bytes(6, 0x72, 0x72, 0),
    bytes(7, 1, 0, 0, 0, 255, 255, 255, 255),
    u32(8, 60),
    bytes(9, 64, 0, 0, 0),
  ];
  return body(1, 1, [...usual, ...others]);
}

function destinationBody(...others: readonly RawAttribute[]): Uint8Array {
  return body(5, 2, [bytes(1, ...Array(16).fill(1)), u16(2, 0), u32(3, 0), u32(4, 1), ...others]);
}

test("a service of an unknown family, with short addresses or netmasks is refused by name", () => {
  const address = [u16(2, 6), bytes(3, 1, 2, 3), bytes(4, 0, 80)];
  assert.equal(fault(decodeService(serviceBody(u16(1, 3)))), "ipvs-family");
  assert.equal(fault(decodeService(serviceBody(bytes(9, 64, 0, 0)))), "ipvs-address");
  const withoutMark = body(1, 1, [
    u16(1, 2),
    ...address,
    bytes(6, 0),
    bytes(7, 0, 0, 0, 0, 0, 0, 0, 0),
    u32(8, 0),
    u32(9, 0),
  ]);
  assert.equal(fault(decodeService(withoutMark)), "ipvs-incomplete");
});

test("a prefix length of IPv6 fills its field; what is too long stands for single clients", () => {
  const netmask = (...mask: readonly number[]) =>
    value(decodeService(serviceBody(bytes(9, ...mask)))).service.persistence?.netmask;
  assert.equal(netmask(64, 0, 0, 0), 64);
  assert.equal(netmask(128, 0, 0, 0), undefined);
  assert.equal(netmask(64, 1, 0, 0), undefined);
});

test("a destination without a family, as kernels before 3.18 send it, has that of its service", () => {
  assert.equal(value(decodeDestination(destinationBody(), key4)).destination.address, "1.1.1.1");
  assert.equal(
    value(decodeDestination(destinationBody(), key6)).destination.address,
    "101:101:101:101:101:101:101:101",
  );
  const short = destinationBody(bytes(1, 1, 2, 3, 4));
  assert.equal(fault(decodeDestination(short, key6)), "ipvs-address");
  assert.equal(value(decodeDestination(short, key4)).destination.address, "1.2.3.4");
  assert.equal(fault(decodeDestination(destinationBody(u16(11, 3)), key4)), "ipvs-family");
});

test("counters of 64 bits count more than those of 32; without both they are 0", () => {
  const narrow = { number: 10, payload: encodeRawAttributes([u32(1, 7)]) };
  const wide = {
    number: 12,
    payload: encodeRawAttributes([bytes(1, 0, 0, 0, 0, 1, 0, 0, 0), bytes(11)]),
  };
  const connections = (...others: readonly RawAttribute[]) =>
    value(decodeService(serviceBody(...others))).statistics.connections;
  assert.equal(connections(narrow), 7n);
  assert.equal(connections(narrow, wide), 0x1_0000_0000n);
  assert.equal(connections(), 0n);
});

test("of two groups of a sync daemon that of IPv6 counts", () => {
  const groups = [bytes(5, 224, 0, 0, 81), bytes(6, 0xff, 2, ...Array(13).fill(0), 81)];
  const decoded = decodeDaemon(body(9, 3, [u32(1, 1), bytes(2, 97, 0), u32(3, 7), ...groups]));
  assert.equal(value(decoded).group, "ff02::51");
});

test("destinations differ by each part of their tunnel", () => {
  const server = (forwarding: Forwarding): Destination => ({
    address: "10.0.0.1",
    port: 80,
    forwarding,
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  });
  const tunnel = { type: "gue", port: 6080, checksum: "none" } as const;
  const same = (other: Partial<{ type: "gre"; port: number; checksum: "checksum" }>) =>
    sameDestination(
      server({ method: "tunnel", tunnel }),
      server({ method: "tunnel", tunnel: { ...tunnel, ...other } }),
    );
  assert.deepEqual(
    [same({}), same({ type: "gre" }), same({ port: 6081 }), same({ checksum: "checksum" })],
    [true, false, false, false],
  );
});

test("values that a request cannot hold are refused", () => {
  const persistent = (key: ServiceKey, timeoutUs: number, netmask?: string | number): Service => ({
    key,
    scheduler: "rr",
    persistence: { timeoutUs, ...netmask !== undefined && { netmask } },
    onePacket: false,
    schedulerFlags: [],
  });
  const refused = [
    () => addService(persistent(key4, 1_500_000)),
    () => addService(persistent(key4, 1_000_000, "ffff::")),
    () => addService(persistent(key4, 1_000_000, 24)),
    () => addService(persistent(key6, 1_000_000, 129)),
    () => addService(persistent(key6, 1_000_000, "255.255.255.0")),
    () => setTimeouts({ tcpUs: 1 }),
    () => startDaemon({ role: "master", interface: "eth0", id: 7, port: 65536 }),
    () =>
      addDestination(key4, {
        address: "nowhere",
        port: 80,
        forwarding: { method: "masquerade" },
        weight: 1,
        upperThreshold: 0,
        lowerThreshold: 0,
      }),
  ];
  for (const refuse of refused) assert.throws(refuse, RangeError);
});

function fault(decoded: Decoded<unknown, string>): string {
  return decoded.ok ? "ok" : decoded.error.fault;
}

function value<T>(decoded: Decoded<T, string>): T {
  if (!decoded.ok) throw new Error(decoded.error.fault);
  return decoded.value;
}
