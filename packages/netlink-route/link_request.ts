import type { MacAddress } from "@keepalived/ip-address";
import {
  encodeAttributes,
  encodeRawAttributes,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { encodeLinkMessage, linkFlags } from "./link.ts";
import {
  type AddressGeneration,
  addressGenerations,
  ipv4Settings,
  ipvlanData,
  type IpvlanScope,
  ipvlanScopes,
  linkTable,
  macvlanData,
  type MacvlanMode,
  macvlanModes,
} from "./link_table.ts";
import { numberOf } from "./registry.ts";

/** Type of messages that create, change or describe a link. */
export const RTM_NEWLINK = 16;
/** Type of messages that remove a link. */
export const RTM_DELLINK = 17;
/** Type of messages that ask for links. */
export const RTM_GETLINK = 18;

/** Attributes of a link, and those of requests only. */
const requestTable = {
  ...linkTable,
  perFamily: {
    number: 26,
    type: "nested",
    table: {
      ipv4: {
        number: 2,
        type: "nested",
        table: { settings: { number: 1, type: "nested", table: ipv4Settings } },
      },
      ipv6: {
        number: 10,
        type: "nested",
        table: { addressGeneration: { number: 8, type: "u8" } },
      },
    },
  },
  wanted: { number: 29, type: "u32" },
} as const;

/** `RTEXT_FILTER_SKIP_STATS`: without it the counters are most of the answer. */
const withoutStatistics = 1 << 3;

/** Values of settings for IPv4, by their names in `/proc/sys/net/ipv4/conf`. */
export type Ipv4Settings = { readonly [Name in keyof typeof ipv4Settings]?: number };

/** What to change of a link; what is absent stays. */
export type LinkChange = {
  readonly up?: boolean;
  readonly name?: string;
  readonly mtu?: number;
  readonly mac?: MacAddress;
  /** Index of a bridge or VRF, 0: none. */
  readonly master?: number;
  readonly group?: number;
  readonly ipv4?: Ipv4Settings;
  /** Takes effect when the link next comes up: the kernel does `up` first, so ask for this in a request before. */
  readonly addressGeneration?: AddressGeneration;
};

/** A virtual link to create. */
export type NewLink =
  & {
    readonly name: string;
    readonly mac?: MacAddress;
    readonly master?: number;
    readonly group?: number;
    readonly up?: boolean;
  }
  & (
    | { readonly kind: "macvlan"; readonly parent: number; readonly mode: MacvlanMode }
    /** Of mode l2. */
    | { readonly kind: "ipvlan"; readonly parent: number; readonly scope: IpvlanScope }
    | { readonly kind: "bridge" }
    | { readonly kind: "veth"; readonly peerName: string }
  );

/** `ip link show`: every link. */
export function listLinks(): NetlinkRequest {
  return {
    name: "ip link show",
    type: RTM_GETLINK,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    body: encodeLinkMessage({}, encodeAttributes(requestTable, { wanted: withoutStatistics })),
  };
}

/** `ip link show dev eth0`, by index or name: refused with ENODEV if there is none. */
export function getLink(link: number | string): NetlinkRequest {
  const [index, name] = typeof link === "number" ? [link, undefined] : [0, link];
  return {
    name: `ip link show dev ${name ?? `if${index}`}`,
    type: RTM_GETLINK,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeLinkMessage(
      { index },
      encodeAttributes(requestTable, compact({ name, wanted: withoutStatistics })),
    ),
  };
}

/**
 * `ip link set dev eth0 up mtu 1400`.
 *
 * With `ipv4` it is `sysctl net.ipv4.conf.eth0.NAME=VALUE` too, which works where /proc/sys is read-only.
 */
export function setLink(index: number, change: LinkChange): NetlinkRequest {
  const { up, name, mtu, mac, master, group, ipv4, addressGeneration } = change;
  const attributes = encodeAttributes(
    requestTable,
    compact({ mac, name, mtu, master, group, perFamily: encodePerFamily(change) }),
  );
  const words = Object.entries({
    name,
    mtu,
    address: mac,
    group,
    addrgenmode: addressGeneration,
    ...ipv4,
  }).map(([word, value]) => value === undefined ? "" : ` ${word} ${value}`);
  const state = up === undefined ? "" : up ? " up" : " down";
  const port = master === undefined ? "" : master === 0 ? " nomaster" : ` master if${master}`;
  return {
    name: `ip link set dev if${index}${state}${port}${words.join("")}`,
    type: RTM_NEWLINK,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeLinkMessage(
      { index, flags: up ? linkFlags.up : 0, change: up === undefined ? 0 : linkFlags.up },
      attributes,
    ),
  };
}

/**
 * `ip link add name vrrp.51 type macvlan mode private`, and the like: refused with EEXIST if the name is taken.
 *
 * The link's index comes with the notification, or with {@linkcode getLink}.
 */
export function createLink(link: NewLink): NetlinkRequest {
  const { name, kind, mac, master, group, up } = link;
  const attributes = encodeAttributes(
    requestTable,
    compact({
      mac,
      parent: "parent" in link ? link.parent : undefined,
      name,
      master,
      group,
      info: compact({ kind, data: encodeKind(link) }),
    }),
  );
  return {
    name: `ip link add name ${name} type ${kind}`,
    type: RTM_NEWLINK,
    flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    body: encodeLinkMessage(
      up ? { flags: linkFlags.up, change: linkFlags.up } : {},
      attributes,
    ),
  };
}

/** `ip link delete dev vrrp.51`. */
export function deleteLink(index: number): NetlinkRequest {
  return {
    name: `ip link delete dev if${index}`,
    type: RTM_DELLINK,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeLinkMessage({ index }),
  };
}

function encodePerFamily({ ipv4, addressGeneration }: LinkChange) {
  if (ipv4 === undefined && addressGeneration === undefined) return undefined;
  return compact({
    ipv4: ipv4 && { settings: ipv4 },
    ipv6: addressGeneration === undefined
      ? undefined
      : { addressGeneration: numberOf(addressGenerations, addressGeneration) },
  });
}

/** `ip link delete group 7`: all at once, which for many takes the kernel no longer than for one. */
export function deleteLinkGroup(group: number): NetlinkRequest {
  return {
    name: `ip link delete group ${group}`,
    type: RTM_DELLINK,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeLinkMessage({}, encodeAttributes(requestTable, { group })),
  };
}

/** The attributes of a kind of link. */
function encodeKind(link: NewLink): Uint8Array | undefined {
  switch (link.kind) {
    case "macvlan":
      return encodeAttributes(macvlanData, { mode: numberOf(macvlanModes, link.mode) });
    case "ipvlan":
      return encodeAttributes(ipvlanData, { mode: 0, scope: numberOf(ipvlanScopes, link.scope) });
    case "bridge":
      return undefined;
    case "veth": {
      // VETH_INFO_PEER holds a whole link message about the other end.
      const peer = encodeAttributes(requestTable, { name: link.peerName });
      return encodeRawAttributes([{ number: 1, payload: encodeLinkMessage({}, peer) }]);
    }
  }
}
