import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import type { MacAddress } from "@keepalived/ip-address";
import { type AttributeFault, decodeAttributes, encodeAttributes } from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { AF_UNSPEC } from "./family.ts";
import { linkTable, macvlanData, type MacvlanMode, macvlanModes, vrfData } from "./link_table.ts";
import { decodeFlags, encodeFlags, type Flags, type NameIn, nameOf, numberOf } from "./registry.ts";

/**
 * A network interface, as `ip link` knows it.
 *
 * The body of its messages is this header in host order, then attributes:
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |    Family     |       0       |         Hardware type         |
 * +---------------+---------------+-------------------------------+
 * |                        Interface index                        |
 * +---------------------------------------------------------------+
 * |                             Flags                             |
 * +---------------------------------------------------------------+
 * |                          Change mask                          |
 * +---------------------------------------------------------------+
 * ```
 */
export type Link = {
  readonly index: number;
  readonly name: string;
  /** `ARPHRD_*`: 1 Ethernet, 772 loopback, 32 InfiniBand. */
  readonly hardwareType: number;
  readonly flags: LinkFlags;
  readonly mtu?: number;
  /** Six bytes on Ethernet; other hardware has other lengths, or none. */
  readonly mac?: MacAddress;
  readonly broadcastMac?: MacAddress;
  readonly operState?: OperState;
  /** Whether the device senses a carrier. */
  readonly carrier?: boolean;
  /** Index of the bridge, bond or VRF that this is a port of. */
  readonly master?: number;
  /** `ip link set dev eth0 group 7`; 0: the default group. */
  readonly group?: number;
  /** Index of the interface below (macvlan, vlan) or at the other end (veth). */
  readonly parent?: number;
  /** If there, `parent` is an index in another network namespace: the one with this id. */
  readonly parentNamespace?: number;
  /** Of a virtual interface: "macvlan", "bridge", "veth", … */
  readonly kind?: string;
  /** Of a macvlan. */
  readonly macvlanMode?: MacvlanMode;
  /** Of a VRF: the routing table that is its own. */
  readonly vrfTable?: number;
};

/** Bits `IFF_*` (netdevice(7)). `up` is the administrator's wish; `running` and `lowerUp` are what came of it. */
export const linkFlags = {
  up: 0x1,
  broadcast: 0x2,
  debug: 0x4,
  loopback: 0x8,
  pointToPoint: 0x10,
  noTrailers: 0x20,
  running: 0x40,
  noArp: 0x80,
  promiscuous: 0x100,
  allMulticast: 0x200,
  master: 0x400,
  slave: 0x800,
  multicast: 0x1000,
  portSelect: 0x2000,
  autoMedia: 0x4000,
  dynamic: 0x8000,
  lowerUp: 0x1_0000,
  dormant: 0x2_0000,
  echo: 0x4_0000,
} as const;

/** {@linkcode linkFlags} that are set. */
export type LinkFlags = Flags<typeof linkFlags>;

/** Operational states (RFC 2863 §3.1.14). */
export const operStates = {
  "unknown": 0,
  "not-present": 1,
  "down": 2,
  "lower-layer-down": 3,
  "testing": 4,
  "dormant": 5,
  "up": 6,
} as const;

/** A name of {@linkcode operStates}, or a number from 0 to 255. */
export type OperState = NameIn<typeof operStates>;

/** Why the body of a link message was refused. */
export type LinkFault =
  | AttributeFault
  | "link-truncated"
  /** A message of another family, as of a bridge about its port: it does not describe the link. */
  | "link-family"
  | "link-name-missing";

/** The attributes of a macvlan, of which the table of all links leaves bytes. */
const macvlanTable = {
  info: {
    number: 18,
    type: "nested",
    table: { data: { number: 2, type: "nested", table: macvlanData } },
  },
} as const;

/** The same for a VRF. */
const vrfTable = {
  info: {
    number: 18,
    type: "nested",
    table: { data: { number: 2, type: "nested", table: vrfData } },
  },
} as const;

const linkHeaderBytes = 16;

/** The link in the body of RTM_NEWLINK or RTM_DELLINK, be it an answer or a notification. */
export function decodeLink(body: Uint8Array): Decoded<Link, LinkFault> {
  const reader = new Reader(body);
  const family = reader.u8();
  reader.skip(1);
  const hardwareType = reader.u16ne();
  const index = reader.u32ne();
  const flags = decodeFlags(linkFlags, reader.u32ne());
  reader.skip(4);
  if (reader.failed) return fault("link-truncated", 0);
  if (family !== AF_UNSPEC) return fault("link-family", 0);
  const attributes = decodeAttributes(linkTable, body, linkHeaderBytes);
  if (!attributes.ok) return attributes;
  const { info, carrier, operState, ...values } = attributes.value;
  if (values.name === undefined) return fault("link-name-missing", linkHeaderBytes);
  const macvlan = info?.kind === "macvlan"
    ? decodeAttributes(macvlanTable, body, linkHeaderBytes)
    : ok(undefined);
  if (!macvlan.ok) return macvlan;
  const mode = macvlan.value?.info?.data?.mode;
  const vrf = info?.kind === "vrf"
    ? decodeAttributes(vrfTable, body, linkHeaderBytes)
    : ok(undefined);
  if (!vrf.ok) return vrf;
  return ok(compact({
    index,
    name: values.name,
    hardwareType,
    flags,
    mtu: values.mtu,
    mac: values.mac,
    broadcastMac: values.broadcastMac,
    operState: operState === undefined ? undefined : nameOf(operStates, operState),
    carrier: carrier === undefined ? undefined : carrier !== 0,
    master: values.master,
    group: values.group,
    // A tunnel without an interface below says 0.
    parent: values.parent === 0 ? undefined : values.parent,
    parentNamespace: values.parentNamespace,
    kind: info?.kind,
    macvlanMode: mode === undefined ? undefined : nameOf(macvlanModes, mode),
    vrfTable: vrf.value?.info?.data?.table,
  }));
}

/** The body of RTM_NEWLINK or RTM_DELLINK as a kernel sends it. @throws RangeError for fields out of range */
export function encodeLink(link: Link): Uint8Array {
  const { hardwareType, index, kind, operState, carrier } = link;
  const attributes = encodeAttributes(
    linkTable,
    compact({
      name: link.name,
      mtu: link.mtu,
      mac: link.mac,
      broadcastMac: link.broadcastMac,
      operState: operState === undefined ? undefined : numberOf(operStates, operState),
      carrier: carrier === undefined ? undefined : Number(carrier),
      master: link.master,
      group: link.group,
      parent: link.parent,
      parentNamespace: link.parentNamespace,
      info: kind === undefined ? undefined : compact({ kind, data: encodeData(link) }),
    }),
  );
  return encodeLinkMessage(
    { hardwareType, index, flags: encodeFlags(linkFlags, link.flags) },
    attributes,
  );
}

function encodeData({ macvlanMode, vrfTable }: Link): Uint8Array | undefined {
  if (macvlanMode !== undefined) {
    return encodeAttributes(macvlanData, { mode: numberOf(macvlanModes, macvlanMode) });
  }
  return vrfTable === undefined ? undefined : encodeAttributes(vrfData, { table: vrfTable });
}

/** The body of a link message. `change` has the bits of `flags` that count in a request. */
export function encodeLinkMessage(
  header: { hardwareType?: number; index?: number; flags?: number; change?: number },
  attributes: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const { hardwareType = 0, index = 0, flags = 0, change = 0 } = header;
  return new Writer(linkHeaderBytes + attributes.length).u8(AF_UNSPEC).u8(0).u16ne(hardwareType)
    .u32ne(index).u32ne(flags).u32ne(change).put(attributes).finish();
}

/** One line: `3: eth0 <up,running> mtu 1500 state up mac 02:00:00:00:00:01 master if4`. */
export function describeLink(link: Link): string {
  const { index, name, operState, mac, master, parent, kind } = link;
  const { other, ...flags } = link.flags;
  const set = Object.entries(flags).filter(([, value]) => value).map(([flag]) => flag);
  if (other !== undefined) set.push(`0x${other.toString(16)}`);
  const words = [
    `${index}: ${name} <${set.join(",")}>`,
    link.mtu === undefined ? "" : `mtu ${link.mtu}`,
    operState === undefined ? "" : `state ${operState}`,
    link.carrier === false ? "no-carrier" : "",
    mac === undefined ? "" : `mac ${mac}`,
    master === undefined ? "" : `master if${master}`,
    link.group === undefined ? "" : `group ${link.group}`,
    parent === undefined ? "" : `link if${parent}`,
    kind === undefined ? "" : `type ${kind}`,
    link.macvlanMode === undefined ? "" : `mode ${link.macvlanMode}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}
