/** Laws of the difference of two configurations. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Config,
  type ConfigDifference,
  describeDifference,
  difference,
  matchCheckers,
  matchRealServers,
} from "@keepalived/keepalived-config";
import { configurations } from "./plausible.ts";
import { load } from "./support.ts";

function configOf(text: string): Config {
  const { config } = load(text);
  assert.ok(config !== undefined);
  return config;
}

const configs: fc.Arbitrary<Config> = configurations.map(configOf);

/** A configuration, and the same without one line of its text. */
const neighbours = fc.tuple(configurations, fc.nat()).map(([text, at]) => {
  const lines = text.split("\n");
  const without = lines.toSpliced(at % lines.length, 1).join("\n");
  return [configOf(text), configOf(without)] as const;
});

type Lists = Omit<ConfigDifference, "from" | "to" | "refused" | "global">;
type Name = keyof Lists;

const NAMES: readonly Name[] = [
  "instances",
  "syncGroups",
  "scripts",
  "trackFiles",
  "trackProcesses",
  "bfdInstances",
  "virtualServers",
  "staticAddresses",
  "staticRoutes",
  "staticRules",
];

/** Items as texts without places, in any order. */
function texts(items: readonly unknown[]): readonly string[] {
  return items.map((item) => JSON.stringify(item, (key, value) => key === "at" ? undefined : value))
    .toSorted();
}

type Change = { readonly add: readonly unknown[]; readonly remove: readonly unknown[] } & {
  readonly change: readonly { readonly from: unknown; readonly to: unknown }[];
};

/** The list that a change makes of another one. */
function applied(from: readonly unknown[], { add, change, remove }: Change): readonly unknown[] {
  const gone = new Set(remove);
  const replaced = new Map(change.map(({ from, to }) => [from, to]));
  for (const item of [...gone, ...replaced.keys()]) assert.ok(from.includes(item));
  const kept = from.filter((item) => !gone.has(item)).map((item) => replaced.get(item) ?? item);
  return [...kept, ...add];
}

test("the difference of a configuration to itself is empty", () => {
  fc.assert(
    fc.property(configs, (config) => {
      const copy = JSON.parse(JSON.stringify(config)) as Config;
      const found = difference(config, copy);
      assert.deepEqual([found.refused, found.global], [[], false]);
      for (const name of NAMES) {
        assert.deepEqual(found[name], { add: [], change: [], remove: [] }, name);
      }
      assert.deepEqual(describeDifference(found), []);
    }),
    { numRuns: 100, seed: 3 },
  );
});

test("what a difference names makes the one configuration the other", () => {
  fc.assert(
    fc.property(configs, configs, (from, to) => {
      const found = difference(from, to);
      for (const name of NAMES) {
        assert.deepEqual(texts(applied(from[name], found[name])), texts(to[name]), name);
      }
      for (const { from: old, to: now } of found.virtualServers.change) {
        const servers = matchRealServers(old.realServers, now.realServers);
        assert.deepEqual(texts(applied(old.realServers, servers)), texts(now.realServers));
        for (const { from: { checkers }, to } of servers.change) {
          const change = matchCheckers(checkers, to.checkers);
          assert.deepEqual(texts(applied(checkers, change)), texts(to.checkers));
        }
      }
    }),
    { numRuns: 150, seed: 3 },
  );
});

test("there are words for every difference, and none for what is equal", () => {
  fc.assert(
    fc.property(neighbours, ([from, to]) => {
      const found = difference(from, to);
      const changed = found.global || NAMES.some((name) => {
        const { add, change, remove } = found[name];
        return add.length + change.length + remove.length > 0;
      });
      const words = describeDifference(found);
      assert.equal(words.length > 0, changed, words.join("\n"));
    }),
    { numRuns: 400, seed: 4 },
  );
});
