import { clip } from "@keepalived/conf-parser";
import type { Option } from "./words.ts";
import type { RuleAction } from "../model_routes.ts";
import { readNumberOrName, refuse, type RoutingContext } from "./line.ts";
import type { RuleDraft } from "./rule_draft.ts";
import { RULE_ACTIONS } from "../schema/rule.ts";

/** Takes what a rule does: true if the word says it, false after a report, undefined if it is about something else. */
export function applyAction(
  draft: RuleDraft,
  { name, given, values: [value] }: Option,
  context: RoutingContext,
): boolean | undefined {
  const wrong = (message: string): false => {
    refuse(context, given, "invalid-value", message);
    return false;
  };
  const act = (action: RuleAction): boolean => {
    if (draft.fields.action !== undefined) {
      return wrong(
        name === "l3mdev"
          ? "Cannot specify l3mdev with other action"
          : "Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable/l3mdev" +
            " for rule",
      );
    }
    draft.fields.action = action;
    return true;
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
      return undefined;
  }
}
