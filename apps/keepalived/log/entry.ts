/** Severities and their numbers in syslog, from worst to least. */
export const severities = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

export type Severity = keyof typeof severities;

/** One line of the log before it is written in the way of an output. */
export type Entry = {
  readonly at: Date;
  readonly severity: Severity;
  readonly text: string;
};
