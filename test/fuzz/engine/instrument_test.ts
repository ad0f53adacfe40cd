import assert from "node:assert/strict";
import { test } from "node:test";
import { Counters } from "./counters.ts";
import { instrument } from "./instrument.ts";

/** The module that a source is, counted by `counters`. */
async function load(
  source: string,
  counters: Counters = new Counters(),
): Promise<Record<string, (...args: unknown[]) => unknown>> {
  const code = counters.instrument(source);
  return await import(`data:text/javascript,${encodeURIComponent(code)}`);
}

const everything = `
export function branches(a, b) {
  if (a) b = b + 1; else if (b) b = 7;
  if (a > 1) if (b > 1) b++;
  for (const x of [1, 2, 3]) if (x === 2) continue; else b += x;
  while (b > 1000) b--;
  do b++; while (b < 0);
  for (let i = 0; i < 2; i++) b += i;
  for (const key in { p: 1, q: 2 }) if (key === "p") b += 100;
  switch (a) { case 1: case 2: b *= 2; break; case 3: { b = -1; } default: b += 5 }
  const arrow = (y) => ({ y }), other = (y) => y ? y : -y;
  try { if (a === 9) throw new Error("nine"); } catch { b = 99; } finally { b++; }
  return [b, arrow(a).y, other(a) || "none", a ?? "void", a && b, (a, b)];
}
export class Box { #v = 1; static s = (() => 5)(); get v() { return this.#v; } method = () => this.#v ? 2 : 3; }
export const boxed = () => [new Box().v, Box.s, new Box().method()];
export async function later() { for await (const x of [1]) return x; }
export function* some() { yield 1; if (true) yield* [2]; }
`;

test("code that counts does what it did before", async () => {
  const plain = await import(`data:text/javascript,${encodeURIComponent(everything)}`);
  const counted = await load(everything);
  for (const a of [undefined, 0, 1, 2, 3, 9]) {
    for (const b of [0, 1, 5000, -3]) {
      assert.deepEqual(counted["branches"]?.(a, b), plain.branches(a, b), `${a}, ${b}`);
    }
  }
  assert.deepEqual(counted["boxed"]?.(), plain.boxed());
  assert.equal(await counted["later"]?.(), 1);
  assert.deepEqual([...counted["some"]?.() as Iterable<number>], [1, 2]);
});

test("lines keep their numbers", () => {
  const { code } = instrument(everything, 0);
  assert.equal(code.split("\n").length, everything.split("\n").length);
  const line = everything.split("\n").findIndex((it) => it.includes("nine"));
  assert.match(code.split("\n")[line] ?? "", /nine/);
});

test("a place that was never visited is new once, and so is a number of visits", async () => {
  const counters = new Counters();
  const { go } = await load(
    "export function go(n) { for (let i = 0; i < n; i++); if (n > 2) return 1; }",
    counters,
  );
  const visit = (n: number): number => {
    counters.reset();
    go?.(n);
    return counters.take();
  };
  assert.equal(counters.places, 0, "no module has been visited");
  assert.ok(visit(0) > 0);
  assert.equal(counters.places, 4);
  assert.equal(visit(0), 0);
  assert.ok(visit(1) > 0);
  assert.ok(visit(2) > 0, "twice through the loop");
  assert.ok(visit(5) > 0);
  assert.equal(visit(6), 0, "four to seven are one class");
  assert.equal(counters.covered, counters.places);
  counters.reset();
  assert.deepEqual(counters.visited(), []);
});

test("what stands in the code is known: texts, numbers and names of fields", async () => {
  const counters = new Counters();
  await load('export const go = (x) => x === "sesame" || x === 4711 || { open: 1 };', counters);
  assert.deepEqual([...counters.words], ["sesame", 4711, "open", 1]);
});
