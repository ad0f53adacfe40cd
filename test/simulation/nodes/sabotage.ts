import { RTM_DELADDR, RTM_NEWADDR } from "@keepalived/netlink-route";
import type { Mistake } from "../kernel/host.ts";
import type { Invariant } from "./judge.ts";
import type { Network } from "./network.ts";
import type { Node } from "./node.ts";

/** Something wrong below or around the daemon, and the invariant that has to notice it. */
export type Sabotage = {
  readonly name: string;
  readonly caughtBy: Invariant;
  readonly apply: (network: Network) => void;
};

export const SABOTAGES: readonly Sabotage[] = [
  ofEach("addresses are not added", "in-step", ({ host }) => host.tables.ignored.add(RTM_NEWADDR)),
  ofEach("addresses are not removed", "in-step", ({ host }) => {
    host.tables.ignored.add(RTM_DELADDR);
  }),
  ofEach("addresses may not be removed", "sound", ({ host }) => {
    host.tables.refused.add(RTM_DELADDR);
  }),
  mistake("swallows-frames", "announced"),
  mistake("forges-frames", "neighbours"),
  mistake("swallows-resignations", "latency"),
  mistake("hears-nothing", "convergence"),
  mistake("slow-timers", "stability"),
  mistake("repeats-packets", "storm"),
  mistake("keeps-sockets", "clean"),
  inText(
    "no sync group in the configuration",
    "together",
    (text) => text.replace(/vrrp_sync_group[^]*?\n}\n/, ""),
  ),
  inText(
    "another priority in the configuration",
    "election",
    (text) => text.replace(/priority (\d+)/g, (_, priority) => `priority ${255 - priority}`),
  ),
];

function ofEach(name: string, caughtBy: Invariant, act: (node: Node) => void): Sabotage {
  return { name, caughtBy, apply: ({ nodes }) => nodes.forEach(act) };
}

function mistake(name: Mistake, caughtBy: Invariant): Sabotage {
  return ofEach(name, caughtBy, ({ host }) => host.mistakes.add(name));
}

function inText(
  name: string,
  caughtBy: Invariant,
  change: (text: string) => string,
): Sabotage {
  return {
    name,
    caughtBy,
    apply: (network) => {
      const { text } = network;
      network.text = (node) => change(text(node));
    },
  };
}
