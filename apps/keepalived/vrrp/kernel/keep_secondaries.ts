import { familyOf, networkOf } from "@keepalived/ip-address";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import { type Address, setLink } from "@keepalived/netlink-route";
import { readSetting } from "../devices/sysctl.ts";
import { type Interfaces, keyOf } from "../interfaces.ts";

/** What to ask of the kernel before and after addresses are removed. */
export type Around = {
  readonly before: readonly NetlinkRequest[];
  readonly after: readonly NetlinkRequest[];
};

/**
 * Keeps the other addresses of a network where its first one goes: the kernel would remove them with it.
 *
 * `sysctl net.ipv4.conf.DEV.promote_secondaries=1` while the addresses are removed, where it is needed.
 */
export function keepSecondaries(
  gone: readonly Address[],
  interfaces: Interfaces,
  setting: (path: string) => number | undefined = readSetting,
): Around {
  const keys = new Set(gone.map(keyOf));
  const indexes = new Set(gone.map(({ index }) => index)).values().filter((index) => {
    const networks = new Set(gone.filter((it) => it.index === index).map(ipv4NetworkOf));
    return interfaces.addresses(interfaces.nameOf(index) ?? "").some((it) =>
      familyOf(it.address) === 4 && !keys.has(keyOf(it)) && networks.has(ipv4NetworkOf(it))
    );
  }).filter((index) => setting(`ipv4/conf/${interfaces.nameOf(index)}/promote_secondaries`) === 0)
    .toArray();
  const set = (value: number) =>
    indexes.map((index) => setLink(index, { ipv4: { promote_secondaries: value } }));
  return { before: set(1), after: set(0) };
}

/** What the kernel takes for one network: the same bits, and as many of them. */
function ipv4NetworkOf({ address, peer = address, prefixLength }: Address): string {
  if (familyOf(address) !== 4) return "";
  return `${networkOf({ address: peer, prefixLength })}/${prefixLength}`;
}
