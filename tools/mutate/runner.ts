/**
 * A process that runs the same tests again and again, each time with another mutant in what they load.
 *
 * Every order loads the modules anew, below addresses of its own: `…/router.ts?mutant=7`. That takes milliseconds, where
 * a process for each mutant takes a good part of a second. Orders come as lines of JSON, and answers go as such.
 */

import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Mutant, mutate } from "./mutants.ts";

export type Order = {
  /** Their tests run in this order. */
  readonly files: readonly string[];
  /** What stands in the names of the tests that are meant. */
  readonly only: string;
  readonly mutant: Mutant | null;
};

export type Answer =
  /** A test begins. */
  | { readonly kind: "begins"; readonly test: string }
  /** The first that fails, and how; otherwise the time that each took. */
  | { readonly kind: "failed"; readonly test: string; readonly how: string }
  | { readonly kind: "passed"; readonly tookMs: Readonly<Record<string, number>> };

type Test = { readonly name: string; readonly run: () => unknown };

const root = new URL("../../", import.meta.url).href;
const TAG = "?mutant=";
const stripped = new Map<string, string>();
let collected: Test[] = [];
let mutant: Mutant | null = null;
let file = "";

/** What the tests get for `node:test`. */
const collector = `data:text/javascript,export const test = globalThis.collectTest;`;
Object.assign(globalThis, {
  collectTest(name: string, run: () => unknown) {
    collected.push({ name: `${file}: ${name}`, run });
  },
});

registerHooks({
  resolve(specifier, context, next) {
    const tag = /\?mutant=\d+$/.exec(context.parentURL ?? "")?.[0];
    if (tag === undefined) return next(specifier, context);
    if (specifier === "node:test") return { url: collector, shortCircuit: true };
    const resolved = next(specifier, context);
    const isOurs = resolved.url.startsWith(root) && !resolved.url.includes("/node_modules/");
    return isOurs && resolved.url.endsWith(".ts")
      ? { ...resolved, url: resolved.url + tag }
      : resolved;
  },
  load(url, context, next) {
    if (!url.includes(TAG)) return next(url, context);
    const path = fileURLToPath(url.slice(0, url.indexOf(TAG)));
    return { format: "module", source: sourceOf(path), shortCircuit: true };
  },
});

function sourceOf(path: string): string {
  if (mutant !== null && path === fileURLToPath(new URL(mutant.path, root))) {
    return stripTypeScriptTypes(mutate(readFileSync(path, "utf8"), mutant));
  }
  const source = stripped.get(path) ?? stripTypeScriptTypes(readFileSync(path, "utf8"));
  stripped.set(path, source);
  return source;
}

async function obey(order: Order, serial: number): Promise<Answer> {
  mutant = order.mutant;
  collected = [];
  for (file of order.files) {
    try {
      await import(pathToFileURL(file).href + TAG + serial);
    } catch (error) {
      return { kind: "failed", test: file, how: String(error) };
    }
  }
  const tests = collected.filter(({ name }) => name.includes(order.only));
  const tookMs: Record<string, number> = {};
  for (const { name, run } of tests) {
    answer({ kind: "begins", test: name });
    const startedMs = performance.now();
    try {
      await run();
    } catch (error) {
      return { kind: "failed", test: name, how: String(error) };
    }
    tookMs[name] = performance.now() - startedMs;
  }
  return { kind: "passed", tookMs };
}

function answer(what: Answer): void {
  process.stdout.write(JSON.stringify(what) + "\n");
}

// Standard output is for answers.
for (const name of ["log", "info", "warn", "error", "debug"] as const) console[name] = () => {};
let serial = 0;
for await (const line of createInterface({ input: process.stdin })) {
  answer(await obey(JSON.parse(line) as Order, ++serial));
}
