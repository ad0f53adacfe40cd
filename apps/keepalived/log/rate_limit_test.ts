import assert from "node:assert/strict";
import { test } from "node:test";
import type { Severity } from "./entry.ts";
import { RateLimit } from "./rate_limit.ts";

/** Writes lines at a millisecond, and gives how many were admitted. */
function write(limit: RateLimit, atMs: number, texts: readonly string[], severity: Severity) {
  return texts.filter((text) => limit.admits({ at: new Date(atMs), severity, text })).length;
}

function sweep(limit: RateLimit, atMs: number): readonly string[] {
  return limit.sweep(new Date(atMs)).map(({ severity, text }) => `${severity}: ${text}`);
}

const peers = Array.from(
  { length: 1000 },
  (_, i) => `(VI_${i}) cannot send to 10.0.${i >> 8}.${i & 255} on fe80::${i.toString(16)}1`,
);

test("200 lines of a kind in ten seconds, the rest is counted and said at the end of these", () => {
  const limit = new RateLimit();
  assert.equal(write(limit, 0, peers, "warning"), 200);
  assert.deepEqual(sweep(limit, 9999), []);
  assert.deepEqual(sweep(limit, 10_000), [`warning: 800 more suppressed like: ${peers.at(-1)}`]);
  assert.ok(limit.isIdle);
  assert.equal(write(limit, 10_001, peers, "warning"), 200);
});

test("each kind and severity has its own limit", () => {
  const limit = new RateLimit();
  write(limit, 0, peers, "warning");
  assert.equal(write(limit, 0, ["other text 1"], "warning"), 1);
  assert.equal(write(limit, 0, peers, "error"), 200);
});

test("what the daemon does is never left out", () => {
  const limit = new RateLimit();
  const transitions = peers.map((_, i) => `(VI_${i}) Entering MASTER STATE`);
  for (const severity of ["info", "notice", "debug"] as const) {
    assert.equal(write(limit, 0, transitions, severity), 1000);
  }
  assert.ok(limit.isIdle);
});

test("below the limit nothing is said", () => {
  const limit = new RateLimit();
  assert.equal(write(limit, 0, peers.slice(0, 200), "error"), 200);
  assert.deepEqual(sweep(limit, 20_000), []);
});

test("a clock that is set back ends the window", () => {
  const limit = new RateLimit();
  write(limit, 1_000_000, peers, "error");
  assert.equal(sweep(limit, 5000).length, 1);
});

test("many kinds take no more memory than some", () => {
  const limit = new RateLimit();
  const words = Array.from({ length: 5000 }, (_, i) => "x".repeat(i));
  assert.equal(write(limit, 0, words, "error"), 5000);
  assert.deepEqual(sweep(limit, 10_000), []);
  assert.ok(limit.isIdle);
});
