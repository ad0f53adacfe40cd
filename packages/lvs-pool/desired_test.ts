import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoint } from "./config.ts";
import { type Destination, type PoolTable, sameTable } from "./desired.ts";

const ENDPOINT: Endpoint = {
  address: "10.0.0.1",
  port: 80,
  forwarding: { method: "masquerade" },
  upperThreshold: 0,
  lowerThreshold: 0,
};
const SERVER: Destination = { ...ENDPOINT, weight: 1 };

function table(destinations: readonly Destination[], ...undecided: readonly Endpoint[]): PoolTable {
  return { destinations, undecided };
}

test("sameTable() takes tables of the same values for the same", () => {
  assert.equal(sameTable(table([]), table([])), true);
  const a = table([SERVER, { ...SERVER, port: 81 }], ENDPOINT);
  assert.equal(sameTable(a, a), true);
  assert.equal(sameTable(a, structuredClone(a)), true);
});

const changes: readonly Partial<Destination>[] = [
  { address: "10.0.0.2" },
  { port: 81 },
  { forwarding: { method: "direct-route" } },
  { upperThreshold: 1 },
  { lowerThreshold: 1 },
];

for (const change of [...changes, { weight: 2 }]) {
  test(`sameTable() notices ${JSON.stringify(change)}`, () => {
    const other = table([SERVER, { ...SERVER, ...change }]);
    assert.equal(sameTable(table([SERVER, SERVER]), other), false);
  });
}

for (const change of changes) {
  test(`sameTable() notices ${JSON.stringify(change)} of a server of which nobody knows`, () => {
    const { weight: _, ...other } = { ...SERVER, ...change };
    assert.equal(sameTable(table([SERVER], ENDPOINT), table([SERVER], other)), false);
  });
}

test("sameTable() notices servers that come, go, or stand elsewhere", () => {
  const next = { ...SERVER, port: 81 };
  assert.equal(sameTable(table([SERVER]), table([SERVER, next])), false);
  assert.equal(sameTable(table([SERVER, next]), table([SERVER])), false);
  assert.equal(sameTable(table([SERVER, next]), table([next, SERVER])), false);
  assert.equal(sameTable(table([], ENDPOINT), table([])), false);
  assert.equal(sameTable(table([]), table([], ENDPOINT)), false);
});
