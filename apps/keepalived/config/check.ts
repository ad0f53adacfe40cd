import {
  type Diagnostic,
  DIAGNOSTIC_CODES,
  diagnosticPrinter,
  lint,
  LINT_RULES,
  type LoadedConfig,
} from "@keepalived/keepalived-config";
import { summaryOf } from "../config_load.ts";
import { ExitError } from "../exit_status.ts";
import { type Command, CONFIG_ID, type Given } from "./arguments.ts";
import { loadFile } from "./load_file.ts";
import { hasError, statusWithout } from "./output.ts";
import { print } from "../print.ts";
import { configStatus } from "./status.ts";

/** `keepalived config check FILE` */
export const CHECK: Command = {
  name: "config check",
  operands: ["FILE"],
  summary:
    "Checks a configuration: errors, warnings, deprecations, and what is allowed and hardly wanted",
  options: [
    {
      name: "format",
      value: "FORMAT",
      of: ["text", "json"],
      help: "For people (default) or for programs",
    },
    CONFIG_ID,
    {
      name: "machine",
      help: "Also check what must be there on this machine: interfaces, scripts, users",
    },
    {
      name: "off",
      value: "CODE",
      many: true,
      help: "Leave out findings of this code; may be repeated. Errors stay",
    },
  ],
  notes: `'keepalived config explain CODE' says what a finding means.

Exit status, that of the worst finding: 0 none, 1 deprecation, 2 warning, 3 error; 64 wrong usage, 66 FILE cannot be read.
'keepalived -t' checks for this machine, with the statuses of the C daemon.
`,
  run: async (given) => {
    const file = given.operands[0] ?? "";
    const off = codesOff(given);
    const machine = given.has("machine");
    const loaded = await loadFile(file, { configId: given.value("config-id"), machine });
    const findings = [...loaded.diagnostics, ...lint(loaded)]
      .filter(({ code, severity }) => severity === "error" || !off.has(code));
    const status = loaded.config === undefined
      ? statusWithout(loaded.diagnostics)
      : statusOf(findings);
    const text = given.value("format") === "json"
      ? printJson(file, findings, status)
      : printText(file, findings, loaded);
    await print(text);
    return status;
  },
};

function codesOff(given: Given): ReadonlySet<string> {
  const codes = given.values("off");
  const known = new Set([...Object.keys(DIAGNOSTIC_CODES), ...LINT_RULES.map(({ code }) => code)]);
  const unknown = codes.find((code) => !known.has(code));
  if (unknown === undefined) return new Set(codes);
  throw new ExitError(configStatus.usage, `config check: no finding has the code '${unknown}'`);
}

function statusOf(findings: readonly Diagnostic[]): number {
  if (hasError(findings)) return configStatus.error;
  if (findings.some(({ severity }) => severity === "warning")) return configStatus.warning;
  return findings.length > 0 ? configStatus.deprecation : configStatus.ok;
}

function printText(
  file: string,
  findings: readonly Diagnostic[],
  { sources }: LoadedConfig,
): string {
  const lines = findings.map(diagnosticPrinter(sources));
  return [...lines, `${file}: ${summaryOf(findings) ?? "nothing found"}`, ""].join("\n");
}

function printJson(file: string, findings: readonly Diagnostic[], status: number): string {
  const diagnostics = findings.map(({ at, ...rest }) => ({ ...rest, ...at }));
  return `${JSON.stringify({ configuration: file, status, diagnostics }, null, 2)}\n`;
}
