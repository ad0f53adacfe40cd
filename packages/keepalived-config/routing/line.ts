import { clip, type Report, type Word } from "@keepalived/conf-parser";
import {
  familyOf,
  type IpFamily,
  type IpPrefix,
  parseIp,
  parsePrefix,
} from "@keepalived/ip-address";
import { type LineContext, wholeNumber } from "./words.ts";
import type { NumberRange, Realms } from "../model_routes.ts";
import type { NameFile, RoutingNames } from "./names.ts";

/** What lines of routes and rules need to know. */
export type RoutingContext = LineContext & {
  readonly names: RoutingNames;
  /** `static_routes` or `static_rules`: may be tied to a group, by its name. */
  readonly trackGroups: ReadonlySet<string> | undefined;
  /** Whether the host lacks an interface, as far as that is a mistake. */
  readonly missing: (name: string) => boolean;
};

/** Reports an error at a word. */
export function refuse(
  { report, subject }: { readonly report: Report; readonly subject: string },
  word: Word,
  code: string,
  message: string,
  hint?: string,
): undefined {
  report({
    severity: "error",
    code,
    message: `${subject}${message}`,
    at: word.at,
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}

/** rtnetlink protocol of what keepalived makes. */
const OWN_PROTOCOL = 18;

/** A whole address space, of a family that the rest of the line tells. */
export const EVERYTHING: ReadonlySet<string> = new Set(["default", "any", "all"]);

/** A prefix; too long a prefix is reported and the address taken alone. Undefined, without a report: no address. */
export function readPrefix(
  word: Word,
  context: Omit<LineContext, "what">,
): IpPrefix | undefined {
  const prefix = parsePrefix(word.text);
  if (prefix !== undefined) return prefix;
  const [head = "", length] = word.text.split("/");
  const address = parseIp(head);
  if (address === undefined || length === undefined) return undefined;
  const longest = familyOf(address) === 4 ? 32 : 128;
  const message = `Invalid address prefix len ${clip(length)} for address ${
    clip(word.text)
  } - using ${longest} (range [0, ${longest}])`;
  refuse(context, word, "invalid-prefix", message);
  return { address, prefixLength: longest };
}

/** A number, or a name that iproute2 knows. */
export function readNumberOrName(
  text: string,
  most: number,
  file: NameFile,
  names: RoutingNames,
): number | undefined {
  return wholeNumber(text, most) ?? names(file, text);
}

/** `[SRC/]DST`, numbers or names. */
export function readRealms(text: string, names: RoutingNames): Realms | undefined {
  const read = (part: string) => readNumberOrName(part, 255, "rt_realms", names);
  const [first = "", second, ...more] = text.split("/");
  if (more.length > 0) return undefined;
  const one = read(first);
  if (one === undefined || second === undefined) return one === undefined ? one : { to: one };
  const to = read(second);
  return to === undefined ? undefined : { from: one, to };
}

/** `A-B` with both ends at most `most`, in order. */
export function readRange(text: string, most: number): NumberRange | undefined {
  const match = /^([0-9]{1,10})-([0-9]{1,10})$/.exec(text);
  if (match === null) return undefined;
  const [from, to] = [Number(match[1]), Number(match[2])];
  return from <= to && to <= most ? { from, to } : undefined;
}

/** The family of a line, which the first word that has one decides. */
export type FamilyDraft = { family: IpFamily | undefined };

/** False after a report if a word is of the other family than those before it. */
export function claimFamily(
  draft: FamilyDraft,
  family: IpFamily,
  word: Word,
  context: LineContext,
): boolean {
  draft.family ??= family;
  if (draft.family === family) return true;
  const message = word.text === "inet" || word.text === "inet6"
    ? `${word.text} specified for IPv${draft.family} ${context.what}`
    : context.what === "rule"
    ? "rule specification has mixed IPv4 and IPv6"
    : `Cannot mix IPv4 and IPv6 addresses for ${context.what} (${clip(word.text)})`;
  refuse(context, word, "family", message);
  return false;
}

/** Says that the host lacks an interface. */
export function checkDevice(word: Word, what: string, context: RoutingContext): void {
  if (!context.missing(word.text)) return;
  const message = `${context.subject}WARNING - interface ${
    clip(word.text)
  } for ${what} doesn't exist`;
  context.report({ severity: "warning", code: "unknown-interface", message, at: word.at });
}

/** What a line says of tracking. */
export type TrackDraft = { track: boolean; group: Word | undefined; protocol: number | undefined };

/** What comes of it: the protocol is that of keepalived unless nothing is to happen when the object goes. */
export function resolveTrack(
  draft: TrackDraft,
  first: Word,
  hasDevice: boolean,
  context: RoutingContext,
): { track: boolean; protocol?: number; trackGroup?: string } {
  const { track, group } = draft;
  let { protocol } = draft;
  const { subject, report, what } = context;
  const capital = what === "route" ? "Route" : "Rule";
  if (track) {
    if (protocol !== undefined && protocol !== OWN_PROTOCOL) {
      const message = `${subject}${capital} cannot be tracked if protocol is not` +
        " RTPROT_KEEPALIVED(18), resetting protocol";
      const hint = "add no_track to keep the protocol";
      report({ severity: "warning", code: "adjusted", message, at: first.at, hint });
    }
    protocol = OWN_PROTOCOL;
  }
  const shared = { track, ...(protocol === undefined ? {} : { protocol }) };
  if (group === undefined) return shared;
  if (context.trackGroups?.has(group.text) !== true) {
    return refuse(context, group, "unknown-name", `track_group ${clip(group.text)} not found`) ??
      shared;
  }
  if (!track) {
    const message = `Static ${what} has both track_group and no_track set - not tracking`;
    return refuse(context, group, "contradiction", message) ?? shared;
  }
  if (!hasDevice) {
    const message = what === "route"
      ? "Static route cannot have track group if no oif specified"
      : "Static rule cannot have track_group if dev/iif not specified";
    return refuse(context, group, "contradiction", message) ?? shared;
  }
  return { ...shared, trackGroup: group.text };
}
