import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { printTable } from "@keepalived/netlink-nftables";
import { place } from "../devices/placement.ts";
import { iptablesNote } from "./iptables.ts";
import { wantedTables } from "./tables.ts";

const indexes = new Map([["eth0", 2], ["eth1", 3]]);

function placed(text: string) {
  const { config } = loadConfig((path) => [{ path, text }], "a.conf", { hostName: "h" });
  assert.ok(config !== undefined);
  return place(config, { previous: [], isForeign: () => false, report: assert.fail });
}

/** The tables of a configuration as text. */
function tables(text: string): string {
  return wantedTables(placed(text), (name) => indexes.get(name)).map(printTable).join("");
}

type Lines = { readonly lines?: string; readonly addresses?: string; readonly dev?: string };

function instance(id: number, { lines = "", addresses = "192.0.2.100/24", dev = "eth0" }: Lines) {
  return `vrrp_instance V${id} {
    version 3
    interface ${dev}
    virtual_router_id ${id}
    ${lines}
    virtual_ipaddress {
      ${addresses}
    }
  }\n`;
}

test("nothing is wanted where addresses accept traffic, or their owner has them", () => {
  assert.equal(tables(instance(51, {})), "");
  assert.equal(tables(instance(51, { lines: "accept" })), "");
  assert.equal(tables(instance(51, { lines: "no_accept\npriority 255" })), "");
  assert.equal(tables(instance(51, { lines: "use_ipvlan" })), "");
});

test("no_accept blocks the addresses of an instance, excluded ones too, each once", () => {
  const excluded = "virtual_ipaddress_excluded {\n 192.0.2.99/24\n}";
  const text = instance(51, { lines: `no_accept\n${excluded}` }) +
    instance(52, { lines: "no_accept", dev: "eth1" });
  assert.equal(
    tables(text),
    `table ip keepalived {
	set vips {
		type ipv4_addr;
		elements = { 192.0.2.100, 192.0.2.99 };
	}
	chain in {
		type filter hook input priority -1 ; policy accept;
		ip daddr @vips drop;
	}
	chain out {
		type filter hook output priority -1 ; policy accept;
		ip saddr @vips drop;
	}
}
`,
  );
});

test("for IPv6 neighbour discovery passes, and link-local addresses are blocked on their interface", () => {
  const addresses = "fe80::100/64\n2001:db8::100/64";
  assert.equal(
    tables(instance(51, { lines: "no_accept", addresses })),
    `table ip6 keepalived {
	set neighbor-discovery {
		type icmpv6_type ; flags constant;
		elements = { 135, 136 };
	}
	set vips_link_local_name {
		type ipv6_addr . ifname;
		elements = { fe80::100 . "eth0" };
	}
	set vips {
		type ipv6_addr;
		elements = { 2001:db8::100 };
	}
	chain in {
		type filter hook input priority -1 ; policy accept;
		icmpv6 type @neighbor-discovery accept;
		ip6 daddr fe80::/10 goto in_link_local;
		ip6 daddr @vips drop;
	}
	chain out {
		type filter hook output priority -1 ; policy accept;
		icmpv6 type @neighbor-discovery accept;
		ip6 saddr fe80::/10 goto out_link_local;
		ip6 saddr @vips drop;
	}
	chain in_link_local {
		ip6 daddr . iifname @vips_link_local_name drop;
	}
	chain out_link_local {
		ip6 saddr . oifname @vips_link_local_name drop;
	}
}
`,
  );
});

test("each family has its table, whatever the family of the instance", () => {
  const excluded = "virtual_ipaddress_excluded {\n 2001:db8::1/64\n}";
  const text = tables(instance(51, { lines: `no_accept\n${excluded}` }));
  assert.match(
    text,
    /^table ip keepalived \{[^]+192\.0\.2\.100[^]+^table ip6 keepalived \{[^]+2001:db8::1 /m,
  );
});

test("strict mode blocks as no_accept does", () => {
  const text = `global_defs {\nvrrp_strict\n}\n${instance(51, {})}`;
  assert.equal(tables(text), tables(instance(51, { lines: "no_accept" })));
});

test("name, priority, counters and numbers of interfaces are as configured", () => {
  const globals = "nftables fw\nnftables_priority 10\nnftables_counters\nnftables_ifindex";
  const text = `global_defs {\n${globals}\n}\n` +
    instance(51, { lines: "no_accept", addresses: "fe80::100/64" }) +
    instance(52, { lines: "no_accept", addresses: "fe80::101/64", dev: "later" });
  assert.equal(
    tables(text),
    `table ip6 fw {
	set neighbor-discovery {
		type icmpv6_type ; flags constant;
		elements = { 135, 136 };
	}
	set vips_link_local {
		type ipv6_addr . iface_index;
		elements = { fe80::100 . 2 };
	}
	chain in {
		type filter hook input priority 10 ; policy accept;
		icmpv6 type @neighbor-discovery counter accept;
		ip6 daddr fe80::/10 counter goto in_link_local;
	}
	chain out {
		type filter hook output priority 10 ; policy accept;
		icmpv6 type @neighbor-discovery counter accept;
		ip6 saddr fe80::/10 counter goto out_link_local;
	}
	chain in_link_local {
		ip6 daddr . iif @vips_link_local counter drop;
	}
	chain out_link_local {
		ip6 saddr . oif @vips_link_local counter drop;
	}
}
`,
  );
});

test("IGMP that leaves a VMAC goes out below it instead", () => {
  const text = instance(51, { lines: "use_vmac" }) +
    instance(52, { lines: "use_vmac", addresses: "198.51.100.1/24", dev: "later" });
  assert.equal(
    tables(text),
    `table ip keepalived {
	map vmac_map {
		type ifname : iface_index;
		elements = { "vrrp.51" : 2 };
	}
	chain out {
		type filter hook output priority -1 ; policy accept;
		ip protocol 2 dup to ip daddr device oifname map @vmac_map drop;
	}
}
`,
  );
});

test("disable_local_igmp makes rules about IGMP needless", () => {
  const globals = "global_defs {\ndisable_local_igmp\n}\n";
  assert.equal(tables(globals + instance(51, { lines: "use_vmac" })), "");
  const both = tables(globals + instance(51, { lines: "use_vmac\nno_accept" }));
  assert.equal(both, tables(instance(51, { lines: "no_accept" })));
});

test("copies of IGMP below a VMAC may come from blocked addresses", () => {
  const text = tables(instance(51, { lines: "use_vmac\nno_accept" }));
  const out = /chain out \{\n([^}]+)\}/.exec(text)?.[1]?.trim().split(/;\n\t\t/);
  assert.deepEqual(out?.slice(1), [
    "ip protocol 2 dup to ip daddr device oifname map @vmac_map drop",
    "ip protocol 2 accept",
    "ip saddr @vips drop;",
  ]);
});

test("an IPv6 VMAC says nothing of the address that it shares, of groups, or to routers", () => {
  const text = instance(52, { lines: "use_vmac", addresses: "fe80::100/64\n2001:db8::100/64" });
  assert.equal(
    tables(text),
    `table ip6 keepalived {
	map vmac_map {
		type ifname : iface_index;
		elements = { "vrrp.52" : 2 };
	}
	set vmac_set {
		type ifname;
		elements = { "vrrp.52" };
	}
	set vmac_link_local {
		type ipv6_addr . ifname;
		elements = { fe80::100 . "vrrp.52" };
	}
	set mld-report {
		type icmpv6_type ; flags constant;
		elements = { 131, 132, 143 };
	}
	chain out {
		type filter hook output priority -1 ; policy accept;
		icmpv6 type 136 oifname @vmac_set ip6 saddr fe80::/10 ip6 saddr . oifname != @vmac_link_local drop;
		icmpv6 type @mld-report dup to ip6 daddr device oifname map @vmac_map drop;
		icmpv6 type 133 oifname @vmac_set drop;
	}
}
`,
  );
});

test("with a VMAC link-local addresses are blocked there, after what the VMAC must not say", () => {
  const text = tables(
    instance(52, { lines: "use_vmac\nno_accept", addresses: "fe80::100/64" }),
  );
  assert.match(text, /fe80::100 \. "vrrp\.52" \};\n\t\}\n\tchain in/);
  const rules = text.split("\n").filter((line) => /icmpv6 type/.test(line)).map((line) =>
    /icmpv6 type (\S+)/.exec(line)?.[1]
  );
  assert.deepEqual(rules, [
    "@neighbor-discovery",
    "136",
    "@mld-report",
    "133",
    "@neighbor-discovery",
  ]);
});

test("the order of the file makes no difference", () => {
  const one = instance(51, { lines: "no_accept\nuse_vmac" });
  const two = instance(52, {
    lines: "no_accept\nuse_vmac",
    addresses: "192.0.2.9/24\n192.0.2.10/24",
  });
  const other = two.replace(/192\.0\.2\.9\/24\s+192\.0\.2\.10\/24/, "192.0.2.10/24\n192.0.2.9/24");
  assert.notEqual(two, other);
  assert.equal(tables(one + two), tables(other + one));
});

test("what was meant for iptables is said to go into nftables, and where", () => {
  const note = (globals: string) =>
    iptablesNote(placed(`global_defs {\n${globals}\n}\n${instance(51, {})}`).global.firewall);
  assert.equal(note("nftables"), undefined);
  assert.equal(
    note("vrrp_iptables ka_in ka_out\nvrrp_ipsets ka\nnftables fw"),
    "vrrp_iptables, vrrp_ipsets: rules are made with nftables instead, in chains in and out of tables" +
      " ip fw and ip6 fw; chain ka_in, chain ka_out, set ka stay as they are",
  );
  assert.equal(
    note("vrrp_iptables"),
    "vrrp_iptables: rules are made with nftables instead, in chains in and out of tables" +
      " ip keepalived and ip6 keepalived",
  );
});
