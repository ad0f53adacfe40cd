import type { Difference } from "@keepalived/reconcile";
import type { Config, VirtualAddress, VrrpInstanceConfig } from "../model.ts";
import type { VirtualServer } from "../model_lvs.ts";
import { match, matchInstances, matchVirtualServers } from "./match.ts";
import { sameMeaning } from "./same.ts";

/** What a reload changes. Objects that are equal in both configurations are not named. */
export type ConfigDifference = {
  readonly from: Config;
  readonly to: Config;
  /** Keywords whose value a running daemon cannot change: with any of them the reload is refused. */
  readonly refused: readonly string[];
  /** Whether anything of `global_defs`, or outside all blocks, is different. */
  readonly global: boolean;
  readonly staticAddresses: Difference<VirtualAddress>;
  readonly instances: Difference<VrrpInstanceConfig>;
  readonly virtualServers: Difference<VirtualServer>;
};

/** What needs a restart, by keyword. */
const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  net_namespace: ({ global }) => global.netNamespace,
  net_namespace_ipvs: ({ global }) => global.netNamespaceIpvs,
  instance: ({ global }) => global.instanceName,
  nftables: ({ global }) => global.firewall.nftables,
  nftables_ipvs: ({ global }) => global.firewall.nftablesIpvs,
  tmp_config_directory: ({ global }) => global.files.tmpConfigDirectory,
  disable_local_igmp: ({ global }) => global.disableLocalIgmp,
};

/**
 * Compares the running configuration with the next one.
 *
 * Objects are found again by what they are, not by where or how they are written: virtual routers by VRID, family,
 * interface and how they send; all else by name or address.
 */
export function difference(from: Config, to: Config): ConfigDifference {
  return {
    from,
    to,
    refused: Object.entries(FIXED).flatMap(([name, valueOf]) =>
      valueOf(from) === valueOf(to) ? [] : [name]
    ),
    global: !sameMeaning(from.global, to.global),
    staticAddresses: match(
      from.staticAddresses,
      to.staticAddresses,
      ({ address, interface: dev }) => `${address} ${dev}`,
    ),
    instances: matchInstances(from.instances, to.instances),
    virtualServers: matchVirtualServers(from.virtualServers, to.virtualServers),
  };
}
