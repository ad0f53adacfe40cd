import { appendFileSync } from "node:fs";
import process from "node:process";
import { testExitCode } from "@keepalived/keepalived-config";
import { configFileOf, loadOf, problemsOf, summaryOf } from "./config_load.ts";
import { enterNetworkNamespace } from "./isolation.ts";
import type { Options } from "./options.ts";

/** `keepalived -t`: every problem in one run, on standard error or appended to a file; the status says how bad. */
export async function runTest(options: Options): Promise<number> {
  const namespace = options.value("namespace");
  if (namespace !== undefined) enterNetworkNamespace(namespace);
  const loaded = await loadOf(options);
  const lines = [...problemsOf(loaded)];
  const summary = summaryOf(loaded.diagnostics);
  if (summary !== undefined) lines.push(`${configFileOf(options)}: ${summary}`);
  const text = lines.map((line) => `${line}\n`).join("");
  const file = options.value("configTest");
  if (file === undefined) process.stderr.write(text);
  else appendFileSync(file, text);
  return testExitCode(loaded.diagnostics);
}
