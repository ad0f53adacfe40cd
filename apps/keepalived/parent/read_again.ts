import {
  type Config,
  describeDifference,
  difference,
  type LoadedConfig,
} from "@keepalived/keepalived-config";
import { loadOf, problemsOf } from "../config_load.ts";
import type { Options } from "../options.ts";
import type { ReloadReport } from "../status/premises.ts";

/** What reading the files again gave. */
export type ReadAgain = {
  /** Undefined: the running one stays. */
  readonly config: Config | undefined;
  /** Nothing of it is applied yet. */
  readonly report: ReloadReport;
};

/** Reads the configuration again, and compares it with the one that runs. */
export async function readAgain(options: Options, running: Config): Promise<ReadAgain> {
  const loaded = await loadOf(options);
  const problems = problemsOf(loaded);
  const changed = loaded.config && difference(running, loaded.config);
  const refusal = refusalOf(loaded, changed?.refused ?? []);
  return {
    config: refusal === undefined ? loaded.config : undefined,
    report: {
      applied: false,
      ...(refusal === undefined ? {} : { refusal }),
      problems,
      changes: changed === undefined ? [] : describeDifference(changed),
    },
  };
}

function refusalOf(
  { config, diagnostics }: LoadedConfig,
  fixed: readonly string[],
): string | undefined {
  if (config === undefined || diagnostics.some(({ severity }) => severity === "error")) {
    return "the configuration has errors, the running one stays";
  }
  if (fixed.length === 0) return undefined;
  return `to change ${fixed.join(", ")} the daemon must be restarted`;
}
