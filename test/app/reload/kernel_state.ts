import type { Host } from "../../../tools/lab/network.ts";
import { firewallLines } from "./firewall_objects.ts";

/** What a network namespace has, as `ip` and `nft` print it, in an order that means nothing. */
export type KernelState = {
  /** Addresses, links, routes and rules, one line each. */
  readonly objects: readonly string[];
  /** Those of them that are addresses beside the first one of their network. */
  readonly secondary: readonly string[];
  readonly firewall: readonly string[];
  readonly settings: readonly string[];
};

/** What one has and the other has not. */
export function differenceOf<Part extends string>(
  actual: Readonly<Record<Part, readonly string[]>>,
  expected: Readonly<Record<Part, readonly string[]>>,
): readonly string[] {
  const parts = (Object.keys(expected) as Part[]).filter((part) => part !== "secondary");
  return parts.flatMap((part) => [
    ...without(actual[part], expected[part]).map((line) => `+ ${line}`),
    ...without(expected[part], actual[part]).map((line) => `- ${line}`),
  ]);
}

/** Lines that are in one list more often than in the other. */
function without(list: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return list.filter((line) => {
    const i = rest.indexOf(line);
    if (i >= 0) rest.splice(i, 1);
    return i < 0;
  });
}

const script = `
ip -o -d -4 -batch - <<END
address show
link show
route show table all proto keepalived
rule show
END
ip -o -d -6 -batch - <<END
address show
route show table all proto keepalived
rule show
END
echo ---
nft -j list ruleset
echo ---
cd /proc/sys/net
grep . ipv4/conf/*/arp_ignore ipv4/conf/*/arp_filter ipv4/conf/*/arp_announce ipv4/conf/*/rp_filter \
  ipv4/conf/*/accept_local ipv4/conf/*/promote_secondaries ipv6/conf/*/addr_gen_mode
`;

/** Looks at everything at once. */
export function kernelState(host: Host): KernelState {
  const [objects = "", firewall = "", settings = ""] = host.shell(script).split("---\n");
  return {
    objects: linesOf(objects).map(objectOf).sort(),
    secondary: linesOf(objects).filter((line) => / secondary /.test(line)).map(objectOf),
    firewall: firewallLines(firewall).toSorted(),
    settings: linesOf(settings).toSorted(),
  };
}

/**
 * A line of `ip` without what is different each time: numbers of interfaces, times that run down. Which one of several
 * addresses of a network is the first depends on the order in which they came.
 */
export function objectOf(line: string): string {
  return line.replace(/^\d+: /, "").replaceAll("\\", " ").replace(/ (dynamic|secondary)\b/g, "")
    .replace(/ (valid_lft|preferred_lft) \S+/g, "").replace(/ (qlen|state|group) \S+/g, "")
    .replace(/ pref medium\b/, "").replace(/ numtxqueues.*/, "").replace(/\s+/g, " ").trim();
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
