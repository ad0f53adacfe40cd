import type { Firewall } from "@keepalived/keepalived-config";
import { describeTable } from "@keepalived/netlink-nftables";
import { tablesOf } from "./tables.ts";

/** What becomes of `vrrp_iptables` and `vrrp_ipsets`, for the log; undefined without them. */
export function iptablesNote(settings: Firewall): string | undefined {
  const { iptables, ipsets } = settings;
  const keywords = [
    ...iptables === undefined ? [] : ["vrrp_iptables"],
    ...ipsets === undefined ? [] : ["vrrp_ipsets"],
  ];
  if (keywords.length === 0) return undefined;
  const unused = [
    ...(iptables ?? []).map((chain) => `chain ${chain}`),
    ...(ipsets ?? []).map((set) => `set ${set}`),
  ];
  const tables = tablesOf(settings).map(describeTable).join(" and ");
  const names = unused.length === 0 ? "" : `; ${unused.join(", ")} stay as they are`;
  return `${
    keywords.join(", ")
  }: rules are made with nftables instead, in chains in and out of tables ${tables}${names}`;
}
