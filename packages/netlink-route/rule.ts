import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import { familyOf, formatPrefix, type IpFamily, type IpPrefix } from "@keepalived/ip-address";
import {
  type AttributeFault,
  type AttributeValues,
  decodeAttributes,
  encodeAttributes,
  type RawAttribute,
} from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { familyOfNumber, numberOfFamily } from "./family.ts";
import { describeRealms, numberOfRealms, type Realms, realmsOf } from "./nexthop.ts";
import { decodeFlags, encodeFlags, type Flags, type NameIn, nameOf, numberOf } from "./registry.ts";

/**
 * A rule of policy routing, as `ip rule` knows it.
 *
 * The body of its messages is this header, then attributes:
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |    Family     |  Length of to | Length of from|      TOS      |
 * +---------------+---------------+---------------+---------------+
 * |     Table     |       0       |       0       |    Action     |
 * +---------------+---------------+---------------+---------------+
 * |                             Flags                             |
 * +---------------------------------------------------------------+
 * ```
 */
export type Rule = {
  readonly family: IpFamily;
  readonly action: RuleAction;
  /** `lookup`, of the action "table"; 0 with `l3mdev`. 32 bits. */
  readonly table: number;
  /** `preference`: rules are asked in the order of their numbers. Absent in a request: the kernel takes a small one. */
  readonly priority?: number;
  readonly flags: RuleFlags;
  readonly from?: IpPrefix;
  readonly to?: IpPrefix;
  readonly tos: number;
  /** `fwmark`; an absent mask is all bits. */
  readonly mark?: { readonly value: number; readonly mask?: number };
  /** `iif` */
  readonly inputInterface?: string;
  /** `oif` */
  readonly outputInterface?: string;
  /** Target of the action "goto". */
  readonly goto?: number;
  readonly realms?: Realms;
  /** 64 bits. */
  readonly tunnelId?: bigint;
  /** `suppress_ifgroup` */
  readonly suppressGroup?: number;
  /** `suppress_prefixlength` */
  readonly suppressPrefixLength?: number;
  /** Look up the table of the VRF that the packet belongs to. */
  readonly l3mdev?: boolean;
  /** `uidrange` */
  readonly userIds?: NumberRange;
  /** Who made it: a number of `/etc/iproute2/rt_protos`, 18 is keepalived. */
  readonly protocol?: number;
  /** `ipproto` */
  readonly ipProtocol?: number;
  /** `sport` */
  readonly sourcePorts?: NumberRange;
  /** `dport` */
  readonly destinationPorts?: NumberRange;
  readonly unknown?: readonly RawAttribute[];
};

/** Both ends belong to it. */
export type NumberRange = { readonly from: number; readonly to: number };

/** What a rule does, `FR_ACT_*`. */
export const ruleActions = {
  table: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;

/** A name of {@linkcode ruleActions}, or a number from 0 to 255. */
export type RuleAction = NameIn<typeof ruleActions>;

/** `FIB_RULE_*`; `invert` is the word `not`, the others are what the kernel found. */
export const ruleFlags = {
  permanent: 0x1,
  invert: 0x2,
  unresolved: 0x4,
  inputDetached: 0x8,
  outputDetached: 0x10,
} as const;

/** {@linkcode ruleFlags} that are set. */
export type RuleFlags = Flags<typeof ruleFlags>;

/** Why the body of a rule message was refused. */
export type RuleFault =
  | AttributeFault
  | "rule-truncated"
  /** Neither IPv4 nor IPv6: multicast routing and DECnet have rules too. */
  | "rule-family"
  | "rule-prefix-length"
  /** An address of another family than the header's. */
  | "rule-mixed";

const headerBytes = 12;
/** Suppressors that suppress nothing. */
const none = 0xffff_ffff;
const allBits = 0xffff_ffff;

const table = {
  to: { number: 1, type: "ip" },
  from: { number: 2, type: "ip" },
  inputInterface: { number: 3, type: "string" },
  goto: { number: 4, type: "u32" },
  priority: { number: 6, type: "u32" },
  mark: { number: 10, type: "u32" },
  flow: { number: 11, type: "u32" },
  tunnelId: { number: 12, type: "u64", order: "network" },
  suppressGroup: { number: 13, type: "u32" },
  suppressPrefixLength: { number: 14, type: "u32" },
  table: { number: 15, type: "u32" },
  mask: { number: 16, type: "u32" },
  outputInterface: { number: 17, type: "string" },
  l3mdev: { number: 19, type: "u8" },
  userIds: { number: 20, type: "struct", fields: { from: "u32", to: "u32" } },
  protocol: { number: 21, type: "u8" },
  ipProtocol: { number: 22, type: "u8" },
  sourcePorts: { number: 23, type: "struct", fields: { from: "u16", to: "u16" } },
  destinationPorts: { number: 24, type: "struct", fields: { from: "u16", to: "u16" } },
} as const;

/** The rule in the body of RTM_NEWRULE or RTM_DELRULE, be it a request, an answer or a notification. */
export function decodeRule(body: Uint8Array): Decoded<Rule, RuleFault> {
  const reader = new Reader(body);
  const family = familyOfNumber(reader.u8());
  const [toLength, fromLength, tos, lowTable] = [
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
  ];
  reader.skip(2);
  const action = nameOf(ruleActions, reader.u8());
  const flags = decodeFlags(ruleFlags, reader.u32ne());
  if (reader.failed) return fault("rule-truncated", 0);
  if (family === undefined) return fault("rule-family", 0);
  const longest = family === 4 ? 32 : 128;
  if (toLength > longest || fromLength > longest) return fault("rule-prefix-length", 1);
  const attributes = decodeAttributes(table, body, headerBytes);
  if (!attributes.ok) return attributes;
  const { from, to, mark, mask, flow, l3mdev, suppressGroup, suppressPrefixLength, ...same } =
    attributes.value;
  for (const ip of [from, to]) {
    if (ip !== undefined && familyOf(ip) !== family) return fault("rule-mixed", headerBytes);
  }
  const prefixOf = (address: string | undefined, prefixLength: number) =>
    address === undefined || prefixLength === 0 ? undefined : { address, prefixLength };
  return ok({
    family,
    action,
    tos,
    flags,
    ...compact({
      ...same,
      from: prefixOf(from, fromLength),
      to: prefixOf(to, toLength),
      mark: markOf(mark, mask),
      realms: flow === undefined ? undefined : realmsOf(flow),
      l3mdev: l3mdev === undefined ? undefined : l3mdev !== 0,
      suppressGroup: suppressGroup === none ? undefined : suppressGroup,
      suppressPrefixLength: suppressPrefixLength === none ? undefined : suppressPrefixLength,
    }),
    table: same.table ?? lowTable,
  });
}

/**
 * The body of a message about a rule.
 *
 * @throws RangeError for fields out of range, or of different families
 */
export function encodeRule(rule: Rule): Uint8Array {
  const { family, from, to, mark, realms, l3mdev } = rule;
  for (const prefix of [from, to]) {
    if (prefix !== undefined && familyOf(prefix.address) !== family) {
      throw new RangeError(`Cannot encode a rule of IPv${family} for ${prefix.address}`);
    }
  }
  const fitsHeader = rule.table <= 0xff;
  const values: AttributeValues<typeof table> = compact({
    to: addressOf(to),
    from: addressOf(from),
    inputInterface: rule.inputInterface,
    goto: rule.goto,
    priority: rule.priority,
    mark: mark?.value,
    flow: realms === undefined ? undefined : numberOfRealms(realms),
    tunnelId: rule.tunnelId,
    suppressGroup: rule.suppressGroup,
    suppressPrefixLength: rule.suppressPrefixLength,
    table: fitsHeader ? undefined : rule.table,
    mask: mark?.mask,
    outputInterface: rule.outputInterface,
    l3mdev: l3mdev === undefined ? undefined : Number(l3mdev),
    userIds: rule.userIds,
    protocol: rule.protocol,
    ipProtocol: rule.ipProtocol,
    sourcePorts: rule.sourcePorts,
    destinationPorts: rule.destinationPorts,
    unknown: rule.unknown,
  });
  const attributes = encodeAttributes(table, values);
  return new Writer(headerBytes + attributes.length)
    .u8(numberOfFamily(family)).u8(to?.prefixLength ?? 0).u8(from?.prefixLength ?? 0)
    .u8(rule.tos).u8(fitsHeader ? rule.table : 0).zeros(2)
    .u8(numberOf(ruleActions, rule.action)).u32ne(encodeFlags(ruleFlags, rule.flags))
    .put(attributes).finish();
}

/** One line in the words of `ip rule`: `not from 10.0.0.0/8 lookup 100 preference 5`. */
export function describeRule(rule: Rule): string {
  const { from, to, mark, action, realms } = rule;
  const mask = mark?.mask === undefined ? "" : `/0x${mark.mask.toString(16)}`;
  const words = [
    rule.flags.invert === true ? "not" : "",
    `from ${from === undefined ? "all" : formatPrefix(from)}`,
    to === undefined ? "" : `to ${formatPrefix(to)}`,
    rule.tos === 0 ? "" : `tos 0x${rule.tos.toString(16)}`,
    mark === undefined ? "" : `fwmark 0x${mark.value.toString(16)}${mask}`,
    word("iif", rule.inputInterface),
    word("oif", rule.outputInterface),
    word("tun_id", rule.tunnelId),
    range("uidrange", rule.userIds),
    word("ipproto", rule.ipProtocol),
    range("sport", rule.sourcePorts),
    range("dport", rule.destinationPorts),
    word("preference", rule.priority),
    rule.l3mdev === true ? "l3mdev" : action === "table" ? `lookup ${rule.table}` : `${action}`,
    action === "goto" ? `${rule.goto}` : "",
    word("suppress_prefixlength", rule.suppressPrefixLength),
    word("suppress_ifgroup", rule.suppressGroup),
    realms === undefined ? "" : `realms ${describeRealms(realms)}`,
    word("protocol", rule.protocol),
  ];
  return words.filter((part) => part !== "").join(" ");
}

function word(name: string, value: string | number | bigint | undefined): string {
  return value === undefined ? "" : `${name} ${value}`;
}

function range(name: string, value: NumberRange | undefined): string {
  return value === undefined ? "" : `${name} ${value.from}-${value.to}`;
}

/** A whole address space goes without an address. */
function addressOf(prefix: IpPrefix | undefined): string | undefined {
  return prefix === undefined || prefix.prefixLength === 0 ? undefined : prefix.address;
}

/** The kernel tells the mask of all bits too. */
function markOf(value: number | undefined, mask: number | undefined): Rule["mark"] {
  if (value === undefined && mask === undefined) return undefined;
  return compact({ value: value ?? 0, mask: mask === allBits ? undefined : mask });
}
