import { clip, type Entry, type Word } from "@keepalived/conf-parser";
import { familyOf, type IpPrefix } from "@keepalived/ip-address";
import { type Cursor, type Option, readOption, rowsOf } from "./line_words.ts";
import { wholeNumber, wholeNumber64 } from "./line_words.ts";
import type { Rule, RuleAction } from "./model_routes.ts";
import { IP_PROTOCOLS } from "./routing_names.ts";
import {
  checkDevice,
  claimFamily,
  EVERYTHING,
  type FamilyDraft,
  readNumberOrName,
  readPrefix,
  readRange,
  readRealms,
  refuse,
  resolveTrack,
  type RoutingContext,
  type TrackDraft,
} from "./routing_line.ts";
import { RULE_ACTIONS, RULE_WORDS } from "./schema/rule.ts";
import { suggest } from "./suggest.ts";

const ROWS = rowsOf(RULE_WORDS);
const ACTIONS: ReadonlySet<string> = new Set(RULE_ACTIONS);

/** The next preference that is given to rules without one, by family. */
export type RuleNumbers = { 4: number; 6: number };

/** What the C daemon begins with. */
export const FIRST_RULE_NUMBER = 16384;

type RuleDraft = FamilyDraft & TrackDraft & {
  readonly fields: { -readonly [K in keyof Rule]?: Rule[K] };
  /** Suppressors and realms, which only a lookup of a table has. */
  lookupOnly: Word | undefined;
};

/** Reads one line of rules; undefined after a report: the rule is left out. */
export function readRule(
  entry: Entry,
  numbers: RuleNumbers,
  context: RoutingContext,
): Rule | undefined {
  const cursor: Cursor = { words: entry.words, next: 0 };
  const draft: RuleDraft = {
    fields: {},
    lookupOnly: undefined,
    family: undefined,
    track: true,
    group: undefined,
    protocol: undefined,
  };
  for (let word = cursor.words[0]; word !== undefined; word = cursor.words[cursor.next]) {
    const option = readOption(cursor, ROWS, context);
    if (option === undefined) return undefined;
    if (option === null) {
      const near = suggest(word.text, ROWS.keys());
      const hint = near === undefined ? undefined : `did you mean '${near}'?`;
      const message = `Unknown rule option ${clip(word.text)}`;
      return refuse(context, word, "unknown-option", message, hint);
    }
    const taken = applyAction(draft, option, context) ?? applyMatch(draft, option, context) ??
      applyRest(draft, option, context);
    if (!taken) return undefined;
  }
  return finish(draft, entry.words[0], numbers, context);
}

/** What the rule does; undefined: the word is about something else. */
function applyAction(
  draft: RuleDraft,
  { name, word, given, values: [value] }: Option,
  context: RoutingContext,
): boolean | undefined {
  const wrong = (message: string): false => {
    refuse(context, given, "invalid-value", message);
    return false;
  };
  const act = (action: RuleAction): boolean => {
    if (draft.fields.action === undefined) {
      draft.fields.action = action;
      return true;
    }
    return wrong(
      name === "l3mdev"
        ? "Cannot specify l3mdev with other action"
        : "Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable/l3mdev" +
          " for rule",
    );
  };
  const kind = RULE_ACTIONS.find((one) => one === (name === "type" ? value : name));
  if (kind !== undefined) return act({ kind });
  switch (name) {
    case "l3mdev":
      return act({ kind: "l3mdev" });
    case "goto":
      return act({ kind: "goto", priority: Number(value) });
    case "table": {
      const table = readNumberOrName(given.text, 0xffffffff, "rt_tables", context.names);
      if (table === undefined) return wrong(`Routing table ${clip(given.text)} not found for rule`);
      return table === 0 ? wrong("Table 0 is not valid") : act({ kind: "table", table });
    }
    default:
      return ACTIONS.has(word.text) ? false : undefined;
  }
}

/** What packets the rule is for; undefined: the word is about something else. */
function applyMatch(
  draft: RuleDraft,
  { name, word, given, values: [value] }: Option,
  context: RoutingContext,
): boolean | undefined {
  const { fields } = draft;
  const { text } = given;
  const wrong = (message: string): false => {
    refuse(context, given, "invalid-value", message);
    return false;
  };
  switch (name) {
    case "from":
    case "to": {
      if (EVERYTHING.has(text)) return true;
      const prefix: IpPrefix | undefined = readPrefix(given, context);
      if (prefix === undefined) return wrong(`Invalid rule ${name} address ${clip(text)}`);
      fields[name] = prefix;
      return claimFamily(draft, familyOf(prefix.address), given, context);
    }
    case "inet":
    case "inet6":
      return claimFamily(draft, name === "inet" ? 4 : 6, word, context);
    case "not":
      fields.invert = true;
      return true;
    case "iif":
    case "oif":
      checkDevice(given, "rule", context);
      fields[name === "iif" ? "inputInterface" : "outputInterface"] = String(value);
      return true;
    case "tos": {
      const tos = readNumberOrName(text, 255, "rt_dsfield", context.names);
      if (tos === undefined) return wrong(`TOS value ${clip(text)} is invalid`);
      fields.tos = tos;
      return true;
    }
    case "fwmark": {
      const mark = readMark(text);
      if (mark === undefined) return wrong(`Invalid rule fwmark ${clip(text)} specified`);
      fields.mark = mark;
      return true;
    }
    case "tunnel-id": {
      const id = wholeNumber64(text);
      if (id === undefined) return wrong(`Invalid tunnel-id ${clip(text)} specified`);
      fields.tunnelId = id;
      return true;
    }
    case "uidrange": {
      const ids = readRange(text, 0xffffffff);
      if (ids === undefined) return wrong(`Invalid uidrange ${clip(text)} specified`);
      fields.userIds = ids;
      return true;
    }
    case "ipproto": {
      const known = text.toLowerCase();
      const protocol = wholeNumber(text, 254) ??
        (Object.hasOwn(IP_PROTOCOLS, known) ? IP_PROTOCOLS[known] : undefined);
      if (protocol === undefined) return wrong(`Invalid ipproto ${clip(text)}`);
      fields.ipProtocol = protocol;
      return true;
    }
    case "sport":
    case "dport": {
      const ports = readRange(text, 65535);
      if (ports === undefined) {
        const hint = /^[0-9]+$/.test(text) ? `write ${text}-${text}` : "write FROM-TO";
        refuse(context, given, "invalid-value", `invalid ${name} range ${clip(text)}`, hint);
        return false;
      }
      fields[name === "sport" ? "sourcePorts" : "destinationPorts"] = ports;
      return true;
    }
    default:
      return undefined;
  }
}

/** `N[/MASK]`. */
function readMark(text: string): Rule["mark"] | undefined {
  const [first = "", second, ...more] = text.split("/");
  const value = wholeNumber(first, 0xffffffff);
  if (value === undefined || more.length > 0) return undefined;
  if (second === undefined) return { value };
  const mask = wholeNumber(second, 0xffffffff);
  return mask === undefined ? undefined : { value, mask };
}

/** What is left: where the rule stands, what the lookup may not find, tracking. */
function applyRest(
  draft: RuleDraft,
  { name, word, given, values: [value] }: Option,
  context: RoutingContext,
): boolean {
  const { fields } = draft;
  const wrong = (message: string): false => {
    refuse(context, given, "invalid-value", message);
    return false;
  };
  switch (name) {
    case "preference":
      fields.priority = Number(value);
      return true;
    case "protocol":
      draft.protocol = Number(value);
      return true;
    case "realms": {
      const realms = readRealms(given.text, context.names);
      if (realms === undefined) return wrong(`invalid realms ${clip(given.text)} for rule`);
      fields.realms = realms;
      draft.lookupOnly = word;
      return true;
    }
    case "suppress_prefixlength":
      fields.suppressPrefixLength = Number(value);
      draft.lookupOnly = word;
      return true;
    case "suppress_ifgroup": {
      const group = readNumberOrName(given.text, 0x7fffffff, "group", context.names);
      if (group === undefined) return wrong(`suppress_group ${clip(given.text)} is invalid`);
      fields.suppressGroup = group;
      draft.lookupOnly = word;
      return true;
    }
    case "no_track":
      draft.track = false;
      return true;
    case "track_group":
      draft.group = given;
      if (context.trackGroups !== undefined) return true;
      refuse(
        context,
        word,
        "unknown-option",
        "Unknown rule option track_group",
        "it belongs in static_rules",
      );
      return false;
    default:
      throw new RangeError(`No reader for the word ${name} of a rule`);
  }
}

function finish(
  draft: RuleDraft,
  first: Word,
  numbers: RuleNumbers,
  context: RoutingContext,
): Rule | undefined {
  const { fields, lookupOnly } = draft;
  const { action } = fields;
  if (action === undefined) {
    return refuse(context, first, "missing-value", "No action specified for rule - ignoring");
  }
  if (lookupOnly !== undefined && action.kind !== "table" && action.kind !== "l3mdev") {
    const message = "suppressor/realm specified for non table action - skipping";
    return refuse(context, lookupOnly, "conflict", message);
  }
  if (action.kind === "goto" && !leadsOn(fields.priority, action.priority)) {
    const message = fields.priority === undefined
      ? `Invalid rule - goto target ${action.priority} specified without preference`
      : `Invalid rule - preference ${fields.priority} >= goto target ${action.priority}`;
    return refuse(context, first, "conflict", message);
  }
  const family = draft.family ?? 4;
  const hasDevice = fields.inputInterface !== undefined;
  return {
    invert: false,
    tos: 0,
    ...fields,
    family,
    action,
    priority: fields.priority ?? nextNumber(numbers, family, first, context),
    ...resolveTrack(draft, first, hasDevice, context),
  };
}

function leadsOn(from: number | undefined, to: number): boolean {
  return from !== undefined && from < to;
}

function nextNumber(
  numbers: RuleNumbers,
  family: 4 | 6,
  { at }: Word,
  { subject, report }: RoutingContext,
): number {
  const number = numbers[family]--;
  const message = `${subject}Rule has no preference specified - setting to ${number}. This is` +
    " probably not what you want.";
  report({ severity: "warning", code: "no-preference", message, at, hint: "add preference N" });
  return number;
}
