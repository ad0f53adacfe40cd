import type { NumberRange, Rule } from "../model_routes.ts";
import { type Entries, flag, lineWords, type Said, words } from "./entry.ts";
import { prefixText, realmWords } from "./route.ts";

/** The words of a line of rules. */
export const RULE: Entries<Rule> = {
  inet: (it) => flag(it.family === 4),
  inet6: (it) => flag(it.family === 6),
  not: (it) => flag(it.invert),
  from: (it) => words(it.from && prefixText(it.from)),
  to: (it) => words(it.to && prefixText(it.to)),
  iif: (it) => words(it.inputInterface),
  oif: (it) => words(it.outputInterface),
  tos: (it) => words(it.tos || undefined),
  fwmark: ({ mark }) =>
    words(mark?.mask === undefined ? mark?.value : `${mark.value}/${mark.mask}`),
  "tunnel-id": (it) => words(it.tunnelId),
  uidrange: (it) => rangeWords(it.userIds),
  ipproto: (it) => words(it.ipProtocol),
  sport: (it) => rangeWords(it.sourcePorts),
  dport: (it) => rangeWords(it.destinationPorts),
  preference: (it) => words(it.priority),
  protocol: (it) => words(it.protocol),
  realms: (it) => realmWords(it.realms),
  suppress_prefixlength: (it) => words(it.suppressPrefixLength),
  suppress_ifgroup: (it) => words(it.suppressGroup),
  table: ({ action }) => words(action.kind === "table" ? action.table : undefined),
  l3mdev: ({ action }) => flag(action.kind === "l3mdev"),
  goto: ({ action }) => words(action.kind === "goto" ? action.priority : undefined),
  type: { never: "the action says it" },
  blackhole: ({ action }) => flag(action.kind === "blackhole"),
  prohibit: ({ action }) => flag(action.kind === "prohibit"),
  unreachable: ({ action }) => flag(action.kind === "unreachable"),
  nop: ({ action }) => flag(action.kind === "nop"),
  no_track: (it) => flag(!it.track),
  track_group: (it) => words(it.trackGroup),
};

/** The words of a line of `static_rules` or `virtual_rules`. */
export function showRule(rule: Rule): readonly string[] {
  return lineWords(RULE, rule);
}

function rangeWords(range: NumberRange | undefined): readonly Said[] {
  return words(range === undefined ? undefined : `${range.from}-${range.to}`);
}
