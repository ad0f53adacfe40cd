import assert from "node:assert/strict";
import { test } from "node:test";
import { Counters } from "./counters.ts";
import { Neighbours } from "./neighbours.ts";
import { Peers } from "./peers.ts";
import { advertisementOf } from "./testing/instance.ts";

const host = (i: number): string => `198.51.100.${i}`;
const many = Array.from({ length: 64 }, (_, i) => i);

test("Peers does not grow, however many strangers are refused", () => {
  const counters = new Counters();
  const peers = new Peers(counters);
  peers.accept("192.0.2.2", advertisementOf(), 1);
  for (let i = 0; i < 200; i++) peers.refuse(host(i), "checksum", undefined, 2);
  assert.equal(peers.list().length, 64);
  assert.equal(counters.get("peers-full"), 200 - 63);
  assert.equal(peers.get(host(199)), undefined);

  peers.accept("192.0.2.3", advertisementOf(), 3);
  assert.equal(peers.list().length, 64);
  assert.ok(peers.get("192.0.2.2") && peers.get("192.0.2.3"), "who is accepted finds a place");
});

test("Peers forgets the one that was silent longest when all were accepted", () => {
  const peers = new Peers(new Counters());
  for (const i of many) peers.accept(host(i), advertisementOf(), 100 + i);
  peers.accept(host(0), advertisementOf(), 1000);
  peers.accept("192.0.2.2", advertisementOf(), 1001);
  assert.ok(peers.get(host(0)));
  assert.equal(peers.get(host(1)), undefined);
});

test("Peers keeps what a peer said last and why it was refused", () => {
  const peers = new Peers(new Counters());
  peers.accept("192.0.2.2", advertisementOf({ priority: 150 }), 1);
  peers.refuse("192.0.2.2", "hmac-stale", advertisementOf({ priority: 160 }), 2);
  peers.refuse("192.0.2.2", "length", undefined, 3);
  const { refusals, ...peer } = peers.get("192.0.2.2") ?? {};
  assert.deepEqual(refusals?.toJSON(), { "hmac-stale": 1, length: 1 });
  assert.deepEqual(peer, {
    source: "192.0.2.2",
    lastSeenUs: 3,
    acceptedUs: 1,
    advertisements: 1,
    version: 3,
    priority: 160,
    intervalUs: 1_000_000,
    authenticationFailures: 1,
    lastRefusal: "length",
  });
});

test("Neighbours tells foreign virtual routers apart by source, VRID, version and authentication", () => {
  const neighbours = new Neighbours();
  const kinds = [
    advertisementOf({ virtualRouterId: 52 }),
    advertisementOf({ virtualRouterId: 53 }),
    advertisementOf({ virtualRouterId: 52, version: 2 }),
    advertisementOf({
      virtualRouterId: 52,
      version: 2,
      authentication: { type: 1, data: new Uint8Array(8) },
    }),
  ];
  for (const kind of kinds) {
    assert.notEqual(neighbours.hear("192.0.2.2", kind, 1), undefined);
    assert.equal(neighbours.hear("192.0.2.2", kind, 2), undefined, "is known");
  }
  neighbours.hear("192.0.2.3", advertisementOf(), 3);
  assert.equal(neighbours.list().length, 5);
  assert.deepEqual(neighbours.list("192.0.2.2")[3], {
    source: "192.0.2.2",
    virtualRouterId: 52,
    version: 2,
    authenticationType: 1,
    firstSeenUs: 1,
    lastSeenUs: 2,
  });
  assert.deepEqual(neighbours.list("192.0.2.4"), []);
});

test("Neighbours does not grow without end", () => {
  const neighbours = new Neighbours();
  for (let i = 0; i < 256; i++) neighbours.hear(`10.0.0.${i}`, advertisementOf(), 1);
  assert.equal(neighbours.hear("192.0.2.2", advertisementOf(), 1), "full");
  assert.equal(neighbours.list().length, 256);
});
