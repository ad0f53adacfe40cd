import { formatPrefix } from "@keepalived/ip-address";
import type { NumberRange, Rule } from "@keepalived/keepalived-config";

const KEEPALIVED = 18;

/** A rule in the words of the C daemon: `from 10.0.0.100 priority 1000 tos 0x0 protocol 18 lookup 100`. */
export function ruleWords(rule: Rule): string {
  const { from, to, mark, realms, userIds, sourcePorts, destinationPorts } = rule;
  return [
    ...(rule.invert ? ["not"] : []),
    `from ${from === undefined ? "all" : withoutFullLength(formatPrefix(from))}`,
    ...(to === undefined ? [] : [`to ${withoutFullLength(formatPrefix(to))}`]),
    `priority ${rule.priority}`,
    `tos 0x${rule.tos.toString(16)}`,
    ...(mark === undefined ? [] : [`fwmark ${markWords(mark)}`]),
    ...(rule.inputInterface === undefined ? [] : [`iif ${rule.inputInterface}`]),
    ...(rule.outputInterface === undefined ? [] : [`oif ${rule.outputInterface}`]),
    ...(rule.suppressPrefixLength === undefined
      ? []
      : [`suppress_prefixlen ${rule.suppressPrefixLength}`]),
    ...(rule.suppressGroup === undefined ? [] : [`suppress_ifgroup ${rule.suppressGroup}`]),
    ...(rule.tunnelId === undefined ? [] : [`tunnel-id ${rule.tunnelId}`]),
    ...(userIds === undefined ? [] : [`uidrange ${range(userIds)}`]),
    `protocol ${rule.protocol ?? KEEPALIVED}`,
    ...(rule.ipProtocol === undefined ? [] : [`ipproto ${rule.ipProtocol}`]),
    ...(sourcePorts === undefined ? [] : [`sport ${range(sourcePorts)}`]),
    ...(destinationPorts === undefined ? [] : [`dport ${range(destinationPorts)}`]),
    ...(realms === undefined ? [] : [`realms ${realms.from ?? 0}/${realms.to}`]),
    actionWords(rule.action),
    ...(rule.track ? [] : ["no_track"]),
    ...(rule.trackGroup === undefined ? [] : [`track_group ${rule.trackGroup}`]),
  ].join(" ");
}

function actionWords(action: Rule["action"]): string {
  switch (action.kind) {
    case "table":
      return `lookup ${action.table}`;
    case "l3mdev":
      return "lookup [l3mdev-table]";
    case "goto":
      return `goto ${action.priority}`;
    default:
      return `type ${action.kind}`;
  }
}

function markWords({ value, mask }: NonNullable<Rule["mark"]>): string {
  const words = `0x${value.toString(16)}`;
  return mask === undefined ? words : `${words}/0x${mask.toString(16)}`;
}

function range({ from, to }: NumberRange): string {
  return `${from}-${to}`;
}

function withoutFullLength(prefix: string): string {
  return prefix.replace(prefix.includes(":") ? /\/128$/ : /\/32$/, "");
}
