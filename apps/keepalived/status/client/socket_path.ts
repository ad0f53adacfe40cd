import type { Config } from "@keepalived/keepalived-config";

/** Where the control socket is unless something says otherwise. */
const usualPidFile = "/run/keepalived.pid";
export const socketFolder = "/run/keepalived";
export const usualSocket = "control.sock";

/**
 * The place of the control socket: what the configuration says, else beside a pid file that the command line names, else
 * in `/run/keepalived`, with the names of network namespace and instance.
 *
 * @returns undefined: there is none
 */
export function controlSocketPath(
  { desk: { control }, netNamespace, instanceName }: Pick<
    Config["global"],
    "desk" | "netNamespace" | "instanceName"
  >,
  pidFile: string,
): string | undefined {
  if (control === "off") return undefined;
  if (control.path !== undefined) return control.path;
  if (pidFile !== usualPidFile) return socketBeside(pidFile);
  const suffix = [netNamespace, instanceName].map((name) => name === undefined ? "" : `_${name}`);
  return `${socketFolder}/control${suffix.join("")}.sock`;
}

/** The socket of a daemon with this pid file: `/run/a.pid` has `/run/a.sock`. */
export function socketBeside(pidFile: string): string {
  return pidFile === usualPidFile
    ? `${socketFolder}/${usualSocket}`
    : `${pidFile.replace(/\.pid$/, "")}.sock`;
}
