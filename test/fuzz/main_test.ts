import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { targetNames } from "./targets/all.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const runtimeArguments = process.versions["deno"] === undefined ? [] : ["run", "-A", "--no-check"];

/** Runs the command; what it said and its status. */
function fuzz(...args: readonly string[]): Promise<{ status: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...runtimeArguments, program, ...args], (error, out, errors) => {
      resolve({ status: error === null ? 0 : error.code, said: out + errors });
    });
  });
}

test("--list tells of each target, --help of each option", async () => {
  const { status, said } = await fuzz("--list");
  assert.equal(status, 0);
  for (const name of targetNames) assert.match(said, new RegExp(`^${name}: .+\\n    .+`, "m"));
  assert.match((await fuzz("--help")).said, /--minutes N[^]*--update[^]*--input FILE[^]*--seed N/);
});

test("what nobody knows is refused with status 2", async () => {
  for (const args of [["nothing"], [], ["ip", "--minuets", "1"], ["ip", "--minutes", "x"]]) {
    assert.equal((await fuzz(...args)).status, 2, args.join(" "));
  }
});

test("a run ends with its numbers; one input can be tried alone", async () => {
  const { status, said } = await fuzz("bfd", "--minutes", "0.02", "--seed", "1");
  assert.match(
    said,
    /bfd: \d+ executions, .* places .* inputs\nbfd: .* minutes, .*\nbfd: 0 findings/,
  );
  assert.equal(status, 0);
  const folder = mkdtempSync(join(tmpdir(), "keepalived-fuzz-"));
  const file = join(folder, "input.txt");
  writeFileSync(file, '"GET"\n');
  assert.deepEqual(await fuzz("bfd", "--input", file), { status: 0, said: 'bfd: good: "GET"\n' });
  rmSync(folder, { recursive: true });
});
