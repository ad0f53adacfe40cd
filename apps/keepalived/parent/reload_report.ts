import { writeFileSync } from "node:fs";
import type { Log } from "../log.ts";
import type { ReloadReport } from "../status/premises.ts";

/** Changes that are logged one by one. */
const changesAtMost = 20;

/** Changed real servers of one virtual server that need to be described for that, beside a line about the others. */
export const serversLogged: number = changesAtMost - 1;

/** Says shortly what a reload changes; whoever asks for it over the control socket hears all of it. */
export function logChanges({ changes }: ReloadReport, log: Log): void {
  for (const change of changes.slice(0, changesAtMost)) log("info", `Reload: ${change}`);
  const more = changes.length - changesAtMost;
  if (more > 0) log("info", `Reload: ${more} more changes`);
  if (changes.length === 0) log("info", "Reload: nothing changes");
}

/** What `reload_check_config` wants: the problems of a configuration that was read again, in a file. */
export function writeCheckLog(
  path: string | undefined,
  { problems, refusal }: ReloadReport,
  log: Log,
): void {
  if (path === undefined || path === "/dev/null") return;
  const lines = [...problems, ...(refusal === undefined ? [] : [`Reload refused: ${refusal}`])];
  try {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  } catch (error) {
    log("warning", `Cannot write the log of reload_check_config: ${(error as Error).message}`);
  }
}
