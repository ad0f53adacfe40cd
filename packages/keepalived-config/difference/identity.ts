import type { VirtualAddress, VrrpInstanceConfig } from "../model.ts";
import type { CheckerConfig } from "../model_checker.ts";
import type { RealServer, VirtualServer } from "../model_lvs.ts";
import type { Route, Rule } from "../model_routes.ts";

/**
 * What makes a virtual router the same one on both sides of a reload: what it is on the wire and its interface, not its
 * name.
 */
export function instanceIdentity(it: VrrpInstanceConfig): string {
  const { interface: dev, vrf, family, virtualRouterId, unicast, sourceAddress } = it;
  const delivery = unicast === undefined ? it.multicastGroup : "unicast";
  const layer = it.vmac !== undefined ? "vmac" : it.ipvlan !== undefined ? "ipvlan" : "plain";
  return [dev, vrf, family, virtualRouterId, delivery, sourceAddress, layer].join(" ");
}

/** Address, port and protocol; a firewall mark and its family; or a group and its protocol. */
export function virtualServerIdentity(it: VirtualServer): string {
  return [it.group ?? it.name, it.protocol, it.family].join(" ");
}

export function realServerIdentity({ address, port }: RealServer): string {
  return `${address} ${port}`;
}

/** Settings that say when and how often, not what is checked. The payload of UDP_CHECK counts as one. */
const INCIDENTAL: ReadonlySet<string> = new Set([
  "delayLoopUs",
  "retry",
  "delayBeforeRetryUs",
  "warmupUs",
  "alpha",
  "logAllFailures",
  "payload",
]);

/** The kind of a checker with what it checks: its verdict goes on to hold if only its times change. */
export function checkerIdentity(it: CheckerConfig): string {
  return JSON.stringify(it, (key, value) => INCIDENTAL.has(key) ? undefined : value);
}

/** What the kernel finds an address by. */
export function addressIdentity(it: VirtualAddress): string {
  return [it.address, it.prefixLength, it.interface].join(" ");
}

/** What the kernel finds a route by. */
export function routeIdentity(it: Route): string {
  const { destination: { address, prefixLength }, tos, metric, table, vrf } = it;
  return [it.family, address, prefixLength, tos, metric, table, vrf].join(" ");
}

/** What the kernel finds a rule by: all of it but who made it. */
export function ruleIdentity({ track: _, trackGroup: __, protocol: ___, ...rest }: Rule): string {
  return JSON.stringify(rest);
}
