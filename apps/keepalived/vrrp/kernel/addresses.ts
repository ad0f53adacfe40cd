import { EADDRNOTAVAIL, ENODEV } from "@keepalived/linux";
import {
  type Address,
  type AddressFlags,
  deleteAddress,
  replaceAddress,
} from "@keepalived/netlink-route";
import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import { type Interfaces, keyOf } from "../interfaces.ts";
import { type ObjectKind, PROTOCOL_KEEPALIVED } from "./object_kind.ts";

/** Addresses on interfaces. */
export function addressKind(interfaces: Interfaces): ObjectKind<VirtualAddress, Address> {
  return {
    name: "address",
    identify: describeAddress,
    contentOf: (item) => JSON.stringify(kernelAddress(item, 0)),
    describe: describeAddress,
    resolve(item) {
      const link = interfaces.link(item.interface);
      return link === undefined
        ? `no interface ${item.interface}`
        : kernelAddress(item, link.index);
    },
    keyOf,
    matches: () => true,
    add: (_, value) => replaceAddress(value),
    remove: deleteAddress,
    partsOf: (value) => [value],
    restOf: () => undefined,
    present: [],
    absent: [EADDRNOTAVAIL, ENODEV],
  };
}

/** `192.0.2.1/24 dev eth0` */
export function describeAddress(item: VirtualAddress): string {
  const { address, prefixLength, peer, peerPrefixLength = prefixLength } = item;
  const prefix = peer === undefined
    ? `${address}/${prefixLength}`
    : `${address} peer ${peer}/${peerPrefixLength}`;
  return `${prefix} dev ${item.interface}`;
}

/** What the kernel is told of an address line; with a peer, the prefix is the peer's. */
function kernelAddress(item: VirtualAddress, index: number): Address {
  const { prefixLength, scope, label, broadcast, peer, peerPrefixLength, preferredLifetimeS } =
    item;
  return {
    index,
    address: item.address,
    prefixLength: peer === undefined ? prefixLength : peerPrefixLength ?? prefixLength,
    scope,
    flags: flagsOf(item),
    protocol: PROTOCOL_KEEPALIVED,
    ...(label === undefined ? {} : { label }),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(peer === undefined ? {} : { peer }),
    ...(preferredLifetimeS === undefined ? {} : { preferredLifetimeS }),
  };
}

function flagsOf({ noDad, flags = [] }: VirtualAddress): AddressFlags {
  return {
    ...(noDad === true ? { noDad } : {}),
    ...(flags.includes("home") ? { homeAddress: true } : {}),
    ...(flags.includes("mngtmpaddr") ? { manageTempAddr: true } : {}),
    ...(flags.includes("noprefixroute") ? { noPrefixRoute: true } : {}),
    ...(flags.includes("autojoin") ? { autoJoin: true } : {}),
  };
}
