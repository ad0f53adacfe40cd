import type { Word } from "@keepalived/conf-parser";
import type { Option } from "./words.ts";
import type { Rule } from "../model_routes.ts";
import { type FamilyDraft, refuse, type RoutingContext, type TrackDraft } from "./line.ts";

/** A rule under construction. */
export type RuleDraft = FamilyDraft & TrackDraft & {
  readonly fields: { -readonly [K in keyof Rule]?: Rule[K] };
  /** Suppressors and realms, which only a lookup of a table has. */
  lookupOnly: Word | undefined;
};

export function newRuleDraft(): RuleDraft {
  return {
    fields: {},
    lookupOnly: undefined,
    family: undefined,
    track: true,
    group: undefined,
    protocol: undefined,
  };
}

/** Sets a field to the value of a word, or reports that it has none and is false. */
export function take<Key extends keyof Rule>(
  draft: RuleDraft,
  key: Key,
  value: Rule[Key] | undefined,
  { option, context, message }: {
    readonly option: Option;
    readonly context: RoutingContext;
    readonly message: string;
  },
): boolean {
  if (value === undefined) refuse(context, option.given, "invalid-value", message);
  else Object.assign(draft.fields, { [key]: value });
  return value !== undefined;
}
