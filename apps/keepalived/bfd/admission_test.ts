import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlPacket } from "@keepalived/bfd-codec";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import { type Arrival, sessionOf } from "./admission.ts";

const config = {
  name: "B",
  neighborAddress: "192.0.2.2",
  hopLimit: 255,
  maxHops: 0,
  multihop: false,
} as BfdInstanceConfig;
const packet = { state: "up", yourDiscriminator: 7 } as ControlPacket;
const arrival: Arrival = { source: "192.0.2.2", multihop: false, hopLimit: 255 };

function verdict(
  change: {
    readonly config?: Partial<BfdInstanceConfig>;
    readonly packet?: Partial<ControlPacket>;
    readonly arrival?: Partial<Arrival>;
  },
): unknown {
  const session = { config: { ...config, ...change.config } };
  const found = sessionOf({ ...packet, ...change.packet }, { ...arrival, ...change.arrival }, {
    byDiscriminator: (it) => it === 7 ? session : undefined,
    byNeighbor: (it) => it === session.config.neighborAddress ? session : undefined,
  });
  return typeof found === "string" ? found : found.config.name;
}

test("sessionOf() finds a session by our discriminator, and by its neighbour where there is none", () => {
  assert.equal(verdict({}), "B");
  assert.equal(verdict({ packet: { yourDiscriminator: 0 } }), "B");
  assert.equal(verdict({ packet: { yourDiscriminator: 8 } }), "unknown-session");
  assert.equal(
    verdict({ packet: { yourDiscriminator: 0 }, arrival: { source: "192.0.2.3" } }),
    "unknown-session",
  );
});

test("sessionOf() believes nobody but the neighbour", () => {
  assert.equal(verdict({ arrival: { source: "192.0.2.3" } }), "neighbor");
});

test("sessionOf() tells sessions of one hop from those of many", () => {
  assert.equal(verdict({ arrival: { multihop: true } }), "port");
  assert.equal(verdict({ config: { multihop: true } }), "port");
  assert.equal(verdict({ config: { multihop: true }, arrival: { multihop: true } }), "B");
});

test("sessionOf() counts the hops that a packet has lost against our own ttl", () => {
  assert.equal(verdict({ arrival: { hopLimit: 254 } }), "hop-limit");
  assert.equal(verdict({ config: { maxHops: 1 }, arrival: { hopLimit: 254 } }), "B");
  assert.equal(verdict({ config: { maxHops: 1 }, arrival: { hopLimit: 253 } }), "hop-limit");
  assert.equal(verdict({ config: { hopLimit: 64 }, arrival: { hopLimit: 64 } }), "B");
  assert.equal(verdict({ config: { hopLimit: 64 }, arrival: { hopLimit: 255 } }), "B");
  assert.equal(verdict({ config: { maxHops: -1 }, arrival: { hopLimit: 1 } }), "B");
});

test("sessionOf() refuses authentication, which nobody asked for", () => {
  const authentication = { kind: "other", type: 9, data: new Uint8Array(0) } as const;
  assert.equal(verdict({ packet: { authentication } }), "unexpected-authentication");
});
