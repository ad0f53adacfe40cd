import { has, textOf } from "../body.ts";
import { type Finding, instancesOf, type Linted, type LintRule } from "./rule.ts";

/** Rules about who becomes MASTER. */
export const ELECTION_RULES: readonly LintRule[] = [
  {
    code: "lint-master-without-priority",
    title: "state MASTER without a priority",
    reason:
      "state MASTER alone makes the priority 255, that of the owner of the addresses: it takes over at once," +
      " and trackers cannot lower it; give a priority below 255",
    check: (linted) =>
      instancesOf(linted).flatMap(({ body, finding }) =>
        textOf(body, "state") === "MASTER" && !has(body, "priority")
          ? [finding("state MASTER without a priority: the priority is 255", "state")]
          : []
      ),
  },
  {
    code: "lint-default-priority",
    title: "No priority",
    reason:
      "every router without a priority has 100; among equal ones the highest address wins, and a restart moves" +
      " nothing back; give each router a priority of its own",
    check: (linted) =>
      instancesOf(linted).flatMap(({ body, finding }) =>
        textOf(body, "state") !== "MASTER" && !has(body, "priority")
          ? [finding("no priority given: 100, as on every other router without one")]
          : []
      ),
  },
  {
    code: "lint-shared-vrid",
    title: "One VRID twice on one interface",
    reason:
      "the VRID names a virtual router on its network: two of them share one virtual MAC address and are told" +
      " apart only by groups or peers, which other routers need not do; give each its own VRID",
    check: sharedVrids,
  },
  {
    code: "lint-strict-closed",
    title: "Strict mode closes the addresses",
    reason:
      "in strict mode a MASTER that does not own the addresses drops all packets to them, pings too;" +
      " say accept if services of this host use them, or no_accept if that is meant",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, body, finding }) =>
        it.strict && !it.accept && !has(body, "accept") && !has(body, "no_accept")
          ? [finding("strict mode drops what is sent to the virtual addresses", "strict_mode")]
          : []
      ),
  },
];

function sharedVrids(linted: Linted): readonly Finding[] {
  const first = new Map<string, string>();
  return instancesOf(linted).flatMap(({ it, finding }) => {
    if (it.interface === undefined) return [];
    const key = `${it.interface} ${it.family} ${it.virtualRouterId}`;
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, it.name);
      return [];
    }
    const message = `${other} has VRID ${it.virtualRouterId} on ${it.interface} too`;
    return [finding(message, "virtual_router_id")];
  });
}
