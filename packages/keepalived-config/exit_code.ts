import type { Diagnostic } from "@keepalived/conf-parser";

/** Findings that the C daemon has no word for, or only one in its log: they do not change the result of a test. */
const QUIET: ReadonlySet<string> = new Set([
  "surplus-argument",
  "not-expanded",
  "old-name",
  "below-minimum",
  "delay-limited",
  "slow-detection",
  "group-family",
  "script-ignored",
  "script-not-executable",
  "script-path",
]);

/** Findings about the host rather than the text. */
const HOST: ReadonlySet<string> = new Set([
  "file-not-found",
  "file-not-readable",
  "absent-interface",
]);

/** Whether a file is missing or unreadable that must be there: with `includea` and its like, or all with `--all-config`. */
export function isMissingFile({ severity, code }: Diagnostic): boolean {
  return severity === "error" && (code === "file-not-found" || code === "file-not-readable");
}

/**
 * The exit status of a configuration test (`keepalived -t`).
 *
 * 2: an argument is missing; 6: scripts without script security, no configuration file at all, or one that must not be
 * missing; 5: any other finding,
 * also a mere warning; 4: nothing but files that do not exist, or interfaces of delays and of link polling (others are
 * worth 5); 0: nothing, or advice (`lint-…`) alone. The C daemon gives 0 for a configuration file that is missing; here
 * that fails.
 */
export function testExitCode(diagnostics: readonly Diagnostic[]): 0 | 2 | 4 | 5 | 6 {
  const codes = new Set(diagnostics.map(({ code }) => code));
  if (codes.has("missing-argument")) return 2;
  if (codes.has("script-security") || codes.has("no-configuration")) return 6;
  if (diagnostics.some((diagnostic) => isMissingFile(diagnostic))) return 6;
  const counted = [...codes].filter((code) => !QUIET.has(code) && !code.startsWith("lint-"));
  if (counted.length === 0) return 0;
  return counted.every((code) => HOST.has(code)) ? 4 : 5;
}
