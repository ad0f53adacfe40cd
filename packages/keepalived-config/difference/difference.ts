import type { Difference } from "@keepalived/reconcile";
import type { Config, VirtualAddress, VrrpInstanceConfig } from "../model.ts";
import type { VirtualServer } from "../model_lvs.ts";
import type { Route, Rule } from "../model_routes.ts";
import type {
  BfdInstanceConfig,
  SyncGroupConfig,
  TrackFileConfig,
  TrackProcessConfig,
  VrrpScriptConfig,
} from "../model_tracking.ts";
import {
  addressIdentity,
  instanceIdentity,
  routeIdentity,
  ruleIdentity,
  virtualServerIdentity,
} from "./identity.ts";
import { match, nameOf } from "./match.ts";
import { sameMeaning } from "./same.ts";

/** What a reload changes. Objects that are equal in both configurations are not named. */
export type ConfigDifference = {
  readonly from: Config;
  readonly to: Config;
  /** Keywords whose value a running daemon cannot change: with any of them the reload is refused. */
  readonly refused: readonly string[];
  /** Whether anything of `global_defs`, or of what is outside all blocks and has no name, is different. */
  readonly global: boolean;
  readonly instances: Difference<VrrpInstanceConfig>;
  readonly syncGroups: Difference<SyncGroupConfig>;
  readonly scripts: Difference<VrrpScriptConfig>;
  readonly trackFiles: Difference<TrackFileConfig>;
  readonly trackProcesses: Difference<TrackProcessConfig>;
  readonly bfdInstances: Difference<BfdInstanceConfig>;
  readonly virtualServers: Difference<VirtualServer>;
  readonly staticAddresses: Difference<VirtualAddress>;
  readonly staticRoutes: Difference<Route>;
  readonly staticRules: Difference<Rule>;
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
 * interface and how they send; virtual servers, addresses, routes and rules by what they are in the kernel; all else by
 * name.
 */
export function difference(from: Config, to: Config): ConfigDifference {
  return {
    from,
    to,
    refused: fixedChanges(from, to),
    global: !sameMeaning(globalOf(from), globalOf(to)),
    instances: match(from.instances, to.instances, instanceIdentity, nameOf),
    syncGroups: match(from.syncGroups, to.syncGroups, nameOf),
    scripts: match(from.scripts, to.scripts, nameOf),
    trackFiles: match(from.trackFiles, to.trackFiles, nameOf),
    trackProcesses: match(from.trackProcesses, to.trackProcesses, nameOf),
    bfdInstances: match(from.bfdInstances, to.bfdInstances, nameOf),
    virtualServers: match(from.virtualServers, to.virtualServers, virtualServerIdentity),
    staticAddresses: match(from.staticAddresses, to.staticAddresses, addressIdentity),
    staticRoutes: match(from.staticRoutes, to.staticRoutes, routeIdentity),
    staticRules: match(from.staticRules, to.staticRules, ruleIdentity),
  };
}

/** The keywords whose value is different and cannot change in a running daemon. */
export function fixedChanges(from: Config, to: Config): readonly string[] {
  return Object.entries(FIXED).flatMap(([name, valueOf]) =>
    valueOf(from) === valueOf(to) ? [] : [name]
  );
}

/** What has no identity of its own, in an order that is not that of the file. */
function globalOf({ global, garpGroups, tlsClient, ...lists }: Config) {
  return {
    global,
    garpGroups,
    tlsClient,
    trackGroups: sorted(lists.trackGroups, nameOf),
    interfaceDelays: sorted(lists.interfaceDelays, (it) => it.interface),
    linkbeatInterfaces: sorted(lists.linkbeatInterfaces, (it) => it.interface),
  };
}

function sorted<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
}
