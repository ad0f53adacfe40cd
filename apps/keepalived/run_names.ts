import { basename, dirname, extname, join } from "node:path";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { Options } from "./options.ts";

/** What tells a daemon from others on the same machine. */
export type RunIdentity = Pick<GlobalConfig, "netNamespace" | "instanceName" | "usePidDir">;

/** What is added to the names of log files and in syslog: `_NAMESPACE_INSTANCE`. */
export function suffixOf(
  { netNamespace, instanceName }: Omit<RunIdentity, "usePidDir">,
): string {
  return [netNamespace, instanceName].map((part) => part === undefined ? "" : `_${part}`).join("");
}

/** A file name with something before its last dot. */
export function withSuffix(path: string, suffix: string): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}${suffix}${extension}`);
}

/** The folder of all daemons of this machine, and the one of those that do not want to be alone. */
export const runFolder = "/run";
export const pidFolder = "/run/keepalived";

/** The pid file of a daemon that neither the command line nor the configuration gives another one. */
export const usualPidFile = "/run/keepalived.pid";

/** Names of pid files, by the option that overrules them. */
const pidNames = {
  pidFile: "keepalived",
  vrrpPidFile: "vrrp",
  checkersPidFile: "checkers",
  bfdPidFile: "bfd",
} as const;

/** The pid file of one of our processes. */
export type PidFileKey = keyof typeof pidNames;

/**
 * The pid file of a process, from the command line or by default.
 *
 * In a network namespace the daemon sees a folder of its own in the place of {@linkcode pidFolder}.
 */
export function pidFileOf(options: Options, key: PidFileKey, identity: RunIdentity): string {
  const given = options.value(key);
  if (given !== undefined) return given;
  const { usePidDir, instanceName } = identity;
  const name = instanceName === undefined ? pidNames[key] : `${pidNames[key]}_${instanceName}`;
  return join(usePidDir ? pidFolder : runFolder, `${name}.pid`);
}
