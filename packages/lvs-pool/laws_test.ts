/** What holds for every pool, whatever is told in whatever order. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Common } from "@keepalived/machine";
import {
  desired,
  isUp,
  pool,
  type PoolAction,
  type PoolConfig,
  type PoolEvent,
  type PoolState,
  quorumBand,
} from "./mod.ts";
import { aliveWeight } from "./quorum.ts";
import { poolOf, server, sorryServer } from "./testing/example.ts";

const checkers = fc.subarray(["a", "b", "c"], { minLength: 1 });
const someServer = fc.record({
  number: fc.integer({ min: 1, max: 4 }),
  weight: fc.constantFrom(0, 1, 1, 2, 5),
  inhibitOnFailure: fc.boolean(),
  ids: checkers,
  alpha: fc.boolean(),
}).map(({ number, ids, alpha, ...rest }) =>
  server(number, { ...rest, checkers: ids.map((id) => ({ id, alpha })) })
);

const config: fc.Arbitrary<PoolConfig> = fc.record({
  servers: fc.uniqueArray(someServer, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }),
  quorum: fc.integer({ min: 0, max: 6 }),
  hysteresis: fc.integer({ min: 0, max: 3 }),
  omega: fc.boolean(),
  initNotifies: fc.boolean(),
  sorry: fc.constantFrom(undefined, sorryServer, { ...sorryServer, inhibit: true }),
}).map(({ servers, sorry, quorum, hysteresis, ...rest }) =>
  poolOf(servers, {
    ...rest,
    quorum,
    hysteresis: Math.max(0, Math.min(hysteresis, quorum - 1)),
    ...sorry !== undefined && { sorryServer: sorry },
  })
);

const id = fc.constantFrom("1", "2", "3", "4", "5");
const checker = fc.constantFrom("a", "b", "c");
const check = fc.record({
  kind: fc.constant("check-changed" as const),
  server: id,
  checker,
  up: fc.boolean(),
});
const weigh = fc.record({
  kind: fc.constant("weight" as const),
  server: id,
  checker,
  weight: fc.option(fc.record({
    kind: fc.constantFrom("set" as const, "add" as const),
    value: fc.integer({ min: -10, max: 10 }),
  }, { noNullPrototype: true })),
});
const event: fc.Arbitrary<PoolEvent | Common<PoolConfig>> = fc.oneof(
  { weight: 8, arbitrary: check },
  { weight: 3, arbitrary: weigh },
  fc.constant({ kind: "timeout" } as const),
  fc.constant({ kind: "startup" } as const),
  fc.constantFrom("stopped", "removed").map((cause) => ({ kind: "shutdown", cause } as PoolEvent)),
  fc.record({
    kind: fc.constant("server-service" as const),
    server: id,
    service: fc.constantFrom("in" as const, "drained" as const, "out" as const),
  }),
  fc.record({
    kind: fc.constant("server-weight" as const),
    server: id,
    weight: fc.option(fc.integer({ min: 0, max: 9 })),
  }),
);
const input = fc.oneof(
  { weight: 12, arbitrary: event.map((event) => ({ event })) },
  config.map((config) => ({ config })),
);

type Seen = {
  readonly previous: PoolConfig;
  readonly config: PoolConfig;
  readonly before: PoolState;
  readonly after: PoolState;
  readonly actions: readonly PoolAction[];
};

/** Checks every step of some lives. */
function law(name: string, begin: () => (seen: Seen) => void): void {
  test(name, () => {
    fc.assert(
      fc.property(config, fc.array(input, { maxLength: 40, size: "max" }), (first, inputs) => {
        const see = begin();
        let config = first;
        let state = pool.start(config, 0);
        for (const input of [{ event: { kind: "startup" } as const }, ...inputs]) {
          const previous = config;
          if ("config" in input) config = input.config;
          const event = "config" in input ? { kind: "configured", previous } as const : input.event;
          const { state: after, actions } = pool.step(config, state, event, 0);
          see({ previous, config, before: state, after, actions });
          state = after;
        }
      }),
      { seed: 1, numRuns: 400 },
    );
  });
}

law("unchanged is identical, and states and actions are JSON", () => (seen) => {
  const { previous, config, before, after, actions } = seen;
  if (after !== before) assert.notDeepEqual(after, before);
  else if (config === previous) assert.deepEqual(actions, []);
  assert.deepEqual(JSON.parse(JSON.stringify({ after, actions })), { after, actions });
});

law("desired() changes when that is said, and only then", () => (seen) => {
  const from = desired(seen.previous, seen.before);
  const to = desired(seen.config, seen.after);
  const said = seen.actions.filter(({ kind }) => kind === "desired-changed").length;
  if (said === 0) assert.deepEqual(to, from);
  else if (seen.before.running === seen.after.running && seen.previous === seen.config) {
    assert.notDeepEqual(to, from);
  }
  assert.ok(said <= 1);
});

law(
  "the sorry server serves exactly below the quorum, and the others exactly above",
  () => (seen) => {
    const { config, after } = seen;
    const { destinations: table, undecided } = desired(config, after);
    if (!after.running) return assert.deepEqual([...table, ...undecided], []);
    const { sorryServer } = config;
    const addressOf = (at: number) => config.servers[at]?.endpoint.address;
    const weights = new Map(table.map(({ address, weight }) => [address, weight]));
    assert.equal(weights.size, table.length);
    for (const { address } of undecided) assert.ok(!weights.has(address));
    if (sorryServer !== undefined) {
      const inactive = sorryServer.inhibit ? 0 : undefined;
      assert.equal(weights.get(sorryServer.endpoint.address), after.up ? inactive : 1);
    }
    const serving = after.up || sorryServer === undefined;
    for (const [i, its] of after.servers.entries()) {
      const used = serving && isUp(its);
      const present = weights.has(addressOf(i) ?? "");
      const isKept = used || config.servers[i]?.inhibitOnFailure === true;
      assert.equal(present, isKept && its.service !== "out");
      if (!used) assert.equal(weights.get(addressOf(i) ?? "") ?? 0, 0);
    }
  },
);

law("the quorum is what the band says, and stays within it", () => ({ before, after, config }) => {
  assert.equal(after.weight, aliveWeight(config.servers, after.servers));
  if (!after.running) return assert.equal(after.up, false);
  const { gainedAt, lostBelow } = quorumBand(config);
  const { weight } = after;
  assert.ok(lostBelow >= 1 && lostBelow <= gainedAt);
  if (weight >= gainedAt) assert.equal(after.up, true);
  else if (weight < lostBelow) assert.equal(after.up, false);
  else assert.equal(after.up, before.up);
});

law("states are told alternately, servers before the quorum", () => {
  const told = new Map<string, boolean>();
  let quorum: boolean | undefined;
  return ({ before, after, actions, config }) => {
    if (!before.running && after.running) {
      told.clear();
      quorum = undefined;
    }
    const kinds = actions.map(({ kind }) => kind);
    const atQuorum = kinds.indexOf("quorum-state");
    assert.ok(atQuorum < 0 || atQuorum === kinds.length - 1);
    for (const action of actions) {
      if (action.kind === "server-state") {
        assert.notEqual(told.get(action.id), action.up);
        told.set(action.id, action.up);
        if (action.cause === "removed") told.delete(action.id);
      } else if (action.kind === "quorum-state") {
        assert.notEqual(quorum, action.up);
        quorum = action.up;
        assert.equal(action.up, after.up);
        assert.ok(action.hysteresis >= 0);
      } else if (action.kind === "weight-changed") assert.notEqual(action.from, action.to);
    }
    if (!after.running) return;
    assert.equal(quorum ?? false, after.up);
    for (const its of after.servers) {
      if (told.has(its.id)) assert.equal(told.get(its.id), isUp(its));
    }
    assert.deepEqual(after.servers.map(({ id }) => id), config.servers.map(({ id }) => id));
  };
});

test("desired() depends on the results, and not on their order", () => {
  // Inside the band of a hysteresis the past counts: that is what it is for.
  const steady = config.map((it) => ({ ...it, hysteresis: 0 }));
  const results = fc.uniqueArray(fc.oneof(check, weigh), {
    selector: (it) => `${it.kind} ${it.server} ${it.checker}`,
    maxLength: 12,
  });
  const orders = results.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))
  );
  fc.assert(
    fc.property(steady, orders, (config, [some, others]) => {
      const end = (events: readonly PoolEvent[]) => {
        const all = [{ kind: "startup" } as const, ...events];
        return all.reduce((state, event) => pool.step(config, state, event, 0).state, begin);
      };
      const begin = pool.start(config, 0);
      assert.deepEqual(desired(config, end(some)), desired(config, end(others)));
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("a reload ends where a fresh start does, while nothing has failed", () => {
  const steady = config.map((it) => ({
    ...it,
    hysteresis: 0,
    servers: it.servers.map((one) => ({
      ...one,
      checkers: one.checkers.map(({ id }) => ({ id, alpha: false })),
    })),
  }));
  fc.assert(
    fc.property(steady, steady, (from, to) => {
      const fresh = (it: PoolConfig) =>
        pool.step(it, pool.start(it, 0), { kind: "startup" }, 0).state;
      const event = { kind: "configured", previous: from } as const;
      const reloaded = pool.step(to, fresh(from), event, 0).state;
      assert.deepEqual(reloaded, fresh(to));
    }),
    { seed: 3, numRuns: 300 },
  );
});
