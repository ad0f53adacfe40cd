import type { IpAddress } from "@keepalived/ip-address";
import type { ChannelPlace } from "./channel.ts";
import type { PlacedInstance } from "./devices/placement.ts";
import { type Interfaces, isOn } from "./interfaces.ts";
import type { Links } from "./trackers/links.ts";

/** What interfaces and addresses give a virtual router to stand on. */
export type Footing = {
  /** Where it sends and receives; undefined: nowhere now. */
  readonly place: ChannelPlace | undefined;
  /** Source of its advertisements. */
  readonly source: IpAddress | undefined;
  /** Why it cannot take part; undefined: not for this reason. */
  readonly faults: Readonly<Record<FootingFault, string | undefined>>;
};

export type FootingFault = "interface-down" | "no-source-address" | "source-address-missing";

/** Names of the interfaces that a virtual router stands on. */
export function interfacesOf(
  { interface: base, placement, vrf }: PlacedInstance,
): readonly string[] {
  return [base, placement?.device, vrf].filter((name) => name !== undefined);
}

/**
 * Looks at the interfaces of a virtual router: whether they are there and running, and what its source address is.
 *
 * @param virtual addresses that belong to virtual routers, and so are no router's own
 */
export function footingOf(
  config: PlacedInstance,
  { interfaces, links }: { readonly interfaces: Interfaces; readonly links: Pick<Links, "isUp"> },
  virtual: ReadonlySet<IpAddress>,
): Footing {
  const { family, interface: base, placement, sourceAddress, trackSourceAddress } = config;
  const place = placeOf(config, interfaces);
  const sources = placement?.sources ?? (base === undefined ? [] : [base]);
  const source = place === undefined ? undefined : sourceAddress ??
    sources.map((name) => interfaces.sourceAddress(name, family, virtual))
      .find((address) => address !== undefined);
  const missing = trackSourceAddress && sourceAddress !== undefined &&
    !interfaces.holds(sourceAddress);
  const down = firstDown(config, interfaces, links);
  return {
    place,
    source,
    faults: {
      "interface-down": down === undefined ? undefined : `interface ${down} down`,
      "no-source-address": source === undefined && place !== undefined
        ? `no IPv${family} address for interface`
        : undefined,
      "source-address-missing": missing ? `source address ${sourceAddress} missing` : undefined,
    },
  };
}

function placeOf(config: PlacedInstance, interfaces: Interfaces): ChannelPlace | undefined {
  const { family, interface: base, placement, vrf } = config;
  if (base === undefined) {
    if (vrf === undefined) return { family };
    const table = interfaces.link(vrf);
    return table && { family, vrf: table };
  }
  const device = placement === undefined ? undefined : deviceOf(config, interfaces);
  const channel = placement === undefined || placement.channel === base
    ? interfaces.link(base)
    : device;
  return channel && { family, receive: channel, transmit: channel };
}

/** The first interface that is missing, or does not run if that counts. */
function firstDown(
  config: PlacedInstance,
  interfaces: Interfaces,
  links: Pick<Links, "isUp">,
): string | undefined {
  return interfacesOf(config).find((name) => {
    const link = name === config.placement?.device
      ? deviceOf(config, interfaces)
      : interfaces.link(name);
    return link === undefined || (config.trackPrimary && !links.isUp(name));
  });
}

/** The link of its own device, if that is one and not an interface that has taken its name. */
function deviceOf({ interface: base, placement }: PlacedInstance, interfaces: Interfaces) {
  const link = placement && interfaces.link(placement.device);
  const below = base === undefined ? undefined : interfaces.link(base);
  return link !== undefined && below !== undefined && isOn(link, below) ? link : undefined;
}
