import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench } from "./fixture.ts";
import { script, type ScriptConfig } from "./script.ts";

const defaults: ScriptConfig = { intervalUs: 1000, rise: 1, fall: 1, initFail: false };
const RUN = { kind: "run" } as const;

function bench(config: Partial<ScriptConfig> = {}) {
  return new Bench(script, { ...defaults, ...config });
}

/** Runs once at each beat from 1000 on, and gives the verdicts that results bring: `+` success, `-` failure. */
function play(one: ReturnType<typeof bench>, results: string): string {
  let atUs = 1000;
  return [...results].map((result) => {
    assert.deepEqual(one.tell(atUs, { kind: "timeout" }), [RUN]);
    const [verdict] = one.tell(atUs + 1, { kind: "ended", success: result === "+" });
    atUs += 1000;
    return verdict?.kind !== "verdict" ? "." : verdict.good ? "G" : "B";
  }).join("");
}

/** Rise, fall, init_fail, results, and the verdicts they bring (`G`ood, `B`ad, none). */
const plays: readonly (readonly [number, number, boolean, string, string])[] = [
  [1, 1, false, "+", "G"],
  [1, 1, false, "-", "B"],
  [1, 1, false, "+-+", "GBG"],
  // The first result decides, after that it takes several in a row.
  [3, 2, false, "+--", "G.B"],
  [3, 2, false, "-+++", "B..G"],
  [3, 2, false, "++-+-+--", "G......B"],
  [3, 2, false, "-++-+++", "B.....G"],
  [3, 2, false, "----+++", "B.....G"],
  // Failed until it has risen: the first failure says nothing new.
  [3, 2, true, "+++--", "..G.B"],
  [3, 2, true, "-+++", "...G"],
  [1, 1, true, "+", "G"],
  [1, 1, true, "-+", ".G"],
];

for (const [rise, fall, initFail, results, expected] of plays) {
  const how = `rise ${rise} fall ${fall}${initFail ? " init_fail" : ""}`;
  test(`${how}: ${results} gives ${expected}`, () => {
    assert.equal(play(bench({ rise, fall, initFail }), results), expected);
  });
}

test("its verdict is unknown before the first result, and bad with init_fail", () => {
  assert.equal(bench().state.verdict, "unknown");
  assert.equal(bench({ initFail: true }).state.verdict, "bad");
});

test("the first run is at once, the others at each interval", () => {
  const one = bench();
  const times: number[] = [];
  assert.deepEqual(one.tell(77, { kind: "timeout" }), [RUN]);
  for (let i = 0; i < 3; i++) {
    one.tell(80 + i * 1000, { kind: "ended", success: true });
    times.push(...one.advance(1077 + i * 1000).map(([atUs]) => atUs));
  }
  assert.deepEqual(times, [1077, 2077, 3077]);
});

test("a timeout before its time does nothing", () => {
  const one = bench();
  one.tell(77, { kind: "timeout" });
  one.tell(78, { kind: "ended", success: true });
  const { state } = one;
  assert.deepEqual(one.tell(1076, { kind: "timeout" }), []);
  assert.equal(one.state, state);
});

test("a late beat does not move the next ones; missed ones are not made up for", () => {
  const one = bench();
  one.tell(1000, { kind: "timeout" });
  one.tell(1001, { kind: "ended", success: true });
  one.tell(2900, { kind: "timeout" });
  assert.equal(one.state.nextAtUs, 3000);
  one.tell(2901, { kind: "ended", success: true });
  assert.deepEqual(one.tell(7500, { kind: "timeout" }), [RUN]);
  assert.equal(one.state.nextAtUs, 8500);
  one.tell(7501, { kind: "ended", success: true });
  one.tell(9500, { kind: "timeout" });
  assert.equal(one.state.nextAtUs, 10_500);
});

test("a run that still goes on lets the next beat go by", () => {
  const one = bench();
  one.tell(1000, { kind: "timeout" });
  assert.deepEqual(one.advance(3000), [
    [2000, { kind: "skipped" }],
    [3000, { kind: "skipped" }],
  ]);
  assert.deepEqual(one.tell(3500, { kind: "ended", success: true }), [
    { kind: "verdict", good: true },
  ]);
  assert.deepEqual(one.advance(4000), [[4000, RUN]]);
});

test("an end without a run does not count", () => {
  const one = bench();
  const { state } = one;
  assert.deepEqual(one.tell(1, { kind: "ended", success: false }), []);
  assert.equal(one.state, state);
  one.tell(1000, { kind: "timeout" });
  one.tell(1001, { kind: "ended", success: true });
  assert.deepEqual(one.tell(1002, { kind: "ended", success: false }), []);
  assert.equal(one.state.verdict, "good");
});

test("a shorter interval counts from now on, a longer one from the next run; the verdict stays", () => {
  const one = bench({ intervalUs: 10_000 });
  one.tell(1000, { kind: "timeout" });
  one.tell(1001, { kind: "ended", success: false });
  one.configure(2000, { ...defaults, initFail: true, intervalUs: 500 });
  assert.deepEqual([one.state.nextAtUs, one.state.verdict], [2500, "bad"]);
  const { state } = one;
  one.configure(2100, { ...defaults, intervalUs: 5000 });
  one.configure(2100, { ...defaults, intervalUs: 400 });
  assert.equal(one.state, state);
});
