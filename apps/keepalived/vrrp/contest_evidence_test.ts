import assert from "node:assert/strict";
import { test } from "node:test";
import { evidenceOf, type Traces } from "./contest_evidence.ts";
import { Counters } from "./counters.ts";
import type { Neighbour } from "./neighbours.ts";
import type { Peer } from "./peers.ts";

const source = "192.0.2.2";
const silence = { by: "silence", source } as const;
const rival = { by: "rival", source } as const;

const peer: Peer = {
  source,
  lastSeenUs: 900,
  acceptedUs: 900,
  advertisements: 9,
  version: 2,
  priority: 100,
  intervalUs: 100,
  authenticationFailures: 0,
  refusals: new Counters(),
  lastRefusal: undefined,
};
const refused: Peer = { ...peer, lastSeenUs: 1000, lastRefusal: "authentication-mismatch" };

const neighbour: Neighbour = {
  source,
  virtualRouterId: 52,
  version: 3,
  authenticationType: 0,
  firstSeenUs: 0,
  lastSeenUs: 1000,
};

function traces(more: Partial<Traces>): Traces {
  return { interfaceName: "eth0", peer, neighbours: [], recentUs: 950, ...more };
}

test("evidenceOf() finds a peer whose advertisements are refused, for either contest", () => {
  for (const contender of [silence, rival]) {
    assert.match(
      evidenceOf(contender, traces({ peer: refused })) ?? "",
      /^what it sends is refused here \(authentication mismatch\)/,
    );
  }
});

test("evidenceOf() takes no refusal for the cause that is old, or was followed by an acceptance", () => {
  assert.equal(evidenceOf(rival, traces({ peer: { ...refused, lastSeenUs: 940 } })), undefined);
  assert.equal(evidenceOf(rival, traces({ peer: { ...refused, acceptedUs: 1000 } })), undefined);
});

test("evidenceOf() of a silence finds the other VRID, the healthy network, and the deaf one", () => {
  const at = (neighbours: readonly Neighbour[]) => evidenceOf(silence, traces({ neighbours }));
  assert.equal(at([neighbour]), "it advertises virtual router 52 in version 3 instead");
  const other = { ...neighbour, source: "192.0.2.3" };
  assert.equal(at([other]), "other routers are heard on eth0, so it is probably down");
  assert.equal(
    at([{ ...other, lastSeenUs: 10 }]),
    "no router at all is heard on eth0 any more: look at our own network",
  );
  assert.equal(at([]), undefined);
  assert.equal(evidenceOf(rival, traces({ neighbours: [neighbour] })), undefined);
});
