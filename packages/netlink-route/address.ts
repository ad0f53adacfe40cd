import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import { familyOf, type IpAddress } from "@keepalived/ip-address";
import { type AttributeFault, decodeAttributes, encodeAttributes } from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { familyOfNumber, numberOfFamily } from "./family.ts";
import { decodeFlags, encodeFlags, type Flags, nameOf, numberOf } from "./registry.ts";
import { type Scope, scopes } from "./scope.ts";

/**
 * An IP address on an interface, as `ip address` knows it.
 *
 * The body of its messages is this header in host order, then attributes:
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |    Family     | Prefix length |     Flags     |     Scope     |
 * +---------------+---------------+---------------+---------------+
 * |                        Interface index                        |
 * +---------------------------------------------------------------+
 * ```
 */
export type Address = {
  /** Index of the interface. */
  readonly index: number;
  /** The interface's own address. */
  readonly address: IpAddress;
  /** 0–32 or 0–128; of the peer's address if there is one. */
  readonly prefixLength: number;
  /** The other end of a point-to-point address. */
  readonly peer?: IpAddress;
  /** IPv4 only. */
  readonly broadcast?: IpAddress;
  /** IPv4 only, up to 15 bytes. The kernel's default is the name of the interface. */
  readonly label?: string;
  readonly scope: Scope;
  readonly flags: AddressFlags;
  /** Seconds until it is deprecated, 0 at once; absent: never. */
  readonly preferredLifetimeS?: number;
  /** Seconds until it is removed, at least 1 in a request; absent: never. */
  readonly validLifetimeS?: number;
  /** Who added it: a number of `/etc/iproute2/rt_addrprotos`, 18 is keepalived. Linux 5.18 and later. */
  readonly protocol?: number;
  /** Metric of the route to the prefix; absent: the kernel's default. */
  readonly metric?: number;
};

/** Bits `IFA_F_*`. `secondary` means temporary for IPv6. */
export const addressFlags = {
  secondary: 0x01,
  noDad: 0x02,
  optimistic: 0x04,
  dadFailed: 0x08,
  homeAddress: 0x10,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  manageTempAddr: 0x100,
  noPrefixRoute: 0x200,
  autoJoin: 0x400,
  stablePrivacy: 0x800,
} as const;

/** {@linkcode addressFlags} that are set. */
export type AddressFlags = Flags<typeof addressFlags>;

/** Why the body of an address message was refused. */
export type AddressFault =
  | AttributeFault
  | "address-truncated"
  /** Neither IPv4 nor IPv6. */
  | "address-family"
  | "address-prefix-length"
  /** No address at all. */
  | "address-missing"
  /** An address of another family than the header's. */
  | "address-mixed";

const headerBytes = 8;
const forever = 0xffff_ffff;

const table = {
  local: { number: 2, type: "ip" },
  address: { number: 1, type: "ip" },
  broadcast: { number: 4, type: "ip" },
  label: { number: 3, type: "string" },
  flags: { number: 8, type: "u32" },
  lifetimes: {
    number: 6,
    type: "struct",
    fields: { preferred: "u32", valid: "u32", createdAt: "u32", updatedAt: "u32" },
  },
  metric: { number: 9, type: "u32" },
  protocol: { number: 11, type: "u8" },
} as const;

/** The address in the body of RTM_NEWADDR or RTM_DELADDR, be it a request, an answer or a notification. */
export function decodeAddress(body: Uint8Array): Decoded<Address, AddressFault> {
  const reader = new Reader(body);
  const family = familyOfNumber(reader.u8());
  const prefixLength = reader.u8();
  const lowFlags = reader.u8();
  const scope = nameOf(scopes, reader.u8());
  const index = reader.u32ne();
  if (reader.failed) return fault("address-truncated", 0);
  if (family === undefined) return fault("address-family", 0);
  if (prefixLength > (family === 4 ? 32 : 128)) return fault("address-prefix-length", 1);
  const attributes = decodeAttributes(table, body, headerBytes);
  if (!attributes.ok) return attributes;
  const { local, address: other, broadcast, label, flags, lifetimes, metric, protocol } =
    attributes.value;
  // IPv4 has the own address in LOCAL; IPv6 has it in ADDRESS, unless that is the peer's.
  const address = local ?? other;
  if (address === undefined) return fault("address-missing", headerBytes);
  for (const ip of [address, other ?? address, broadcast ?? address]) {
    if (familyOf(ip) !== family) return fault("address-mixed", headerBytes);
  }
  return ok(compact({
    index,
    address,
    prefixLength,
    peer: other === address ? undefined : other,
    broadcast,
    label,
    scope,
    flags: decodeFlags(addressFlags, flags ?? lowFlags),
    preferredLifetimeS: lifetimes?.preferred === forever ? undefined : lifetimes?.preferred,
    validLifetimeS: lifetimes?.valid === forever ? undefined : lifetimes?.valid,
    protocol,
    metric,
  }));
}

/**
 * The body of a message about an address.
 *
 * @throws RangeError for fields out of range, or of different families
 */
export function encodeAddress(address: Address): Uint8Array {
  const { peer, broadcast, preferredLifetimeS, validLifetimeS } = address;
  const family = familyOf(address.address);
  for (const ip of [peer, broadcast]) {
    if (ip !== undefined && familyOf(ip) !== family) {
      throw new RangeError(`Cannot encode ${address.address}: ${ip} is of the other family`);
    }
  }
  const flags = encodeFlags(addressFlags, address.flags);
  const lifetimes = preferredLifetimeS === undefined && validLifetimeS === undefined ? undefined : {
    preferred: preferredLifetimeS ?? forever,
    valid: validLifetimeS ?? forever,
    createdAt: 0,
    updatedAt: 0,
  };
  const attributes = encodeAttributes(
    table,
    compact({
      local: address.address,
      address: peer ?? address.address,
      broadcast,
      label: address.label,
      flags: flags > 0xff ? flags : undefined,
      lifetimes,
      metric: address.metric,
      protocol: address.protocol,
    }),
  );
  return new Writer(headerBytes + attributes.length)
    .u8(numberOfFamily(family)).u8(address.prefixLength).u8(flags & 0xff)
    .u8(numberOf(scopes, address.scope)).u32ne(address.index).put(attributes).finish();
}

/** What tells an address from the others of its interface. */
export type AddressKey = Pick<Address, "index" | "address" | "prefixLength" | "peer">;

/** One line in the words of `ip address`: `192.0.2.1/24 scope global dev if3 nodad`. */
export function describeAddress(address: Address): string {
  const { broadcast, label, validLifetimeS, preferredLifetimeS } = address;
  const { other, ...flags } = address.flags;
  const words = [
    describePrefix(address),
    broadcast === undefined ? "" : `broadcast ${broadcast}`,
    label === undefined ? "" : `label ${label}`,
    `scope ${address.scope} dev if${address.index}`,
    ...Object.entries(flags).map(([name, set]) => set ? name.toLowerCase() : ""),
    other === undefined ? "" : `flags 0x${other.toString(16)}`,
    validLifetimeS === undefined ? "" : `valid_lft ${validLifetimeS}`,
    preferredLifetimeS === undefined ? "" : `preferred_lft ${preferredLifetimeS}`,
    address.metric === undefined ? "" : `metric ${address.metric}`,
    address.protocol === undefined ? "" : `proto ${address.protocol}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** `192.0.2.1/24`, or `192.0.2.1 peer 192.0.2.2/24`. */
export function describePrefix({ address, peer, prefixLength }: AddressKey): string {
  return `${address}${peer === undefined ? "" : ` peer ${peer}`}/${prefixLength}`;
}
