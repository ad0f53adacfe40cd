import { familyOf } from "@keepalived/ip-address";
import type { VirtualAddress } from "@keepalived/keepalived-config";

/** What is known of an address besides its line. */
export type AddressFacts = {
  /** Whether the kernel has it of us. */
  readonly present: boolean;
  /** The interface below, if it is on a device of ours. */
  readonly below?: string | undefined;
};

/** An address in the words of the C daemon: `10.0.0.100/24 dev eth0 scope global label eth0:1 set`. */
export function addressWords(it: VirtualAddress, { present, below }: AddressFacts): string {
  const { address, prefixLength, broadcast, label, peer, peerPrefixLength, trackGroup } = it;
  const width = familyOf(address) === 4 ? 32 : 128;
  const length = prefixLength === width || peer !== undefined ? "" : `/${prefixLength}`;
  return [
    `${address}${length}`,
    ...(broadcast === undefined ? [] : [`brd ${broadcast}`]),
    `dev ${it.interface}${below === undefined ? "" : `@${below}`}`,
    `scope ${scopeWord(it.scope)}`,
    ...(label === undefined ? [] : [`label ${label}`]),
    ...(peer === undefined ? [] : [`peer ${peer}/${peerPrefixLength ?? width}`]),
    ...it.flags,
    ...(it.track ? [] : ["no_track"]),
    ...(trackGroup === undefined ? [] : [`track_group ${trackGroup}`]),
    ...lifetime(it),
    ...(present ? ["set"] : []),
  ].join(" ");
}

function lifetime({ address, preferredLifetimeS }: VirtualAddress): readonly string[] {
  if (preferredLifetimeS === 0) return ["deprecated"];
  if (preferredLifetimeS !== undefined) return [`preferred_lft ${preferredLifetimeS}`];
  return familyOf(address) === 4 ? [] : ["preferred_lft forever"];
}

const scopes: Readonly<Record<number, string>> = {
  0: "global",
  200: "site",
  253: "link",
  254: "host",
  255: "nowhere",
};

/** rtnetlink's word for a scope. */
export function scopeWord(scope: number): string {
  return scopes[scope] ?? String(scope);
}
