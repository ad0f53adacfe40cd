import { clip, type Entry, type Report, type Word } from "@keepalived/conf-parser";
import { familyOf, formatIp, type IpAddress, ipToBytes } from "@keepalived/ip-address";
import { isLinkLocal, networkOf, parseIp, parsePrefix } from "@keepalived/ip-address";
import { bindWord } from "./bind.ts";
import type { AddressFlag, VirtualAddress } from "./model.ts";
import { readPrefix, refuse } from "./routing/line.ts";
import { ADDRESS_WORDS } from "./schema/address.ts";
import type { Keyword } from "./schema/keyword.ts";

/** What an address line takes from the block that it stands in. */
export type AddressContext = {
  /** Interface of lines without `dev`. */
  readonly interface: string;
  readonly advertised: boolean;
  /** Given for static addresses: the groups that they may be tied to. */
  readonly trackGroups?: ReadonlySet<string>;
  /** `(VI_1) `, for messages. */
  readonly subject: string;
  readonly report: Report;
};

type Draft = { -readonly [K in keyof VirtualAddress]: VirtualAddress[K] };

/** Reads one line; undefined after a report if there is no address in it or the broadcast is none. */
export function readAddressLine(
  entry: Entry,
  context: AddressContext,
): VirtualAddress | undefined {
  const [first, ...words] = entry.words;
  const start = readPrefix(first, context);
  if (start === undefined) {
    const message = `VRRP parsed invalid IP ${clip(first.text)}. skipping IP...`;
    return refuse(context, first, "invalid-address", message);
  }
  const draft: Draft = {
    ...start,
    interface: context.interface,
    scope: naturalScope(start.address),
    advertised: context.advertised,
    flags: [],
    track: true,
  };
  const family = familyOf(start.address);
  if (family === 6) draft.noDad = true;
  if (family === 6 && start.prefixLength === 128) draft.preferredLifetimeS = 0;
  for (let i = 0; i < words.length;) {
    const used = readOption(draft, first.text, words, i, context);
    if (used === undefined) return undefined;
    i += used;
  }
  if (draft.track || draft.trackGroup === undefined) return draft;
  const { subject, report } = context;
  const message = `${subject}Static address has both track_group and no_track set - not tracking`;
  report({ severity: "warning", code: "contradiction", message, at: first.at });
  const { trackGroup: _, ...alone } = draft;
  return alone;
}

/** One option from position `i` on: how many words it took, or undefined if the address is to be left out. */
function readOption(
  draft: Draft,
  shown: string,
  words: readonly Word[],
  i: number,
  context: AddressContext,
): number | undefined {
  const { subject, report } = context;
  const [word, given] = [words[i], words[i + 1]];
  if (word === undefined) return 1;
  const row = rowOf(word.text);
  // Static addresses alone are tied to groups, and have no interface of their own.
  const elsewhere = context.trackGroups === undefined ? "track_group" : "use_vmac";
  if (row === undefined || row.name === elsewhere) {
    const message = `${subject}Unknown configuration entry '${
      clip(word.text)
    }' for ip address - ignoring`;
    report({ severity: "error", code: "unknown-option", message, at: word.at });
    return row?.name === "track_group" ? 2 : 1;
  }
  const argument = row.arguments[0];
  if (argument === undefined) return setFlag(draft, row.name);
  if (row.name === "use_vmac") {
    const named = given !== undefined && rowOf(given.text) === undefined;
    draft.vmac = named ? { name: given.text } : {};
    return named ? 2 : 1;
  }
  if (given === undefined) {
    const message = `${subject}No ${row.name} parameter specified for ${clip(shown)}`;
    report({ severity: "error", code: "missing-value", message, at: word.at });
    return 1;
  }
  const value = bindWord(argument, given, row, context);
  if (typeof value !== "string") return 2;
  return setOption(draft, row.aliasOf ?? row.name, value, { ...context, shown, word: given })
    ? 2
    : undefined;
}

function rowOf(name: string): Keyword | undefined {
  return ADDRESS_WORDS.find((row) => row.name === name);
}

function setFlag(draft: Draft, name: string): number {
  if (name === "-nodad") draft.noDad = false;
  else if (name === "no_track") draft.track = false;
  else draft.flags = [...new Set([...draft.flags, name as AddressFlag])].sort();
  return 1;
}

/** False if the address is to be left out. */
function setOption(
  draft: Draft,
  name: string,
  value: string,
  context: AddressContext & { shown: string; word: Word },
): boolean {
  const { subject, shown, report, word: { at } } = context;
  const refuse = (code: string, message: string) =>
    report({ severity: "error", code, message: `${subject}${message}`, at });
  switch (name) {
    case "dev":
      draft.interface = value;
      break;
    case "label":
      draft.label = value;
      break;
    case "scope": {
      const scope = scopeOf(value);
      if (scope !== undefined) draft.scope = scope;
      else {
        refuse(
          "invalid-value",
          `Invalid scope '${clip(value)}' specified for ${clip(shown)} - ignoring`,
        );
      }
      break;
    }
    case "broadcast": {
      const broadcast = broadcastOf(draft, value);
      if (broadcast === undefined) {
        refuse(
          "invalid-address",
          `VRRP is trying to assign invalid broadcast ${clip(value)}. skipping VIP...`,
        );
        return false;
      }
      draft.broadcast = broadcast;
      break;
    }
    case "peer": {
      const peer = parsePrefix(value);
      if (peer === undefined || familyOf(peer.address) !== familyOf(draft.address)) {
        refuse("invalid-address", `Invalid peer ${clip(value)} for ${clip(shown)} - ignoring`);
        break;
      }
      draft.peer = peer.address;
      draft.peerPrefixLength = peer.prefixLength;
      break;
    }
    case "track_group":
      if (context.trackGroups?.has(value) === true) draft.trackGroup = value;
      else refuse("unknown-name", `track_group ${clip(value)} not found`);
      break;
    case "preferred_lft": {
      if (value === "forever") delete draft.preferredLifetimeS;
      else if (/^[0-9]+$/.test(value) && Number(value) <= 4294967294) {
        draft.preferredLifetimeS = Number(value);
      } else {
        refuse(
          "invalid-number",
          `Invalid preferred_lft '${clip(value)}' (range [0, 4294967294] or forever)`,
        );
      }
      break;
    }
  }
  return true;
}

const SCOPES: Readonly<Record<string, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

function scopeOf(text: string): number | undefined {
  if (Object.hasOwn(SCOPES, text)) return SCOPES[text];
  return /^[0-9]{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined;
}

/** The scope that an address has by itself. */
function naturalScope(address: IpAddress): number {
  if (address === "::1" || (familyOf(address) === 4 && address.startsWith("127."))) return 254;
  return isLinkLocal(address) ? 253 : 0;
}

/** `+`: all host bits set; `-`: all clear. */
function broadcastOf(draft: Draft, text: string): IpAddress | undefined {
  if (familyOf(draft.address) === 6) return undefined;
  if (text !== "+" && text !== "-") {
    const address = parseIp(text);
    return address !== undefined && familyOf(address) === 4 ? address : undefined;
  }
  const network = networkOf(draft);
  if (text === "-") return network;
  const bytes = ipToBytes(network).map((byte, i) =>
    byte | (0xff >> Math.max(0, Math.min(8, draft.prefixLength - 8 * i)))
  );
  return formatIp(bytes);
}
