import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { holdingsOf, sortHoldings } from "./holdings.ts";
import type { Owner } from "./owner.ts";
import { isTracked } from "./tracked.ts";

function ownerOf(lines: string) {
  const text = `vrrp_instance V {\n interface eth0\n virtual_router_id 1\n${lines}\n}\n`;
  const { config } = loadConfig((path) => [{ path, text }], "a", { hostName: "a" });
  const instance = config?.instances[0];
  assert.ok(instance);
  return { config: instance };
}

const lines = (word: string) => `
  virtual_ipaddress {\n 192.0.2.1/24 ${word}\n}
  virtual_ipaddress_excluded {\n 192.0.2.2/24 ${word}\n}
  virtual_routes {\n 10.0.0.0/8 via 192.0.2.254 dev eth0 ${word}\n}
  virtual_rules {\n from 10.0.0.0/8 table 7 preference 9 ${word}\n}`;

test("an owner does without what says no_track, or what it has no more", () => {
  const [tracked, untracked] = ["", "no_track"].map((word) => ownerOf(lines(word)));
  assert.ok(tracked && untracked);
  const { addresses, excludedAddresses } = tracked.config;
  const { routes, rules } = sortHoldings(holdingsOf(tracked.config));
  const judge = (owner: Owner) => [
    ...[...addresses, ...excludedAddresses].map((it) => isTracked.address(owner, it)),
    ...routes.map((it) => isTracked.route(owner, it)),
    ...rules.map((it) => isTracked.rule(owner, it)),
  ];
  assert.deepEqual(judge(tracked), [true, true, true, true]);
  assert.deepEqual(judge(untracked), [false, false, false, false]);
  assert.deepEqual(judge({ config: { name: "static" } }), [false, false, false, false]);
});

test("no_track makes no other holding: a reload that changes it alone touches nothing", () => {
  const [tracked, untracked] = ["", "no_track"].map((word) =>
    holdingsOf(ownerOf(lines(word)).config)
  );
  assert.deepEqual(tracked, untracked);
});

test("holdings are routes and then rules, each once", () => {
  const { config } = ownerOf(`${lines("")}
  virtual_routes {\n 10.0.0.0/8 via 192.0.2.254 dev eth0\n 11.0.0.0/8 dev eth0\n}`);
  const kinds = holdingsOf(config).map(({ value }) => (value as { kind: string }).kind);
  assert.deepEqual(kinds, ["route", "route", "rule"]);
});
