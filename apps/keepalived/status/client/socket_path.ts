import type { Config } from "@keepalived/keepalived-config";
import { pidFolder, suffixOf, usualPidFile, withSuffix } from "../../run_names.ts";

/** The control socket of a daemon that has neither a network namespace nor an instance name. */
export const usualSocket = "control.sock";

/**
 * The place of the control socket: what the configuration says, else beside a pid file that the command line names, else
 * in `/run/keepalived`, with the names of network namespace and instance.
 *
 * @returns undefined: there is none
 */
export function controlSocketPath(
  global: Pick<Config["global"], "desk" | "netNamespace" | "instanceName">,
  pidFile: string,
): string | undefined {
  const { control } = global.desk;
  if (control === "off") return undefined;
  if (control.path !== undefined) return control.path;
  return pidFile === usualPidFile
    ? `${pidFolder}/${withSuffix(usualSocket, suffixOf(global))}`
    : socketBeside(pidFile);
}

/** The socket of a daemon with this pid file: `/run/a.pid` has `/run/a.sock`. */
export function socketBeside(pidFile: string): string {
  return pidFile === usualPidFile
    ? `${pidFolder}/${usualSocket}`
    : `${pidFile.replace(/\.pid$/, "")}.sock`;
}
