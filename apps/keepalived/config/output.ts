import { writeFileSync } from "node:fs";
import type { Diagnostic, LoadedConfig } from "@keepalived/keepalived-config";
import { diagnosticPrinter } from "@keepalived/keepalived-config";
import { ExitError } from "../exit_status.ts";
import { complain, print } from "../print.ts";
import { configStatus } from "./status.ts";

/** Writes to a file, or to standard output if there is none. @throws ExitError if the file cannot be written */
export async function printTo(file: string | undefined, text: string): Promise<void> {
  if (file === undefined || file === "-") return await print(text);
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { message } = error as Error;
    throw new ExitError(configStatus.cannotWrite, `Cannot write '${file}': ${message}`);
  }
}

/** Diagnostics with their source lines, on standard error. */
export async function complainOf(
  { diagnostics, sources }: Pick<LoadedConfig, "diagnostics" | "sources">,
): Promise<void> {
  if (diagnostics.length === 0) return;
  await complain(diagnostics.map(diagnosticPrinter(sources)).map((text) => `${text}\n`).join(""));
}

/** The status for a file that gave no configuration. */
export function statusWithout(diagnostics: readonly Diagnostic[]): number {
  const missing = diagnostics.some(({ code }) => code === "no-configuration");
  return missing ? configStatus.noInput : configStatus.error;
}

/** Whether there is an error among the findings. */
export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}
