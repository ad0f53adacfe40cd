import type { VrrpInstanceConfig } from "../model.ts";

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
