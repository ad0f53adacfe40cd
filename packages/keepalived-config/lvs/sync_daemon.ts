import { clip, type Report } from "@keepalived/conf-parser";
import type { Body } from "../bind.ts";
import { last } from "../body.ts";
import type { VrrpInstanceConfig } from "../model.ts";
import type { GlobalConfig } from "../model_global.ts";

/**
 * `lvs_sync_daemon` with the instance that it follows: its VRID is the id if the file gives none.
 *
 * An instance that is not there is reported and left out: both directions run all the time then.
 */
export function resolveSyncDaemon(
  global: GlobalConfig,
  instances: readonly VrrpInstanceConfig[],
  globals: Body,
  report: Report,
): GlobalConfig {
  const { syncDaemon } = global.lvs;
  if (syncDaemon === undefined) return global;
  const { instance: wanted, ...others } = syncDaemon;
  const followed = instances.find(({ name }) => name === wanted);
  if (wanted !== undefined && followed === undefined) {
    const words = last(globals, "lvs_sync_daemon")?.words;
    const word = words?.find(({ text }) => text === wanted) ?? words?.[0];
    const message = `VRRP instance ${clip(wanted)} for lvs_sync_daemon not found - ignoring`;
    if (word) report({ severity: "warning", code: "unknown-name", message, at: word.at });
  }
  const resolved = {
    ...others,
    ...(followed === undefined ? {} : { instance: followed.name }),
    id: syncDaemon.id ?? followed?.virtualRouterId ?? 0,
  };
  return { ...global, lvs: { ...global.lvs, syncDaemon: resolved } };
}
