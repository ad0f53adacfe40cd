import assert from "node:assert/strict";
import { test } from "node:test";
import { printTable } from "@keepalived/netlink-nftables";
import { configOf } from "../testing/stage.ts";
import type { Marking } from "./group_marks.ts";
import { markingTables } from "./marking_tables.ts";

const range = (first: string, port: number, last = first) =>
  ({ kind: "addresses", first, last, port }) as const;

const markings: readonly Marking[] = [
  {
    mark: 1000,
    protocol: "tcp",
    addresses: [range("192.0.2.1", 80), range("192.0.2.4", 8080, "192.0.2.5")],
  },
  { mark: 1001, protocol: "udp", addresses: [range("2001:db8::1", 53), range("192.0.2.1", 0)] },
  { mark: 1002, protocol: "tcp", addresses: [range("192.0.2.1", 80), range("192.0.2.2", 80)] },
];

function textOf(settings: string, given = markings): string {
  const { global } = configOf(`global_defs {\n${settings}\n}\n`);
  return markingTables(global.firewall, given).map(printTable).join("");
}

test("markingTables() has a map for each protocol and family, and rules where packets come in", () => {
  assert.equal(
    textOf("nftables_ipvs"),
    `table ip keepalived_ipvs {
	map tcp_map {
		type ipv4_addr . inet_service : mark;
		elements = { 192.0.2.1 . 80 : 1000, 192.0.2.4 . 8080 : 1000, 192.0.2.5 . 8080 : 1000, 192.0.2.2 . 80 : 1002 };
	}
	map udp_address_map {
		type ipv4_addr : mark;
		elements = { 192.0.2.1 : 1001 };
	}
	chain in {
		type filter hook input priority -1 ; policy accept;
		meta mark set ip daddr . tcp dport map @tcp_map return;
		meta l4proto 17 meta mark set ip daddr map @udp_address_map return;
	}
}
table ip6 keepalived_ipvs {
	map udp_map {
		type ipv6_addr . inet_service : mark;
		elements = { 2001:db8::1 . 53 : 1001 };
	}
	chain in {
		type filter hook input priority -1 ; policy accept;
		meta mark set ip6 daddr . udp dport map @udp_map return;
	}
}
`,
  );
});

test("markingTables() follows the name, the priority and nftables_counters", () => {
  const text = textOf(
    "nftables_ipvs marks\nnftables_ipvs_priority -5\nnftables_counters",
    markings.slice(0, 1),
  );
  assert.match(text, /^table ip marks \{/);
  assert.match(text, /hook input priority -5 ;/);
  assert.match(text, /map @tcp_map counter return;/);
  assert.doesNotMatch(text, /ip6/);
});

test("markingTables() has none without markings, nor without the keyword", () => {
  assert.equal(textOf("nftables_ipvs", []), "");
  assert.equal(textOf(""), "");
});
