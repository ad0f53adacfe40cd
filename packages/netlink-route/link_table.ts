import type { NameIn } from "./registry.ts";

/** Attributes of a link, `IFLA_*`; those of a kind of link stay bytes. */
export const linkTable = {
  mac: { number: 1, type: "mac" },
  broadcastMac: { number: 2, type: "mac" },
  group: { number: 27, type: "u32" },
  parent: { number: 5, type: "u32" },
  name: { number: 3, type: "string" },
  mtu: { number: 4, type: "u32" },
  master: { number: 10, type: "u32" },
  operState: { number: 16, type: "u8" },
  info: {
    number: 18,
    type: "nested",
    table: { kind: { number: 1, type: "string" }, data: { number: 2, type: "bytes" } },
  },
  carrier: { number: 33, type: "u8" },
  parentNamespace: { number: 37, type: "u32" },
} as const;

/** Which links on the same interface below hear each other (`ip link … type macvlan mode`). */
export const macvlanModes = {
  "private": 1,
  "vepa": 2,
  "bridge": 4,
  "passthru": 8,
  "source": 16,
} as const;

/** A name of {@linkcode macvlanModes}, or a number. */
export type MacvlanMode = NameIn<typeof macvlanModes>;

/** What the bytes in `info.data` of a macvlan mean. */
export const macvlanData = {
  mode: { number: 1, type: "u32" },
} as const;

/** Which ipvlans on the same interface below reach each other (`ip link … type ipvlan mode l2 private`). */
export const ipvlanScopes = {
  "bridge": 0,
  "private": 1,
  "vepa": 2,
} as const;

/** A name of {@linkcode ipvlanScopes}, or a number. */
export type IpvlanScope = NameIn<typeof ipvlanScopes>;

/** What the bytes in `info.data` of an ipvlan mean. */
export const ipvlanData = {
  mode: { number: 1, type: "u16" },
  scope: { number: 2, type: "u16" },
} as const;

/** Settings of a link for IPv4, by their names in `/proc/sys/net/ipv4/conf` (`ip netconf` shows some). */
export const ipv4Settings = {
  rp_filter: { number: 8, type: "u32" },
  arp_filter: { number: 13, type: "u32" },
  arp_announce: { number: 18, type: "u32" },
  arp_ignore: { number: 19, type: "u32" },
  promote_secondaries: { number: 20, type: "u32" },
  accept_local: { number: 23, type: "u32" },
} as const;

/** What the bytes in `info.data` of a VRF mean. */
export const vrfData = {
  table: { number: 1, type: "u32" },
} as const;

/** How the kernel makes the link-local IPv6 address (`ip link set dev eth0 addrgenmode`). */
export const addressGenerations = {
  "eui64": 0,
  "none": 1,
  "stable-secret": 2,
  "random": 3,
} as const;

/** A name of {@linkcode addressGenerations}, or a number. */
export type AddressGeneration = NameIn<typeof addressGenerations>;
