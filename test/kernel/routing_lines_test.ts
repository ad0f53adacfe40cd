/** Lines of routes and rules: what our requests make of them beside what `ip` makes of the same words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { heldRoute } from "../../apps/keepalived/vrrp/kernel/route_of.ts";
import { routeKind } from "../../apps/keepalived/vrrp/kernel/routes.ts";
import { heldRule, ruleKind } from "../../apps/keepalived/vrrp/kernel/rules.ts";
import { configOf, type Line, LineLab, lineOf, onlyOf, wordsOf } from "./line_lab.ts";

const routes: readonly Line[] = [
  "10.1.0.0/16 via 192.0.2.254 dev eth0",
  "10.1.0.0/16 via 192.0.2.254",
  "10.1.0.1 via 192.0.2.254 dev eth0",
  ["10.1.0.0/16 gw 192.0.2.254 oif eth0", "10.1.0.0/16 via 192.0.2.254 dev eth0"],
  ["to 10.1.0.0/16 dev eth0", "10.1.0.0/16 dev eth0"],
  "default via 192.0.2.254 dev eth0",
  ["0.0.0.0/0 via 192.0.2.254 table 100", "default via 192.0.2.254 table 100"],
  "10.1.0.0/16 dev eth1 scope host",
  ["10.1.0.0/16 dev eth1 scope link metric 7", "10.1.0.0/16 dev eth1 scope link metric 7"],
  ["10.1.0.0/16 dev eth1 priority 8", "10.1.0.0/16 dev eth1 metric 8"],
  "10.1.0.0/16 dev eth0 table 1000",
  "10.1.0.0/16 dev eth0 table local",
  "10.1.0.0/16 dev eth0 src 192.0.2.1",
  "10.1.0.0/16 via 192.0.2.254 dev eth0 src 192.0.2.2 mtu 1400",
  "10.1.0.0/16 dev eth0 tos 0x10",
  "10.1.0.0/16 via 203.0.113.9 dev eth0 onlink",
  ["10.1.0.0/16 via inet6 fe80::1 dev eth0 inet", "10.1.0.0/16 via inet6 fe80::1 dev eth0"],
  "10.1.0.0/16 dev eth0 mtu lock 1400 advmss 1300 hoplimit 9",
  ["10.1.0.0/16 dev eth0 rtt 300 rttvar 200", "10.1.0.0/16 dev eth0 rtt 300ms rttvar 200ms"],
  "10.1.0.0/16 dev eth0 rtt lock 2s rttvar 1.5s",
  ["10.1.0.0/16 dev eth0 rto_min 300", "10.1.0.0/16 dev eth0 rto_min 300ms"],
  "10.1.0.0/16 dev eth0 reordering lock 5 window 4000 cwnd lock 8 ssthresh lock 9",
  "10.1.0.0/16 dev eth0 initcwnd 10 initrwnd 11 quickack 1 fastopen_no_cookie 1",
  "10.1.0.0/16 dev eth0 features ecn congctl lock reno",
  "10.1.0.0/16 dev eth0 realms 3/4",
  "10.1.0.0/16 dev eth0 realms 5",
  "blackhole 10.1.0.0/16",
  "unreachable 10.1.0.0/16 metric 5",
  "prohibit 10.1.0.0/16 table 7",
  "throw 10.1.0.0/16 table 7",
  "local 10.1.0.1 dev eth0",
  "broadcast 10.1.255.255 dev eth0",
  "multicast 239.0.0.0/8 dev eth0",
  "anycast 10.1.0.1 dev eth0",
  "10.1.0.0/16 nexthop via 192.0.2.252 dev eth0 weight 2 nexthop via 198.51.100.253 dev eth1 weight 256",
  "10.1.0.0/16 nexthop via 192.0.2.252 nexthop via 203.0.113.9 dev eth1 onlink",
  "10.1.0.0/16 mtu 1400 nexthop via 192.0.2.252 realms 3 nexthop via inet6 fe80::1 dev eth1",
  [
    "10.1.0.0/16 via 192.0.2.252 or 192.0.2.253",
    "10.1.0.0/16 nexthop via 192.0.2.252 nexthop via 192.0.2.253",
  ],
  "10.1.0.0/16 encap ip id 7 dst 192.0.2.9 src 192.0.2.1 ttl 64 via 192.0.2.254 dev eth0",
  "10.1.0.0/16 encap mpls 100/200 via 192.0.2.254 dev eth0",
  "10.1.0.0/16 via 192.0.2.254 dev eth0 ttl-propagate disabled",
  "10.1.2.3/16 dev eth0",
  "10.1.0.0/16 via 203.0.113.9",
  ["2001:db8:1::/48 via fe80::1 dev eth0", "-6 2001:db8:1::/48 via fe80::1 dev eth0"],
  ["inet6 default via 2001:db8::fe", "-6 default via 2001:db8::fe"],
  [
    "2001:db8:1::/48 via fe80::1 dev eth0 metric 9 pref high expires 500",
    "-6 2001:db8:1::/48 via fe80::1 dev eth0 metric 9 pref high expires 500",
  ],
  [
    "2001:db8:1::/48 from 2001:db8::/64 via 2001:db8::fe",
    "-6 2001:db8:1::/48 from 2001:db8::/64 via 2001:db8::fe",
  ],
  [
    "2001:db8:1::/48 dev eth0 src 2001:db8::1 table 1000",
    "-6 2001:db8:1::/48 dev eth0 src 2001:db8::1 table 1000",
  ],
  [
    "2001:db8:1::/48 nexthop via fe80::1 dev eth0 weight 3 nexthop via fe80::2 dev eth1",
    "-6 2001:db8:1::/48 nexthop via fe80::1 dev eth0 weight 3 nexthop via fe80::2 dev eth1",
  ],
  [
    "2001:db8:1::/48 encap ip6 id 7 dst 2001:db8::9 hoplimit 64 via fe80::1 dev eth0",
    "-6 2001:db8:1::/48 encap ip6 id 7 dst 2001:db8::9 hoplimit 64 via fe80::1 dev eth0",
  ],
  [
    "2001:db8:1::/48 encap ila 2001:0:87:0 via fe80::1 dev eth0",
    "-6 2001:db8:1::/48 encap ila 2001:0:87:0 via fe80::1 dev eth0",
  ],
  ["blackhole 2001:db8:1::/48", "-6 blackhole 2001:db8:1::/48"],
];

const rules: readonly Line[] = [
  "from 10.0.0.0/8 table 100",
  "from 10.1.2.3 lookup 100",
  "to 10.0.0.0/8 table 1000",
  "from 10.0.0.0/8 to 11.0.0.0/8 table main",
  ["from any to 11.0.0.0/8 table 4000000000", "to 11.0.0.0/8 table 4000000000"],
  "not from 10.0.0.0/8 table 100",
  "tos 0x10 table 100",
  ["dsfield 0x8 table 100", "tos 0x8 table 100"],
  "fwmark 7 table 100",
  "fwmark 3/12 table 100",
  "not fwmark 5 table 100",
  "iif eth0 table 100",
  ["dev eth7 table 100", "iif eth7 table 100"],
  "oif eth1 table 100",
  "iif lo oif eth1 table 100",
  "realms 3/4 table 100",
  "table main suppress_prefixlength 0",
  ["table main sup_pl 3", "table main suppress_prefixlength 3"],
  "table main suppress_ifgroup 4",
  "table main suppress_ifgroup default",
  ["tunnel-id 77 table 100", "tun_id 77 table 100"],
  "uidrange 1000-2000 table 100",
  "l3mdev",
  "ipproto tcp table 100",
  "ipproto 89 table 100",
  "ipproto udp sport 10-20 table 100",
  "ipproto tcp dport 80-80 sport 1-1023 table 100",
  "from 10.0.0.0/8 blackhole",
  "from 10.0.0.0/8 prohibit",
  "from 10.0.0.0/8 unreachable",
  ["from 10.0.0.0/8 type nop", "from 10.0.0.0/8 nop"],
  "from 10.0.0.0/8 goto 32766",
  "goto 30000",
  ["from 2001:db8::/32 table 100", "-6 from 2001:db8::/32 table 100"],
  ["inet6 fwmark 7 table 100", "-6 fwmark 7 table 100"],
  ["inet6 l3mdev", "-6 l3mdev"],
  [
    "to 2001:db8::1 iif eth0 uidrange 0-0 table 7",
    "-6 to 2001:db8::1 iif eth0 uidrange 0-0 table 7",
  ],
];

test("routes are what ip route makes of the same words", () => {
  assert.ok(routes.length >= 40);
  using lab = new LineLab("route show table all");
  const kind = routeKind(lab.interfaces);
  const same = routes.filter((line) => {
    const route = onlyOf(configOf("static_routes", lineOf(line)).staticRoutes);
    const ours = lab.ours(kind, heldRoute(route), line);
    const { words, family } = wordsOf(line);
    const theirs = lab.theirs(
      line,
      // Legs end the line.
      `ip ${family} route prepend ${words} proto keepalived`
        .replace(/( nexthop .*)( proto keepalived)/, "$2$1"),
      `ip ${family} route delete ${words.replace(/ nexthop .*/, "")}`,
    );
    assert.deepEqual(ours, theirs, lineOf(line));
    return ours.refusal === undefined;
  });
  // The rest the kernel refuses, in the same words.
  assert.ok(same.length >= 40, `only ${same.length} routes were compared`);
});

test("rules are what ip rule makes of the same words", () => {
  assert.ok(rules.length >= 30);
  using lab = new LineLab("rule show");
  for (const line of rules) {
    const rule = onlyOf(configOf("static_rules", `${lineOf(line)} preference 500`).staticRules);
    const ours = lab.ours(ruleKind, heldRule(rule), line);
    const { words, family } = wordsOf(line);
    const theirs = lab.theirs(
      line,
      `ip ${family} rule add ${words} preference 500 protocol keepalived`,
      `ip ${family} rule delete preference 500`,
    );
    assert.deepEqual(ours, theirs, lineOf(line));
    assert.equal(ours.refusal, undefined, lineOf(line));
  }
});
