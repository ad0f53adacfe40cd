import { familyOf } from "@keepalived/ip-address";
import type { VirtualAddress } from "../model.ts";
import { type Entries, flag, lineWords, words } from "./entry.ts";

const SCOPES: Readonly<Record<number, string>> = {
  0: "global",
  200: "site",
  253: "link",
  254: "host",
  255: "nowhere",
};

/** The words of an address line after the address. */
export const ADDRESS: Entries<VirtualAddress> = {
  dev: (it) => words(it.interface),
  scope: (it) => words(SCOPES[it.scope] ?? it.scope),
  broadcast: (it) => words(it.broadcast),
  label: (it) => words(it.label),
  peer: (it) => words(it.peer && `${it.peer}/${it.peerPrefixLength}`),
  home: (it) => flag(it.flags.includes("home")),
  "-nodad": (it) => flag(it.noDad === false),
  mngtmpaddr: (it) => flag(it.flags.includes("mngtmpaddr")),
  noprefixroute: (it) => flag(it.flags.includes("noprefixroute")),
  autojoin: (it) => flag(it.flags.includes("autojoin")),
  no_track: (it) => flag(!it.track),
  preferred_lft: (it) =>
    familyOf(it.address) === 6 || it.preferredLifetimeS !== undefined
      ? words(it.preferredLifetimeS ?? "forever")
      : [],
  track_group: (it) => words(it.trackGroup),
  // Last, since what follows it could be taken for its name.
  use_vmac: ({ vmac }) =>
    vmac === undefined ? [] : vmac.name === undefined ? flag(true) : words(vmac.name),
};

/** The words of an address line. */
export function showAddress(it: VirtualAddress): readonly string[] {
  return [`${it.address}/${it.prefixLength}`, ...lineWords(ADDRESS, it)];
}
