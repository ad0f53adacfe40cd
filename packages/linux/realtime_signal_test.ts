import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Tests that need descriptors with the numbers of signals, which many tests in one process leave none of. */
const checks = fileURLToPath(new URL("testing/realtime_signal_checks.ts", import.meta.url));

test("RealtimeSignal makes signals readable, in a process of its own", async () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const words = "Deno" in globalThis ? ["test", "-A", "--no-check", checks] : ["--test", checks];
  const [error, output] = await new Promise<[Error | null, string]>((resolve) => {
    execFile(
      process.execPath,
      words,
      { env, timeout: 60_000 },
      (error, stdout, stderr) => resolve([error, stdout + stderr]),
    );
  });
  assert.equal(error, null, output);
  assert.match(output, /\b5 passed|pass 5\b/, output);
});
