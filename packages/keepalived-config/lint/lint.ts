import type { Diagnostic } from "@keepalived/conf-parser";
import type { LoadedConfig } from "../load.ts";
import { ADDRESS_RULES } from "./addresses.ts";
import { ELECTION_RULES } from "./election.ts";
import { OTHER_RULES } from "./others.ts";
import type { LintRule } from "./rule.ts";
import { TRACKING_RULES } from "./tracking.ts";
import { VIRTUAL_SERVER_RULES } from "./virtual_server.ts";

/**
 * What is allowed and seldom meant.
 *
 * What the language itself says, such as authentication with version 3, unicast in strict mode, or a quorum above the
 * weight of all servers, is not here: loading reports it, and it counts for `keepalived -t`.
 */
export const LINT_RULES: readonly LintRule[] = [
  ...ELECTION_RULES,
  ...ADDRESS_RULES,
  ...TRACKING_RULES,
  ...VIRTUAL_SERVER_RULES,
  ...OTHER_RULES,
];

export type LintOptions = {
  /** Codes of rules to leave out. */
  readonly off?: readonly string[];
};

/**
 * Looks for what users get wrong: warnings, each with its reason as hint, in the order of the rules.
 *
 * They are advice, and no part of `keepalived -t`: its result stays that of the C daemon.
 */
export function lint(
  { config, root }: LoadedConfig,
  { off = [] }: LintOptions = {},
): readonly Diagnostic[] {
  if (config === undefined || root === undefined) return [];
  return LINT_RULES.filter(({ code }) => !off.includes(code)).flatMap(({ code, reason, check }) =>
    check({ config, root }).map(({ message, at }): Diagnostic => ({
      severity: "warning",
      code,
      message,
      at,
      hint: reason,
    }))
  );
}
