import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./check.ts";
import { type CheckConfig, checkConfigOf } from "./check_config.ts";
import { type Ending, failed, succeeded } from "./ending.ts";
import { Bench, plain, playCheck, stateAfter } from "./fixture.ts";

const refused = failed("refused", "connection refused");
const second = 1_000_000;

/**
 * What keepalived 2.2.7 was seen to do, attempt for attempt: with `delay_loop 3`, and `retry 1`, `delay_before_retry 1`
 * unless said. Each attempt is the second it began, its url, its result, and what became of the server.
 */
const seen: readonly (readonly [string, Partial<CheckConfig>, string, string, number?])[] = [
  // The first check of all: one failure is enough, but for SMTP_CHECK.
  ["tcp", { retry: 2 }, "-", "1-D"],
  ["http", {}, "-", "1-D"],
  ["dns", { retry: 3 }, "-", "1-D"],
  ["udp", { retry: 2 }, "-", "1-D"],
  ["ping", { retry: 2 }, "-", "1-D"],
  ["misc", { retry: 2 }, "-", "1-D"],
  ["smtp", { retry: 2 }, "---+", "1- 2- 3-D 6+U"],
  // A server that was up is tried again, 1 + retry attempts in all.
  ["tcp", { retry: 2 }, "++---+", "1+ 4+ 7- 8- 9-D 12+U"],
  ["tcp", { retry: 2 }, "+--+--+", "1+ 4- 5- 6+ 9- 10- 11+"],
  ["tcp", { retry: 0 }, "+-+", "1+ 4-D 7+U"],
  ["smtp", { retry: 2 }, "+---+", "1+ 4- 5- 6-D 9+U"],
  // A time-out counts from its end: the attempts take one second each.
  ["dns", { retry: 2 }, "+---+", "1+ 5- 7- 9-D 13+U", 1],
  ["dns", { delayBeforeRetryUs: 7 * second }, "+--+", "1+ 5- 13-D 17+U", 1],
  ["udp", { retry: 2 }, "+---+", "1+ 5- 7- 9-D 13+U", 1],
  ["ping", { retry: 2 }, "+---+", "1+ 5- 7- 9-D 13+U", 1],
  // Down: TCP_CHECK and SMTP_CHECK go on as if it were up, the others try once each delay_loop.
  ["tcp", { retry: 2 }, "-------", "1-D 4- 5- 6- 9- 10- 11-"],
  ["tcp", { retry: 2, delayBeforeRetryUs: 7 * second }, "------", "1-D 4- 11- 18- 21- 28-"],
  ["smtp", { retry: 2 }, "-------", "1- 2- 3-D 6- 7- 8- 11-"],
  ["udp", { retry: 2 }, "----", "1-D 4- 7- 10-"],
  ["ping", { retry: 2 }, "----", "1-D 4- 7- 10-"],
  ["dns", { retry: 2 }, "----", "1-D 5- 9- 13-", 1],
  // HTTP waits for the longer of the two delays.
  ["http", {}, "----", "1-D 4- 7- 10-"],
  ["http", { delayBeforeRetryUs: 7 * second }, "----", "1-D 8- 15- 22-"],
  // HTTP comes up by one success for each url and one more.
  ["http", {}, "+-++", "1+ 4- 5+ 8+"],
  ["http", {}, "+--+++", "1+ 4- 5-D 8+ 11+U 14+"],
  ["http", {}, "++--++", "1+ 4+ 7- 8-D 11+ 14+U"],
  ["http", {}, "-++", "1-D 4+ 7+U"],
  ["http", {}, "+--++-+", "1+ 4- 5-D 8+ 11+U 14- 15+"],
  // A failure that a retry makes good takes no success away.
  ["http", {}, "-+-+", "1-D 4+ 7- 8+U"],
  // Several urls: one after the other, from the one that failed on.
  ["http", { parts: 2 }, "+-----+++", "1a+ 4b-D 7b- 10b- 13b- 16b- 19b+ 22a+ 25b+U"],
  ["http", { parts: 2 }, "++-+", "1a+ 4b+ 7a- 8a+"],
  ["http", { parts: 2 }, "+++-++", "1a+ 4b+ 7a+ 10b- 11b+ 14a+"],
  [
    "http",
    { parts: 2, fastRecovery: true },
    "+++---++++",
    "1a+ 1b+ 4a+ 7b- 8b-D 11b- 14b+ 14a+ 14b+U 17a+",
  ],
  // alpha: the first verdict is told, also a bad one; then one success for each url is enough at first.
  ["tcp", { retry: 2, alpha: true }, "--+", "1-D 4- 5+U"],
  ["tcp", { alpha: true }, "+", "1+U"],
  ["dns", { alpha: true }, "-", "1-D", 1],
  ["smtp", { alpha: true, retry: 2 }, "---", "1- 2- 3-D"],
  ["misc", { alpha: true, retry: 0 }, "-", "1-D"],
  ["http", { alpha: true }, "++", "1+U 4+"],
  ["http", { alpha: true, parts: 2 }, "++", "1a+ 4b+U"],
  ["http", { alpha: true, parts: 2, fastRecovery: true }, "+++", "1a+ 1b+U 4a+"],
  ["http", { alpha: true }, "-++", "1-D 4+ 7+U"],
  // Times of MISC_CHECK count from the start of the program; one that still runs is waited for.
  ["misc", {}, "+++", "1+ 4+ 7+", 2],
  ["misc", {}, "+++", "1+ 6+ 11+", 5],
  ["misc", { retry: 2, delayBeforeRetryUs: 2 * second }, "+---+", "1+ 4- 6- 8-D 11+U", 1.5],
  ["misc", { retry: 2 }, "----", "1-D 4- 7- 10-"],
  // Weights: status 52, then 0, which puts the configured one back; a failure leaves it.
  ["misc", {}, "55++-+", "15=5 45 7+=null 10+ 13- 14+"],
  ["misc", {}, "5--9", "15=5 4- 5-D 89=9U"],
];

for (const [kind, config, results, expected, seconds = 0] of seen) {
  const what = Object.entries(config).map(([name, value]) => ` ${name} ${value}`).join("");
  test(`${kind}${what}, ${seconds} s each: ${results}`, () => {
    const whole = { kind, ...config } as Partial<CheckConfig>;
    assert.equal(playCheck(whole, results, seconds), expected);
  });
}

test("rise: as many successes bring a server up, at first with alpha too; additions of ours", () => {
  const rise = { rise: 3, retry: 1 };
  assert.equal(playCheck(rise, "-++-+-", 0), "1-D 4+ 7+ 10- 11+U 14-");
  assert.equal(playCheck(rise, "-++--+++"), "1-D 4+ 7+ 10- 11- 14+ 17+ 20+U");
  assert.equal(playCheck({ ...rise, alpha: true }, "+++"), "1+ 4+ 7+U");
  assert.equal(
    playCheck(rise, "+-+"),
    "1+ 4- 5+",
    "one that is assumed to be up is so by one success",
  );
  assert.equal(playCheck({ kind: "http", rise: 2, parts: 2 }, "-+++"), "1a-D 4a+ 7b+ 10a+U");
  assert.equal(playCheck({ kind: "http", rise: 4, parts: 2 }, "-++++"), "1a-D 4a+ 7b+ 10a+ 13b+U");
});

test("the first attempt comes after a second and a random share of warmup", () => {
  const times = Array.from({ length: 2000 }, (_, seed) => {
    const bench = new Bench(check, { ...plain, warmupUs: 60 * second }, seed);
    assert.deepEqual(bench.tell(500, { kind: "timeout" }), []);
    return (bench.deadlineUs ?? 0) - 500;
  });
  assert.ok(times.every((us) => us >= second && us < 61 * second && Number.isInteger(us)));
  const late = times.filter((us) => us > 31 * second).length;
  assert.ok(late > 900 && late < 1100, `${late} of 2000 in the second half`);
});

test("each attempt that fails is told, with the retries that are left, before the verdict", () => {
  const bench = new Bench(check, { ...plain, retry: 1 });
  const { failure } = refused as { failure: unknown };
  bench.tell(0, { kind: "timeout" });
  bench.tell(second, { kind: "timeout" });
  assert.deepEqual(bench.tell(second, { kind: "finished", ending: succeeded }), []);
  bench.tell(4 * second, { kind: "timeout" });
  assert.deepEqual(bench.tell(4 * second, { kind: "finished", ending: refused }), [
    { kind: "attempt-failed", failure, retriesLeft: 1 },
  ]);
  bench.tell(5 * second, { kind: "timeout" });
  assert.deepEqual(bench.tell(5 * second, { kind: "finished", ending: refused }), [
    { kind: "attempt-failed", failure, retriesLeft: 0 },
    { kind: "verdict-changed", up: false, failure },
  ]);
});

test("a weight comes before the verdict that puts it to use", () => {
  const bench = new Bench(check, { ...plain, kind: "misc", alpha: true });
  bench.tell(0, { kind: "timeout" });
  bench.tell(second, { kind: "timeout" });
  assert.deepEqual(bench.tell(second, { kind: "finished", ending: { ok: true, weight: 0 } }), [
    { kind: "weight-changed", weight: 0 },
    { kind: "verdict-changed", up: true },
  ]);
});

test("an end without an attempt does not count, nor a timeout before its time", () => {
  const bench = new Bench(check, plain);
  bench.tell(0, { kind: "timeout" });
  const { state } = bench;
  assert.deepEqual(bench.tell(second, { kind: "finished", ending: refused }), []);
  assert.deepEqual(bench.tell(second - 1, { kind: "timeout" }), []);
  assert.equal(bench.state, state);
  bench.tell(second, { kind: "timeout" });
  assert.equal(bench.deadlineUs, undefined, "nothing is due while an attempt runs");
});

test("an attempt that begins late does not move those after it, but the pause after a failure stays whole", () => {
  const bench = new Bench(check, { ...plain, kind: "dns", retry: 1 });
  const attempt = (lateUs: number, tookUs: number, ending: Ending) => {
    const beginUs = (bench.deadlineUs ?? 0) + lateUs;
    bench.tell(beginUs, { kind: "timeout" });
    bench.tell(beginUs + tookUs, { kind: "finished", ending });
    return bench.deadlineUs;
  };
  bench.tell(0, { kind: "timeout" });
  assert.equal(attempt(200, 30, succeeded), 4 * second + 30);
  assert.equal(attempt(second, 70, succeeded), 7 * second + 100);
  assert.equal(attempt(5 * second, 10, succeeded), 12 * second + 110, "at once, and not twice");
  assert.equal(attempt(400, 0, refused), 13 * second + 510);
  assert.equal(attempt(100, 0, refused), 16 * second + 610);
});

test("suspended: what runs is abandoned, what is known stays; resumed: spread anew", () => {
  const bench = new Bench(check, { ...plain, warmupUs: 10 * second });
  bench.tell(0, { kind: "timeout" });
  const firstUs = bench.deadlineUs ?? 0;
  bench.tell(firstUs, { kind: "timeout" });
  assert.deepEqual(bench.tell(firstUs, { kind: "suspended" }), [{ kind: "abandon" }]);
  const { state } = bench;
  assert.deepEqual(bench.tell(firstUs, { kind: "suspended" }), []);
  assert.deepEqual(bench.tell(firstUs, { kind: "finished", ending: refused }), []);
  assert.equal(bench.state, state);
  assert.equal(bench.deadlineUs, undefined);
  assert.deepEqual(bench.tell(100 * second, { kind: "resumed" }), []);
  const nextUs = bench.deadlineUs ?? 0;
  assert.ok(nextUs >= 100 * second && nextUs < 110 * second);
  assert.deepEqual(bench.tell(nextUs, { kind: "timeout" }), [{ kind: "begin", part: 0 }]);
  assert.deepEqual(bench.tell(nextUs, { kind: "resumed" }), []);
  const waiting = new Bench(check, plain);
  waiting.tell(0, { kind: "timeout" });
  assert.deepEqual(waiting.tell(1, { kind: "suspended" }), [], "nothing ran");
});

test("suspended before it was ever scheduled, it waits for resumed", () => {
  const bench = new Bench(check, plain);
  bench.tell(0, { kind: "suspended" });
  assert.equal(bench.deadlineUs, undefined);
  bench.tell(5 * second, { kind: "resumed" });
  assert.deepEqual(bench.tell(5 * second, { kind: "timeout" }), [{ kind: "begin", part: 0 }]);
});

test("a reload keeps what is known; shorter delays count from now, fewer retries and urls at once", () => {
  const long = { ...plain, delayLoopUs: 100 * second, retry: 5 };
  const bench = new Bench(check, long);
  bench.tell(0, { kind: "timeout" });
  bench.tell(second, { kind: "timeout" });
  bench.tell(second, { kind: "finished", ending: succeeded });
  assert.equal(bench.deadlineUs, 101 * second);
  assert.deepEqual(bench.configure(2 * second, { ...long, delayLoopUs: 4 * second, retry: 2 }), []);
  assert.equal(bench.deadlineUs, 6 * second);
  assert.equal(bench.state.retriesLeft, 2);
  const { state } = bench;
  bench.configure(2 * second, { ...long, alpha: true, delayLoopUs: 50 * second });
  assert.equal(bench.state, state, "what is longer counts from the next attempt on");
  const urls = new Bench(check, { ...plain, kind: "http", parts: 3 });
  urls.state = stateAfter({ kind: "http", parts: 3 }, "++");
  assert.equal(urls.state.part, 2);
  urls.configure(100 * second, { ...plain, kind: "http", parts: 2 });
  assert.equal(urls.state.part, 0);
});

test("checkConfigOf() takes the schedule out of a checker", () => {
  const { parts: _, fastRecovery: __, ...schedule } = plain;
  const other = { ...schedule, connection: {}, logAllFailures: true };
  assert.deepEqual(checkConfigOf(other), plain);
  assert.deepEqual(
    checkConfigOf({ ...schedule, kind: "http", urls: [{}, {}], fastRecovery: true }),
    { ...plain, kind: "http", parts: 2, fastRecovery: true },
  );
});
