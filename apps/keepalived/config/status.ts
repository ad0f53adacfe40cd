/** How `keepalived config` ends. Statuses from 64 on are those of sysexits.h. */
export const configStatus = {
  /** Done, and nothing to complain of. */
  ok: 0,
  /** `check`: at worst a deprecation. */
  deprecation: 1,
  /** `diff`: there are differences. */
  different: 1,
  /** `check`: at worst a warning. */
  warning: 2,
  /** The configuration has errors, or there is no help on the word. */
  error: 3,
  usage: 64,
  noInput: 66,
  cannotWrite: 73,
} as const;
