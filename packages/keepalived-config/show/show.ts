import type { Config } from "../model.ts";
import type { PlainStatement } from "../plain.ts";
import { showAddress } from "./address.ts";
import { block, type Entries, flag, lines, seconds, showTable, words } from "./entry.ts";
import { GLOBAL } from "./global.ts";
import { INSTANCE } from "./instance.ts";
import { delayWords, GARP_GROUP, linkbeatWords } from "./interface_settings.ts";
import { redact } from "./redact.ts";
import { showRoute } from "./route.ts";
import { showRule } from "./rule.ts";
import {
  BFD_INSTANCE,
  SCRIPT,
  SYNC_GROUP,
  TRACK_FILE,
  TRACK_GROUP,
  TRACK_PROCESS,
} from "./tracking.ts";
import { showServiceGroups, showVirtualServer, SSL } from "./virtual_server.ts";

/** What stands outside all blocks. */
export const TOP: Entries<Config> = {
  net_namespace: ({ global }) => words(global.netNamespace),
  net_namespace_ipvs: ({ global: { netNamespaceIpvs } }) =>
    netNamespaceIpvs === "" ? flag(true) : words(netNamespaceIpvs),
  namespace_with_ipsets: ({ global }) => flag(global.namespaceWithIpsets),
  instance: ({ global }) => words(global.instanceName),
  use_pid_dir: ({ global }) => flag(global.usePidDir),
  child_wait_time: ({ global }) => words(seconds(global.childWaitTimeUs)),
  linkbeat_use_polling: ({ global }) => flag(global.linkbeatPolling),
  global_defs: ({ global }) => [block(GLOBAL, global)],
  linkbeat_interfaces: (it) => lines(it.linkbeatInterfaces.map(linkbeatWords)),
  interface_up_down_delays: (it) => lines(it.interfaceDelays.map(delayWords)),
  garp_group: (it) => it.garpGroups.map((one) => block(GARP_GROUP, one)),
  track_group: (it) => it.trackGroups.map((one) => block(TRACK_GROUP, one, one.name)),
  static_ipaddress: (it) => lines(it.staticAddresses.map(showAddress)),
  static_routes: (it) => lines(it.staticRoutes.map(showRoute)),
  static_rules: (it) => lines(it.staticRules.map(showRule)),
  vrrp_script: (it) => it.scripts.map((one) => block(SCRIPT, one, one.name)),
  track_file: (it) => it.trackFiles.map((one) => block(TRACK_FILE, one, one.name)),
  vrrp_track_process: (it) => it.trackProcesses.map((one) => block(TRACK_PROCESS, one, one.name)),
  bfd_instance: (it) => it.bfdInstances.map((one) => block(BFD_INSTANCE, one, one.name)),
  vrrp_sync_group: (it) => it.syncGroups.map((one) => block(SYNC_GROUP, one, one.name)),
  vrrp_instance: (config) => config.instances.map((it) => block(INSTANCE, { config, it }, it.name)),
  SSL: ({ tlsClient }) => tlsClient === undefined ? [] : [block(SSL, tlsClient)],
  virtual_server_group: showServiceGroups,
  virtual_server: ({ virtualServers }) => virtualServers.map(showVirtualServer),
};

export type ShowOptions = {
  /** "redacted": `********` in their place, the default. */
  readonly secrets?: "redacted" | "shown";
};

/**
 * The effective configuration: every keyword with the value in force, defaults included.
 *
 * With secrets shown, reading its text gives the same configuration again. What cannot be said in so many words, such as
 * a flag that is off, is not there.
 */
export function showConfig(config: Config, options: ShowOptions = {}): readonly PlainStatement[] {
  const statements = showTable(TOP, config);
  return options.secrets === "shown" ? statements : redact(statements);
}
