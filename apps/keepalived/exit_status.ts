/** How the program ends. Statuses 1, 2 and 4 of a child are permanent: restarting it would not help. */
export const exitStatus = {
  ok: 0,
  fatal: 1,
  configuration: 2,
  missingPermission: 4,
  noConfiguration: 6,
  internal: 70,
} as const;

/** What operators read when a child ends with a permanent status; undefined for all others. */
export function permanentError(status: number | null): string | undefined {
  switch (status) {
    case exitStatus.fatal:
      return "FATAL";
    case exitStatus.configuration:
      return "CONFIG";
    case exitStatus.missingPermission:
      return "missing permission";
    default:
      return undefined;
  }
}

/** Ends a role with one sentence for the operator and a status. Everything else that is thrown is a defect. */
export class ExitError extends Error {
  readonly status: number;
  /** Whether it is on standard error already, through the log. */
  told = false;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
