import assert from "node:assert/strict";
import { test } from "node:test";
import { pool, type ServerService } from "./mod.ts";
import { Bench, poolOf, server, sorryServer } from "./testing/example.ts";

/** Starts a pool and forgets what it said. */
function started(config: Parameters<typeof poolOf>[0], more: Parameters<typeof poolOf>[1] = {}) {
  const bench = new Bench(poolOf(config, more));
  bench.tell({ kind: "startup" });
  return bench;
}

const two = [server(1), server(2)];

test("at the start servers are up, and only the quorum is told", () => {
  const bench = new Bench(poolOf(two));
  assert.equal(bench.table, "");
  assert.deepEqual(bench.tell({ kind: "startup" }), ["table", "quorum up 1+0<=2 started"]);
  assert.equal(bench.table, "1:1 2:1");
  assert.deepEqual(bench.tell({ kind: "startup" }), []);
});

test("at the start servers are told of if initNotifies says so", () => {
  const bench = new Bench(poolOf([server(1, { alpha: true }), server(2)], { initNotifies: true }));
  const told = ["table", "2 up started", "quorum up 1+0<=1 started"];
  assert.deepEqual(bench.tell({ kind: "startup" }), told);
});

test("alpha: a server is down until its checkers have said otherwise, and its first word is told", () => {
  const bench = new Bench(poolOf([server(1, { alpha: true }), server(2, { alpha: true })]));
  assert.deepEqual(bench.tell({ kind: "startup" }), ["table"]);
  assert.equal(bench.table, "1:? 2:?");
  assert.deepEqual(bench.check(1, false), ["table", "1 down first"]);
  assert.equal(bench.table, "2:?");
  assert.deepEqual(bench.check(1, false), []);
  assert.deepEqual(bench.check(2, true), ["table", "2 up checked", "quorum up 1+0<=1 checked"]);
  assert.deepEqual(bench.check(1, true), ["table", "1 up checked"]);
  assert.equal(bench.table, "1:1 2:1");
});

test("alpha: of several checkers all must have passed", () => {
  const checkers = [{ id: "a", alpha: true }, { id: "b", alpha: true }];
  const bench = started([server(1, { checkers }), server(2, { checkers })]);
  assert.deepEqual(bench.check(1, true, "a"), []);
  assert.deepEqual(bench.check(1, true, "b"), [
    "table",
    "1 up checked",
    "quorum up 1+0<=1 checked",
  ]);
  assert.deepEqual(bench.check(2, true, "a"), []);
  assert.equal(bench.table, "1:1 2:?");
  assert.deepEqual(bench.check(2, false, "b"), ["table", "2 down first"]);
  assert.deepEqual(bench.check(2, false, "a"), []);
});

test("a pool that starts without its quorum says so only for a sorry server", () => {
  const bench = new Bench(poolOf([server(1, { alpha: true })], { sorryServer }));
  assert.deepEqual(bench.tell({ kind: "startup" }), ["table", "quorum down 1-0>0 started sorry"]);
  assert.equal(bench.table, "9:1 1:?");
  bench.check(1, true);
  bench.check(1, false);
  assert.equal(bench.table, "9:1");
});

test("a server is up if all its checkers are content", () => {
  const checkers = [{ id: "a", alpha: false }, { id: "b", alpha: false }];
  const bench = started([server(1, { checkers }), server(2)]);
  assert.deepEqual(bench.check(1, false, "a"), ["table", "1 down checked"]);
  assert.deepEqual(bench.check(1, false, "b"), []);
  assert.deepEqual(bench.check(1, true, "a"), []);
  assert.equal(bench.table, "2:1");
  assert.deepEqual(bench.check(1, true, "b"), ["table", "1 up checked"]);
});

test("servers come before the quorum; without it and a sorry server they stay", () => {
  const bench = started(two, { quorum: 2 });
  assert.deepEqual(bench.check(1, false), [
    "table",
    "1 down checked",
    "quorum down 2-0>1 checked",
  ]);
  assert.equal(bench.table, "2:1");
  assert.deepEqual(bench.check(1, true), ["table", "1 up checked", "quorum up 2+0<=2 checked"]);
});

test("the sorry server takes the place of all others", () => {
  const bench = started(two, { quorum: 2, sorryServer });
  assert.equal(bench.table, "1:1 2:1");
  bench.check(1, false);
  assert.equal(bench.table, "9:1");
  assert.deepEqual(bench.check(2, false), ["2 down checked"]);
  assert.deepEqual(bench.check(1, true), ["1 up checked"]);
  assert.deepEqual(bench.check(2, true), [
    "table",
    "2 up checked",
    "quorum up 2+0<=2 checked sorry",
  ]);
  assert.equal(bench.table, "1:1 2:1");
});

test("inhibited servers stay with weight 0, and so does an inhibited sorry server", () => {
  const inhibited = [server(1, { inhibitOnFailure: true }), server(2)];
  const bench = started(inhibited, {
    quorum: 2,
    sorryServer: { ...sorryServer, inhibit: true },
  });
  assert.equal(bench.table, "1:1 2:1 9:0");
  assert.deepEqual(bench.check(1, false), [
    "table",
    "1 down checked inhibit",
    "quorum down 2-0>1 checked sorry",
  ]);
  assert.equal(bench.table, "1:0 9:1");
  assert.deepEqual(bench.check(1, true).slice(1), [
    "1 up checked inhibit",
    "quorum up 2+0<=2 checked sorry",
  ]);
  bench.check(2, false);
  assert.equal(bench.table, "1:0 9:1");
});

test("hysteresis: the quorum is lost and gained at the ends of the band", () => {
  const bench = started([1, 2, 3, 4].map((number) => server(number)), { quorum: 3, hysteresis: 1 });
  const quorum = () => bench.state.up;
  assert.deepEqual(bench.check(1, false).slice(2), []);
  assert.deepEqual(bench.check(2, false).slice(2), []);
  assert.deepEqual(bench.check(3, false).slice(2), ["quorum down 3-1>1 checked"]);
  for (const number of [1, 2]) assert.deepEqual(bench.check(number, true).length, 2);
  assert.equal(quorum(), false);
  assert.deepEqual(bench.check(3, true).slice(2), ["quorum up 3+1<=4 checked"]);
});

test("hysteresis: all servers together have the quorum even where the sum is out of reach", () => {
  const bench = started(two, { quorum: 2, hysteresis: 1 });
  assert.equal(bench.state.up, true);
  bench.check(1, false);
  assert.equal(bench.state.up, true);
  assert.deepEqual(bench.check(2, false).slice(2), ["quorum down 2-1>0 checked"]);
  bench.check(1, true);
  assert.deepEqual(bench.check(2, true).slice(2), ["quorum up 2+0<=2 checked"]);
});

test("no weight at all is no quorum, however little is asked for", () => {
  const idle = [server(1, { weight: 0 }), server(2, { weight: 0 })];
  const bench = new Bench(poolOf(idle, { quorum: 0, sorryServer }));
  assert.deepEqual(bench.tell({ kind: "startup" }), ["table", "quorum down 1-0>0 started sorry"]);
  assert.equal(bench.table, "9:1");
  const weighed = bench.configure(poolOf(two, { quorum: 0, sorryServer }));
  assert.deepEqual(weighed, [
    "table",
    "weight 1 0->1",
    "weight 2 0->1",
    "quorum up 1+0<=2 configured sorry",
  ]);
});

test("weights of checkers: set replaces what is configured, add adds, several add up", () => {
  const checkers = ["a", "b", "f"].map((id) => ({ id, alpha: false }));
  const bench = started([server(1, { checkers, weight: 2 })]);
  const say = (checker: string, kind: "set" | "add", value: number) =>
    bench.tell({ kind: "weight", server: "1", checker, weight: { kind, value } });
  assert.deepEqual(say("a", "set", 5), ["table", "weight 1 2->5"]);
  assert.deepEqual(say("a", "set", 5), []);
  assert.deepEqual(say("b", "set", 7), ["table", "weight 1 5->10"]);
  assert.deepEqual(say("f", "add", 3), ["table", "weight 1 10->13"]);
  assert.deepEqual(say("f", "add", -300), [
    "table",
    "weight 1 13->0",
    "quorum down 1-0>0 checked",
  ]);
  assert.equal(bench.table, "1:0");
  assert.deepEqual(say("f", "add", 3_000_000_000).slice(1, 2), ["weight 1 0->2147483647"]);
  bench.tell({ kind: "weight", server: "1", checker: "f", weight: null });
  bench.tell({ kind: "weight", server: "1", checker: "b", weight: null });
  assert.equal(bench.table, "1:5");
  assert.deepEqual(say("none", "add", 3), []);
});

test("the weight of a server that is down is told, and nothing changes in the kernel", () => {
  const bench = started(two);
  bench.check(1, false);
  const weight = { kind: "set", value: 4 } as const;
  const told = bench.tell({ kind: "weight", server: "1", checker: "c", weight });
  assert.deepEqual(told, ["weight 1 1->4 down"]);
  bench.check(1, true);
  assert.equal(bench.table, "1:4 2:1");
});

test("an operator takes a server out of service, and sets its weight", () => {
  const bench = started(two, { quorum: 2, sorryServer });
  assert.deepEqual(bench.tell({ kind: "server-weight", server: "1", weight: 9 }), [
    "table",
    "weight 1 1->9",
  ]);
  assert.deepEqual(bench.tell({ kind: "server-weight", server: "1", weight: 9 }), []);
  const weight = { kind: "set", value: 4 } as const;
  assert.deepEqual(bench.tell({ kind: "weight", server: "1", checker: "c", weight }), []);
  assert.deepEqual(bench.tell({ kind: "server-weight", server: "1", weight: null }), [
    "table",
    "weight 1 9->4",
  ]);
  const service = (service: ServerService) =>
    bench.tell({ kind: "server-service", server: "1", service });
  assert.deepEqual(service("drained"), [
    "table",
    "weight 1 4->0",
    "quorum down 2-0>1 checked sorry",
  ]);
  assert.deepEqual(service("drained"), []);
  bench.configure(poolOf(two));
  assert.equal(bench.table, "1:0 2:1");
  assert.deepEqual(service("out"), ["table"]);
  assert.equal(bench.table, "2:1");
  assert.deepEqual(service("in"), ["table", "weight 1 0->4"]);
  assert.equal(bench.table, "1:4 2:1");
  assert.deepEqual(service("in"), []);
});

test("a reload with nothing changed changes nothing", () => {
  const bench = started(two, { sorryServer });
  bench.check(1, false);
  const before = bench.state;
  assert.deepEqual(bench.configure(structuredClone(bench.config)), []);
  assert.equal(bench.state, before);
});

test("a reload of one server: the table changes with each of its settings, and the others stay", () => {
  const tunnel = { method: "tunnel", tunnel: { type: "gre", checksum: "none" } } as const;
  for (const alpha of [false, true]) {
    const [first, second] = [server(1, { alpha }), server(2, { alpha })];
    const { endpoint } = second;
    for (
      const other of [
        { address: "10.0.0.77" },
        { port: endpoint.port + 1 },
        { upperThreshold: 7 },
        { lowerThreshold: 7 },
        { forwarding: tunnel },
      ]
    ) {
      const bench = started([first, second]);
      const next = [first, { ...second, endpoint: { ...endpoint, ...other } }];
      assert.deepEqual(bench.configure(poolOf(next)), ["table"]);
      assert.deepEqual(bench.configure(poolOf(structuredClone(next))), []);
    }
    const bench = started([first, second]);
    assert.deepEqual(bench.configure(poolOf([second, first])), ["table"]);
    assert.deepEqual(bench.configure(poolOf([second, first])), []);
  }
});

test("a reload: servers that are new come, those that are gone are down, the rest stays", () => {
  const bench = started([server(1), server(2), server(3)]);
  bench.check(1, false);
  bench.check(3, false);
  const told = bench.configure(poolOf([server(4), server(1, { weight: 5 })]));
  assert.deepEqual(told, ["table", "2 down removed", "weight 1 1->5 down"]);
  assert.equal(bench.table, "4:1");
  bench.check(1, true);
  assert.equal(bench.table, "4:1 1:5");
  assert.deepEqual(bench.check(2, true), []);
});

test("a reload: new servers are told of if initNotifies says so", () => {
  const bench = started([server(1)], { initNotifies: true });
  assert.deepEqual(bench.configure(poolOf(two, { initNotifies: true })), ["table", "2 up started"]);
});

test("a reload: the quorum follows, once, and with the new servers", () => {
  const bench = started(two, { quorum: 2 });
  assert.deepEqual(bench.configure(poolOf([server(1), server(3)], { quorum: 2 })), [
    "table",
    "2 down removed",
  ]);
  assert.deepEqual(bench.configure(poolOf([server(1)], { quorum: 2 })), [
    "table",
    "3 down removed",
  ]);
  bench.configure(poolOf([server(1), server(2), server(3)], { quorum: 3 }));
  assert.deepEqual(bench.check(1, false).slice(2), ["quorum down 3-0>2 checked"]);
  assert.deepEqual(bench.configure(poolOf([server(1), server(2), server(3)], { quorum: 2 })), [
    "quorum up 2+0<=2 configured",
  ]);
});

test("a reload: a sorry server appears at once where there is no quorum", () => {
  const bench = started(two, { quorum: 2 });
  bench.check(1, false);
  assert.deepEqual(bench.configure(poolOf(two, { quorum: 2, sorryServer })), ["table"]);
  assert.equal(bench.table, "9:1");
});

test("a reload: a new checker of a server that is up must fail, of one that is down it must pass", () => {
  const more = [{ id: "c", alpha: false }, { id: "d", alpha: true }];
  const bench = started(two);
  bench.check(2, false);
  bench.configure(poolOf([server(1, { checkers: more }), server(2, { checkers: more })]));
  assert.equal(bench.table, "1:1");
  assert.deepEqual(bench.check(2, true), []);
  assert.deepEqual(bench.check(2, true, "d"), ["table", "2 up checked"]);
});

test("a reload: a server whose failing checkers are gone is up", () => {
  const checkers = [{ id: "c", alpha: false }, { id: "d", alpha: false }];
  const bench = started([server(1, { checkers }), server(2, { checkers })]);
  const weight = { kind: "set", value: 4 } as const;
  bench.check(1, false, "d");
  bench.check(2, false, "c");
  bench.tell({ kind: "weight", server: "1", checker: "d", weight });
  assert.deepEqual(bench.configure(poolOf(two)), [
    "table",
    "weight 1 4->1",
    "1 up configured",
    "quorum up 1+0<=1 configured",
  ]);
  assert.equal(bench.table, "1:1");
});

test("a reload: an alpha server that nothing was said of stays so", () => {
  const alpha = server(1, { alpha: true });
  const bench = started([alpha, server(2)]);
  bench.configure(poolOf([{ ...alpha, weight: 3 }, server(2)]));
  assert.deepEqual(bench.check(1, false), ["table", "1 down first"]);
});

test("a reload: a server whose failing checkers are gone is no longer undecided", () => {
  const bench = started([server(1, { alpha: true })]);
  bench.configure(poolOf([server(1, { checkers: [] })]));
  assert.equal(bench.table, "1:1");
  bench.configure(poolOf([server(1)]));
  bench.check(1, false);
  assert.equal(bench.table, "");
});

test("what a checker says again changes nothing", () => {
  const bench = started(two);
  const before = bench.state;
  bench.check(1, true);
  assert.equal(bench.state, before);
});

test("the end is told with omega only", () => {
  const quiet = started(two);
  assert.deepEqual(quiet.tell({ kind: "shutdown", cause: "stopped" }), ["table"]);
  assert.equal(quiet.table, "");
  const loud = started(two, { omega: true });
  loud.check(2, false);
  assert.deepEqual(loud.tell({ kind: "shutdown", cause: "stopped" }), [
    "table",
    "1 down stopped",
    "quorum down 1-0>1 stopped",
  ]);
  assert.deepEqual(loud.tell({ kind: "shutdown", cause: "stopped" }), []);
  assert.deepEqual(loud.check(1, false), []);
});

test("the end by a reload is told in any case; what is down is not told twice", () => {
  const bench = started(two, { quorum: 2 });
  bench.check(2, false);
  assert.deepEqual(bench.tell({ kind: "shutdown", cause: "removed" }), [
    "table",
    "1 down removed",
  ]);
});

test("what is unknown or comes before the start is taken quietly", () => {
  const bench = new Bench(poolOf(two));
  assert.deepEqual(bench.check(1, false), []);
  assert.deepEqual(bench.check(7, false), []);
  assert.deepEqual(bench.check(1, false, "x"), []);
  assert.deepEqual(bench.tell({ kind: "timeout" }), []);
  assert.deepEqual(bench.configure(poolOf([server(2), server(1)])), []);
  assert.deepEqual(bench.tell({ kind: "shutdown", cause: "removed" }), []);
  assert.deepEqual(bench.tell({ kind: "startup" }), ["table", "quorum up 1+0<=1 started"]);
  assert.equal(bench.table, "2:1");
  assert.equal(pool.nextDeadlineUs(bench.state), undefined);
});
