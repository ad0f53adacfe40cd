import type { Config } from "../model.ts";
import type { PlainStatement } from "../plain.ts";
import { showAddress } from "./address.ts";
import { type Entries, flag, lines, seconds, showTable, words } from "./entry.ts";
import { GLOBAL } from "./global.ts";
import { INSTANCE } from "./instance.ts";
import { redact } from "./redact.ts";
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
  global_defs: ({ global }) => [{ arguments: [], block: showTable(GLOBAL, global) }],
  static_ipaddress: ({ staticAddresses }) => lines(staticAddresses.map(showAddress)),
  vrrp_instance: (config) =>
    config.instances.map((it) => ({
      arguments: [it.name],
      block: showTable(INSTANCE, { config, it }),
    })),
  SSL: ({ tlsClient }) =>
    tlsClient === undefined ? [] : [{ arguments: [], block: showTable(SSL, tlsClient) }],
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
