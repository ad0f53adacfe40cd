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

/** What to change of a link; what is absent stays. */
export type LinkChange = {
  readonly up?: boolean;
  readonly name?: string;
  readonly mtu?: number;
  readonly mac?: MacAddress;
  /** Index of a bridge or VRF, 0: none. */
  readonly master?: number;
  /** Takes effect when the link next comes up: the kernel does `up` first, so ask for this in a request before. */
  readonly addressGeneration?: AddressGeneration;
};

/** A virtual link to create. */
export type NewLink =
  & { readonly name: string; readonly mac?: MacAddress; readonly up?: boolean }
  & (
    | { readonly kind: "macvlan"; readonly parent: number; readonly mode: MacvlanMode }
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

/** `ip link set dev eth0 up mtu 1400`. */
export function setLink(index: number, change: LinkChange): NetlinkRequest {
  const { up, name, mtu, mac, master, addressGeneration } = change;
  const ipv6 = addressGeneration === undefined
    ? undefined
    : { addressGeneration: numberOf(addressGenerations, addressGeneration) };
  const attributes = encodeAttributes(
    requestTable,
    compact({ mac, name, mtu, master, perFamily: ipv6 && { ipv6 } }),
  );
  const words = Object.entries({ name, mtu, address: mac, addrgenmode: addressGeneration })
    .map(([word, value]) => value === undefined ? "" : ` ${word} ${value}`);
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
  const { name, kind, mac, up } = link;
  const attributes = encodeAttributes(
    requestTable,
    compact({
      mac,
      parent: kind === "macvlan" ? link.parent : undefined,
      name,
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

/** The attributes of a kind of link. */
function encodeKind(link: NewLink): Uint8Array | undefined {
  switch (link.kind) {
    case "macvlan":
      return encodeAttributes(macvlanData, { mode: numberOf(macvlanModes, link.mode) });
    case "bridge":
      return undefined;
    case "veth": {
      // VETH_INFO_PEER holds a whole link message about the other end.
      const peer = encodeAttributes(requestTable, { name: link.peerName });
      return encodeRawAttributes([{ number: 1, payload: encodeLinkMessage({}, peer) }]);
    }
  }
}
