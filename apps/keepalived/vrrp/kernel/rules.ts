import type { Rule as ConfigRule, RuleAction } from "@keepalived/keepalived-config";
import { EEXIST, ENOENT } from "@keepalived/linux";
import { addRule, deleteRule, describeRule, type Rule } from "@keepalived/netlink-route";
import { type ObjectKind, PROTOCOL_KEEPALIVED } from "./object_kind.ts";

/** A rule as the kernel holds it: who cares for its loss is not the kernel's affair. */
export type HeldRule = Omit<ConfigRule, "track" | "trackGroup"> & { readonly protocol: number };

export function heldRule({ track: _, trackGroup: __, ...rule }: ConfigRule): HeldRule {
  return { ...rule, protocol: rule.protocol ?? PROTOCOL_KEEPALIVED };
}

/** Rules of policy routing. They name interfaces, which need not be there. */
export const ruleKind: ObjectKind<HeldRule, Rule> = {
  name: "rule",
  identify: textOf,
  contentOf: textOf,
  describe: textOf,
  resolve: ruleOf,
  keyOf: describe,
  matches: () => true,
  add: (_, value) => addRule(value),
  remove: deleteRule,
  partsOf: (value) => [value],
  restOf: () => undefined,
  present: [EEXIST],
  absent: [ENOENT],
};

function textOf(rule: HeldRule): string {
  return describe(ruleOf(rule));
}

function describe(rule: Rule): string {
  return rule.family === 4 ? describeRule(rule) : `inet6 ${describeRule(rule)}`;
}

/** A rule in the words of netlink. */
export function ruleOf(rule: HeldRule): Rule {
  const { action, invert, tunnelId, ...same } = rule;
  return {
    ...same,
    ...actionOf(action),
    flags: invert ? { invert } : {},
    ...(tunnelId === undefined ? {} : { tunnelId: BigInt(tunnelId) }),
  };
}

function actionOf(action: RuleAction): Pick<Rule, "action" | "table" | "goto" | "l3mdev"> {
  switch (action.kind) {
    case "table":
      return { action: "table", table: action.table };
    case "l3mdev":
      return { action: "table", table: 0, l3mdev: true };
    case "goto":
      return { action: "goto", table: 0, goto: action.priority };
    default:
      return { action: action.kind, table: 0 };
  }
}
