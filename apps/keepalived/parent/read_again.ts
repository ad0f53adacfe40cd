import { type Config, describeDifference, difference } from "@keepalived/keepalived-config";
import type { ConfigReader, ReadConfig } from "../config_reader.ts";
import type { ReloadReport } from "../status/premises.ts";

/** What reading the files again gave. */
export type ReadAgain = {
  /** Undefined: the running one stays. */
  readonly config: Config | undefined;
  /** Nothing of it is applied yet. */
  readonly report: ReloadReport;
};

/**
 * Reads the configuration again, and compares it with the one that runs.
 *
 * @param serversAtMost changed real servers of one virtual server that the report describes; more are counted
 */
export async function readAgain(
  reader: ConfigReader,
  running: Config,
  serversAtMost: number,
): Promise<ReadAgain> {
  const read = await reader.read(running);
  const changed = read.config === undefined || read.config === running
    ? undefined
    : difference(running, read.config);
  const refusal = refusalOf(read, changed?.refused ?? []);
  return {
    config: refusal === undefined ? read.config : undefined,
    report: {
      applied: false,
      ...(refusal === undefined ? {} : { refusal }),
      problems: read.problems,
      changes: changed === undefined || refusal !== undefined
        ? []
        : describeDifference(changed, serversAtMost),
    },
  };
}

function refusalOf(
  { config, diagnostics }: ReadConfig,
  fixed: readonly string[],
): string | undefined {
  if (config === undefined || diagnostics.some(({ severity }) => severity === "error")) {
    return "the configuration has errors, the running one stays";
  }
  if (fixed.length === 0) return undefined;
  return `to change ${fixed.join(", ")} the daemon must be restarted`;
}
