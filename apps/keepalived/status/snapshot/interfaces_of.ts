import type { Link } from "@keepalived/netlink-route";
import { interfacesOf as standsOn } from "../../vrrp/footing.ts";
import type { VirtualRouterStatus } from "../../vrrp/virtual_router_status.ts";
import type { InterfaceSnapshot } from "./interface_snapshot.ts";
import type { VrrpSources } from "./vrrp_of.ts";

/** All interfaces, in the order of their indexes. */
export function interfacesOf(
  { interfaces, links, devices }: Pick<VrrpSources, "interfaces" | "links" | "devices">,
  routers: readonly VirtualRouterStatus[],
): readonly InterfaceSnapshot[] {
  const own = new Set(devices.wanted.map(({ name }) => name));
  const virtual = new Set(
    routers.flatMap(({ config }) => [...config.addresses, ...config.excludedAddresses])
      .map(({ address }) => address),
  );
  const used = Map.groupBy(
    routers.flatMap(({ config }) => standsOn(config).map((name) => ({ name, by: config.name }))),
    ({ name }) => name,
  );
  return [...interfaces.links()].sort((a, b) => a.index - b.index).map((link) => {
    const { name } = link;
    const below = interfaces.baseOf(name);
    const vrf = interfaces.vrfOf(name)?.name;
    const ipv4 = interfaces.sourceAddress(name, 4, virtual);
    const ipv6 = interfaces.sourceAddress(name, 6, virtual);
    return {
      ...linkOf(link),
      running: interfaces.isRunning(name),
      countsAsUp: links.isUp(name),
      ...(below === name ? {} : { below }),
      ...(vrf === undefined ? {} : { vrf }),
      own: own.has(name),
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
      usedBy: (used.get(name) ?? []).map(({ by }) => by),
    };
  });
}

function linkOf({ name, index, hardwareType, flags, mtu, mac, broadcastMac, kind }: Link) {
  return {
    name,
    index,
    hardwareType,
    up: flags.up === true,
    broadcast: flags.broadcast === true,
    loopback: flags.loopback === true,
    pointToPoint: flags.pointToPoint === true,
    multicast: flags.multicast === true,
    arp: flags.noArp !== true,
    ...(mtu === undefined ? {} : { mtu }),
    ...(mac === undefined ? {} : { mac }),
    ...(broadcastMac === undefined ? {} : { broadcastMac }),
    ...(kind === undefined ? {} : { kind }),
  };
}
