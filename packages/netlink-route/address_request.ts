import { Writer } from "@keepalived/bytes";
import type { IpFamily } from "@keepalived/ip-address";
import {
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";
import {
  type Address,
  type AddressKey,
  describeAddress,
  describePrefix,
  encodeAddress,
} from "./address.ts";
import { compact } from "./compact.ts";
import { AF_UNSPEC, numberOfFamily } from "./family.ts";

/** Type of messages that add or describe an address. */
export const RTM_NEWADDR = 20;
/** Type of messages that remove an address. */
export const RTM_DELADDR = 21;
/** Type of messages that ask for addresses. */
export const RTM_GETADDR = 22;

/** `ip address add 192.0.2.1/24 dev eth0`: refused with EEXIST if the interface has it. */
export function addAddress(address: Address): NetlinkRequest {
  return {
    name: `ip address add ${describeAddress(address)}`,
    type: RTM_NEWADDR,
    flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    body: encodeAddress(address),
  };
}

/** `ip address replace 192.0.2.1/24 dev eth0`: adds it, or changes flags and lifetimes of the one that is there. */
export function replaceAddress(address: Address): NetlinkRequest {
  return {
    name: `ip address replace ${describeAddress(address)}`,
    type: RTM_NEWADDR,
    flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
    body: encodeAddress(address),
  };
}

/** `ip address delete 192.0.2.1/24 dev eth0`: refused with EADDRNOTAVAIL if the interface has it not. */
export function deleteAddress(key: AddressKey): NetlinkRequest {
  const { index, address, prefixLength, peer } = key;
  return {
    name: `ip address delete ${describePrefix(key)} dev if${index}`,
    type: RTM_DELADDR,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeAddress(
      compact({ index, address, prefixLength, peer, scope: "global" as const, flags: {} }),
    ),
  };
}

/** `ip address show`: every address of every interface, or those of one family. */
export function listAddresses(family?: IpFamily): NetlinkRequest {
  return {
    name: family === undefined ? "ip address show" : `ip -${family} address show`,
    type: RTM_GETADDR,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    body: new Writer(8).u8(family === undefined ? AF_UNSPEC : numberOfFamily(family)).zeros(7)
      .finish(),
  };
}
