/** Which processes are meant: `process`, `param_match` and `full_command` of a `vrrp_track_process`. */
export type ProcessPattern = {
  readonly command: string;
  readonly parameters: readonly string[];
  /** How parameters compare: not at all, all equal, the last one begins so, the first ones equal. */
  readonly match: "none" | "exact" | "initial" | "partial";
  /** The first word of the command line counts, not the name that the kernel keeps. */
  readonly fullCommand: boolean;
};

/** A process as `/proc` shows it. */
export type RunningProcess = {
  /** The kernel's name for it: at most 15 bytes. */
  readonly name: string;
  /** Empty for a kernel thread. */
  readonly commandLine: readonly string[];
};

/** Bytes of a process name that the kernel keeps. */
const NAME_BYTES = 15;

/** Whether a process is one of those that are meant. */
export function matchesProcess(pattern: ProcessPattern, running: RunningProcess): boolean {
  const [first, ...parameters] = running.commandLine;
  const same = pattern.fullCommand
    ? first === pattern.command
    : running.name === keptOf(pattern.command);
  return same && matchesParameters(pattern, parameters);
}

/** What the kernel keeps of a name, decoded as what is read from it is. */
function keptOf(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return bytes.length <= NAME_BYTES
    ? name
    : new TextDecoder().decode(bytes.subarray(0, NAME_BYTES));
}

function matchesParameters(
  { parameters, match }: ProcessPattern,
  given: readonly string[],
): boolean {
  if (match === "none") return true;
  if (match !== "partial" && given.length !== parameters.length) return false;
  return parameters.every((parameter, i) =>
    match === "initial" && i === parameters.length - 1
      ? given[i]?.startsWith(parameter) === true
      : given[i] === parameter
  );
}
