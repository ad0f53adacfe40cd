import { clip, type Entry, type Word } from "@keepalived/conf-parser";
import { type Cursor, type Option, readOption, rowsOf } from "./words.ts";
import type { Rule } from "../model_routes.ts";
import { readNumberOrName, readRealms, refuse, resolveTrack } from "./line.ts";
import type { RoutingContext } from "./line.ts";
import { applyAction } from "./rule_action.ts";
import { newRuleDraft, type RuleDraft, take } from "./rule_draft.ts";
import { applyMatch } from "./rule_match.ts";
import { RULE_WORDS } from "../schema/rule.ts";
import { suggest } from "../suggest.ts";

const ROWS = rowsOf(RULE_WORDS);

/** The next preference that is given to rules without one, by family. */
export type RuleNumbers = { 4: number; 6: number };

/** What the C daemon begins with. */
export const FIRST_RULE_NUMBER = 16384;

/** Reads one line of rules; undefined after a report: the rule is left out. */
export function readRule(
  entry: Entry,
  numbers: RuleNumbers,
  context: RoutingContext,
): Rule | undefined {
  const cursor: Cursor = { words: entry.words, next: 0 };
  const draft = newRuleDraft();
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

/** What is left: where the rule stands, what the lookup may not find, tracking. */
function applyRest(draft: RuleDraft, option: Option, context: RoutingContext): boolean {
  const { name, word, given, values: [value] } = option;
  const or = (message: string) => ({ option, context, message });
  switch (name) {
    case "preference":
      return take(draft, "priority", Number(value), or(""));
    case "protocol":
      draft.protocol = Number(value);
      return true;
    case "realms": {
      draft.lookupOnly = word;
      const realms = readRealms(given.text, context.names);
      return take(draft, "realms", realms, or(`invalid realms ${clip(given.text)} for rule`));
    }
    case "suppress_prefixlength":
      draft.lookupOnly = word;
      return take(draft, "suppressPrefixLength", Number(value), or(""));
    case "suppress_ifgroup": {
      draft.lookupOnly = word;
      const group = readNumberOrName(given.text, 0x7fffffff, "group", context.names);
      return take(
        draft,
        "suppressGroup",
        group,
        or(`suppress_group ${clip(given.text)} is invalid`),
      );
    }
    case "no_track":
      draft.track = false;
      return true;
    case "track_group": {
      draft.group = given;
      if (context.trackGroups !== undefined) return true;
      const hint = "it belongs in static_rules";
      refuse(context, word, "unknown-option", "Unknown rule option track_group", hint);
      return false;
    }
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
    return refuse(context, lookupOnly, "contradiction", message);
  }
  if (action.kind === "goto" && !leadsOn(fields.priority, action.priority)) {
    const message = fields.priority === undefined
      ? `Invalid rule - goto target ${action.priority} specified without preference`
      : `Invalid rule - preference ${fields.priority} >= goto target ${action.priority}`;
    return refuse(context, first, "contradiction", message);
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
