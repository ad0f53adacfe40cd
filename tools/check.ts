/**
 * The gate: format, lint, types for both runtimes, layers, sizes. `npm run check` runs it alone.
 */

import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import process from "node:process";
import { checkLayers } from "./check_layers.ts";
import { checkLedgers } from "./check_ledger.ts";
import { checkSizes } from "./check_sizes.ts";
import { checkManual } from "./configuration_manual.ts";

type Check = { readonly name: string; readonly run: () => string | undefined };

const checks: readonly Check[] = [
  { name: "format", run: () => command("deno", ["fmt", "--check"]) },
  { name: "lint", run: () => command("deno", ["lint"]) },
  { name: "types (tsc)", run: () => command("tsc", ["-p", "."]) },
  { name: "types (deno check)", run: () => command("deno", ["check"]) },
  { name: "layers", run: () => checkLayers().join("\n") || undefined },
  { name: "ledgers", run: () => checkLedgers().join("\n") || undefined },
  { name: "sizes", run: () => checkSizes().join("\n") || undefined },
  { name: "manual", run: () => checkManual().join("\n") || undefined },
];

/** Runs every check, prints each result as a TAP line, and counts them. */
export function runGate(): { passed: number; failed: number; skipped: number } {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const problem = check.run();
    if (problem === undefined) count.passed++;
    else count.failed++;
    console.log(`gate: ${problem === undefined ? "ok" : "not ok"} - ${check.name}`);
    if (problem !== undefined) console.log(problem);
  }
  return count;
}

function command(program: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 1 << 26,
  });
  if (status === 0) return undefined;
  return error === undefined ? `${stdout}${stderr}` : `Cannot run ${program}: ${error.message}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { passed, failed } = runGate();
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
