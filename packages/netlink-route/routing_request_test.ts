/** Requests about routes and rules beside what `ip` sends for the equal command. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import {
  encodeRequest,
  type NetlinkRequest,
  NLA_TYPE_MASK,
  spanAttributes,
} from "@keepalived/netlink-codec";
import {
  addRoute,
  addRule,
  appendRoute,
  deleteRoute,
  deleteRule,
  listRoutes,
  listRules,
  mainTable,
  naturalTable,
  prependRoute,
  replaceRoute,
  type Route,
  RTM_NEWROUTE,
  type Rule,
} from "./mod.ts";
import recorded from "./testdata/route_requests.json" with { type: "json" };

/** A message as header and attributes, without what makes no difference to the kernel. */
function partsOf(message: Uint8Array): unknown {
  const header = message.slice(0, 28).fill(0, 0, 4).fill(0, 8, 12); // without length and sequence number
  return { header, attributes: nestOf(message.subarray(28), message[4] === RTM_NEWROUTE) };
}

const METRICS = 8;
const MULTIPATH = 9;
const ENCAP = 22;

/** Attributes in the order of their numbers: `ip` has the order of its arguments. */
function nestOf(bytes: Uint8Array, isRoute: boolean): readonly unknown[] {
  const spans = spanAttributes(bytes);
  assert.ok(spans.ok);
  return spans.value.map(({ number, start, end }) => {
    const type = number & NLA_TYPE_MASK;
    const payload = bytes.slice(start, end);
    if (isRoute && (type === METRICS || type === ENCAP)) {
      return { type, nest: nestOf(payload, false) };
    }
    if (isRoute && type === MULTIPATH) return { type, legs: legsOf(payload) };
    // A text may end with a NUL or not.
    return { type, payload: payload.at(-1) === 0 ? payload.subarray(0, -1) : payload };
  }).sort((a, b) => a.type - b.type);
}

function legsOf(bytes: Uint8Array): readonly unknown[] {
  const legs: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    assert.ok(length >= 8);
    const header = bytes.slice(at + 2, at + 8);
    legs.push({ header, nest: nestOf(bytes.subarray(at + 8, at + length), true) });
    at += length;
  }
  return legs;
}

const seen = new Set<string>();

function assertSameAs(request: NetlinkRequest, command: string): void {
  const hex = recorded.requests.find((entry) => entry.command === command)?.message;
  const sent = parseHex(hex ?? "");
  assert.ok(sent !== undefined && sent.length > 0, `no recording of ${command}`);
  assert.deepEqual(partsOf(encodeRequest(request, 0)), partsOf(sent), command);
  seen.add(command);
}

const { index } = recorded;

const ipv4: Route = {
  family: 4,
  type: "unicast",
  destination: { address: "10.2.0.0", prefixLength: 16 },
  tos: 0,
  table: mainTable,
  protocol: 18,
  flags: {},
};
const viaGateway: Route = { ...ipv4, via: "192.0.2.254", index };
const ipv6: Route = {
  ...ipv4,
  family: 6,
  destination: { address: "2001:db8:1::", prefixLength: 48 },
};

test("requests about routes are what ip sends: the verbs", () => {
  const big: Route = { ...ipv4, destination: { address: "10.0.0.0", prefixLength: 8 } };
  assertSameAs(
    addRoute({ ...big, via: "192.0.2.254", index }),
    "ip route add 10.0.0.0/8 via 192.0.2.254 dev vb proto 18",
  );
  assertSameAs(
    prependRoute({
      ...viaGateway,
      destination: { address: "0.0.0.0", prefixLength: 0 },
      metric: 5,
    }),
    "ip route prepend default via 192.0.2.254 dev vb metric 5 proto 18",
  );
  assertSameAs(
    appendRoute({ ...big, via: "192.0.2.253", index, table: 1000 }),
    "ip route append 10.0.0.0/8 via 192.0.2.253 dev vb table 1000 proto 18",
  );
  assertSameAs(
    replaceRoute({ ...big, index, preferredSource: "192.0.2.1" }),
    "ip route replace 10.0.0.0/8 dev vb src 192.0.2.1 proto 18",
  );
  assertSameAs(
    deleteRoute({ ...big, type: 0, via: "192.0.2.254", index, scope: "nowhere" }),
    "ip route delete 10.0.0.0/8 via 192.0.2.254 dev vb proto 18",
  );
});

test("requests about routes are what ip sends: types, and the scopes that they have by themselves", () => {
  const one: Route = { ...ipv4, destination: { address: "10.1.0.0", prefixLength: 16 } };
  const host = { address: "10.1.0.1", prefixLength: 32 };
  assertSameAs(
    addRoute({ ...one, type: "blackhole" }),
    "ip route add blackhole 10.1.0.0/16 proto 18",
  );
  assertSameAs(
    addRoute({ ...one, type: "unreachable", metric: 7 }),
    "ip route add unreachable 10.1.0.0/16 metric 7 proto 18",
  );
  assertSameAs(
    addRoute({ ...one, type: "prohibit", table: 7 }),
    "ip route add prohibit 10.1.0.0/16 table 7 proto 18",
  );
  assertSameAs(
    addRoute({ ...one, type: "throw", tos: 0x10 }),
    "ip route add throw 10.1.0.0/16 tos 0x10 proto 18",
  );
  assertSameAs(
    addRoute({ ...one, type: "local", destination: host, index, table: naturalTable("local") }),
    "ip route add local 10.1.0.1/32 dev vb proto 18",
  );
  assertSameAs(
    addRoute({
      ...one,
      type: "broadcast",
      destination: { address: "10.1.255.255", prefixLength: 32 },
      index,
      table: naturalTable("broadcast"),
    }),
    "ip route add broadcast 10.1.255.255/32 dev vb proto 18",
  );
});

test("requests about routes are what ip sends: flags, metrics, realms, gateways of IPv6", () => {
  assertSameAs(
    addRoute({ ...viaGateway, flags: { onlink: true } }),
    "ip route add 10.2.0.0/16 via 192.0.2.254 dev vb onlink proto 18",
  );
  assertSameAs(
    addRoute({
      ...viaGateway,
      metrics: {
        mtu: 1400,
        advmss: 1300,
        rttUs: 100_000,
        rttvarUs: 50_000,
        rtoMinUs: 200_000,
        locked: { mtu: true, rtoMinUs: true },
      },
    }),
    "ip route add 10.2.0.0/16 via 192.0.2.254 dev vb mtu lock 1400 advmss 1300 rtt 100ms rttvar 50ms rto_min 200ms proto 18",
  );
  assertSameAs(
    addRoute({
      ...viaGateway,
      metrics: {
        hoplimit: 9,
        window: 4000,
        cwnd: 8,
        ssthresh: 9,
        initcwnd: 10,
        initrwnd: 11,
        reordering: 5,
        quickack: 1,
        fastopenNoCookie: 1,
        features: { ecn: true },
        congestionControl: "cubic",
        locked: { cwnd: true },
      },
    }),
    "ip route add 10.2.0.0/16 via 192.0.2.254 dev vb hoplimit 9 window 4000 cwnd lock 8 ssthresh 9 initcwnd 10 initrwnd 11 reordering 5 quickack 1 fastopen_no_cookie 1 features ecn congctl cubic proto 18",
  );
  assertSameAs(
    addRoute({ ...viaGateway, realms: { from: 3, to: 4 } }),
    "ip route add 10.2.0.0/16 via 192.0.2.254 dev vb realms 3/4 proto 18",
  );
  assertSameAs(
    addRoute({ ...viaGateway, via: "fe80::1" }),
    "ip route add 10.2.0.0/16 via inet6 fe80::1 dev vb proto 18",
  );
});

test("requests about routes are what ip sends: several legs", () => {
  const several: Route = { ...ipv4, destination: { address: "10.3.0.0", prefixLength: 16 } };
  assertSameAs(
    addRoute({
      ...several,
      nexthops: [
        { via: "192.0.2.252", index, weight: 2, flags: {} },
        { via: "192.0.2.253", index, weight: 256, flags: { onlink: true } },
      ],
    }),
    "ip route add 10.3.0.0/16 proto 18 nexthop via 192.0.2.252 dev vb weight 2 nexthop via 192.0.2.253 dev vb weight 256 onlink",
  );
  assertSameAs(
    addRoute({
      ...ipv6,
      destination: { address: "2001:db8:9::", prefixLength: 48 },
      nexthops: [
        { via: "fe80::1", index, weight: 1, flags: {} },
        { via: "fe80::2", index, weight: 2, flags: {} },
      ],
    }),
    "ip -6 route add 2001:db8:9::/48 proto 18 nexthop via fe80::1 dev vb weight 1 nexthop via fe80::2 dev vb weight 2",
  );
});

test("requests about routes are what ip sends: tunnels", () => {
  const into: Route = {
    ...viaGateway,
    destination: { address: "10.4.0.0", prefixLength: 16 },
  };
  const over6: Route = { ...ipv6, via: "fe80::1", index };
  assertSameAs(
    addRoute({
      ...into,
      encap: {
        kind: "ip",
        id: 7n,
        destination: "192.0.2.9",
        source: "192.0.2.1",
        hopLimit: 64,
        tos: 0x16,
      },
    }),
    "ip route add 10.4.0.0/16 encap ip id 7 dst 192.0.2.9 src 192.0.2.1 ttl 64 tos 16 via 192.0.2.254 dev vb proto 18",
  );
  assertSameAs(
    addRoute({ ...into, encap: { kind: "mpls", labels: [100, 200, 1_048_575] } }),
    "ip route add 10.4.0.0/16 encap mpls 100/200/1048575 via 192.0.2.254 dev vb proto 18",
  );
  assertSameAs(
    addRoute({ ...into, ttlPropagate: false }),
    "ip route add 10.4.0.0/16 via 192.0.2.254 dev vb ttl-propagate disabled proto 18",
  );
  assertSameAs(
    addRoute({
      ...over6,
      encap: { kind: "ip6", id: 7n, destination: "2001:db8::9", hopLimit: 64, tos: 0x16 },
    }),
    "ip -6 route add 2001:db8:1::/48 encap ip6 id 7 dst 2001:db8::9 hoplimit 64 tc 16 via fe80::1 dev vb proto 18",
  );
  assertSameAs(
    addRoute({ ...over6, encap: { kind: "ila", locator: "2001000000870000" } }),
    "ip -6 route add 2001:db8:1::/48 encap ila 2001:0:87:0 via fe80::1 dev vb proto 18",
  );
});

test("a leg with a tunnel or with a gateway of IPv6 is what ip sends", () => {
  assertSameAs(
    addRoute({
      ...ipv4,
      destination: { address: "10.3.0.0", prefixLength: 16 },
      nexthops: [
        {
          via: "192.0.2.252",
          index,
          weight: 1,
          flags: {},
          encap: { kind: "mpls", labels: [100] },
        },
        { via: "fe80::1", index, weight: 1, flags: {}, realms: { to: 7 } },
      ],
    }),
    "ip route add 10.3.0.0/16 proto 18 nexthop encap mpls 100 via 192.0.2.252 dev vb nexthop via inet6 fe80::1 dev vb realms 7",
  );
});

test("requests about routes are what ip sends: what IPv6 alone has", () => {
  const over6: Route = { ...ipv6, via: "fe80::1", index };
  assertSameAs(
    addRoute({ ...over6, metric: 100, preference: "high", expiresS: 300 }),
    "ip -6 route add 2001:db8:1::/48 via fe80::1 dev vb metric 100 pref high expires 300 proto 18",
  );
  assertSameAs(
    addRoute({ ...over6, source: { address: "2001:db8:2::", prefixLength: 48 } }),
    "ip -6 route add 2001:db8:1::/48 from 2001:db8:2::/48 via fe80::1 dev vb proto 18",
  );
});

const rule: Rule = {
  family: 4,
  action: "table",
  table: 100,
  priority: 5,
  flags: {},
  tos: 0,
  protocol: 18,
};

test("requests about rules are what ip sends", () => {
  const from = { address: "192.0.2.0", prefixLength: 24 };
  const words = "table 100 preference 5 protocol 18";
  assertSameAs(addRule({ ...rule, from }), `ip rule add from 192.0.2.0/24 ${words}`);
  assertSameAs(
    deleteRule({ ...rule, action: 0, from }),
    `ip rule delete from 192.0.2.0/24 ${words}`,
  );
  assertSameAs(
    addRule({
      ...rule,
      flags: { invert: true },
      to: { address: "10.0.0.0", prefixLength: 8 },
      tos: 0x10,
      table: 1000,
    }),
    "ip rule add not to 10.0.0.0/8 tos 0x10 table 1000 preference 5 protocol 18",
  );
  assertSameAs(
    addRule({
      ...rule,
      mark: { value: 3, mask: 0xff },
      inputInterface: "vb",
      outputInterface: "lo",
      table: mainTable,
    }),
    "ip rule add fwmark 0x3/0xff iif vb oif lo table main preference 5 protocol 18",
  );
  assertSameAs(
    addRule({
      ...rule,
      table: mainTable,
      suppressPrefixLength: 0,
      suppressGroup: 4,
    }),
    "ip rule add table main suppress_prefixlength 0 suppress_ifgroup 4 preference 5 protocol 18",
  );
  assertSameAs(
    addRule({ ...rule, table: 0, l3mdev: true }),
    "ip rule add l3mdev preference 5 protocol 18",
  );
  assertSameAs(
    addRule({ ...rule, table: 7, realms: { from: 3, to: 4 } }),
    "ip rule add realms 3/4 table 7 preference 5 protocol 18",
  );
  assertSameAs(
    addRule({
      ...rule,
      family: 6,
      table: 7,
      from: { address: "2001:db8::", prefixLength: 32 },
      to: { address: "2001:db8:1::", prefixLength: 48 },
    }),
    "ip -6 rule add from 2001:db8::/32 to 2001:db8:1::/48 table 7 preference 5 protocol 18",
  );
});

test("requests about rules that look up no table are what ip sends", () => {
  const act: Rule = { ...rule, table: 0 };
  assertSameAs(
    addRule({ ...act, action: "goto", goto: 200, mark: { value: 3 } }),
    "ip rule add fwmark 0x3 goto 200 preference 5 protocol 18",
  );
  assertSameAs(
    addRule({ ...act, action: "blackhole", userIds: { from: 10, to: 20 } }),
    "ip rule add uidrange 10-20 blackhole preference 5 protocol 18",
  );
  assertSameAs(
    addRule({
      ...act,
      action: "prohibit",
      ipProtocol: 6,
      sourcePorts: { from: 10, to: 20 },
      destinationPorts: { from: 443, to: 443 },
    }),
    "ip rule add ipproto tcp sport 10-20 dport 443 prohibit preference 5 protocol 18",
  );
  assertSameAs(
    addRule({ ...act, action: "unreachable", tunnelId: 77n }),
    "ip rule add tun_id 77 unreachable preference 5 protocol 18",
  );
  assertSameAs(addRule({ ...act, action: "nop" }), "ip rule add nop preference 5 protocol 18");
});

test("no recording is left out", () => {
  assert.deepEqual(
    recorded.requests.map(({ command }) => command).filter((command) => !seen.has(command)),
    [],
  );
});

test("requests name themselves by the equal command", () => {
  const route: Route = {
    ...viaGateway,
    type: "throw",
    source: { address: "10.9.0.0", prefixLength: 16 },
    tos: 16,
    table: 7,
    scope: "link",
    preferredSource: "192.0.2.1",
    metric: 3,
    metrics: { mtu: 1400, rttUs: 100_000, features: { ecn: true }, locked: { mtu: true } },
    flags: { onlink: true },
    preference: "low",
    expiresS: 9,
    ttlPropagate: true,
    realms: { from: 1, to: 2 },
    encap: { kind: "ip", id: 7n, destination: "192.0.2.9", hopLimit: 3 },
    nexthops: [{ via: "192.0.2.8", weight: 2, flags: { onlink: true } }],
  };
  assert.equal(
    addRoute(route).name,
    "ip route add throw 10.2.0.0/16 from 10.9.0.0/16 tos 0x10 encap ip id 7 dst 192.0.2.9 ttl 3" +
      ` via 192.0.2.254 realms 1/2 dev if${index} table 7 proto 18 scope link src 192.0.2.1` +
      " metric 3 mtu lock 1400 rtt 100ms features ecn onlink pref low expires 9" +
      " ttl-propagate enabled nexthop via 192.0.2.8 weight 2 onlink",
  );
  assert.equal(
    addRule({
      ...rule,
      flags: { invert: true },
      from: { address: "10.0.0.0", prefixLength: 8 },
      mark: { value: 3, mask: 15 },
      inputInterface: "eth0",
      userIds: { from: 1, to: 2 },
    }).name,
    "ip -4 rule add not from 10.0.0.0/8 fwmark 0x3/0xf iif eth0 uidrange 1-2 preference 5" +
      " lookup 100 protocol 18",
  );
  assert.equal(
    deleteRule({ ...rule, action: "goto", goto: 9, table: 0 }).name,
    "ip -4 rule delete from all preference 5 goto 9 protocol 18",
  );
  assert.equal(listRoutes().name, "ip route show table all");
  const own = listRoutes({ family: 6, protocol: 18 });
  assert.equal(own.name, "ip -6 route show table all proto 18");
  assert.deepEqual(own.body, Uint8Array.of(10, 0, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0));
  assert.equal(listRules().name, "ip rule show");
});

test("routes and rules of mixed families, and values out of range, are refused", () => {
  assert.throws(() => addRoute({ ...ipv4, family: 6 }), RangeError);
  assert.throws(() => addRoute({ ...ipv4, preferredSource: "::1" }), RangeError);
  const leg = { via: "192.0.2.8", weight: 257, flags: {} };
  assert.throws(() => addRoute({ ...ipv4, nexthops: [leg] }), RangeError);
  assert.throws(
    () => addRoute({ ...ipv4, encap: { kind: "mpls", labels: [1 << 20] } }),
    RangeError,
  );
  assert.throws(() => addRoute({ ...ipv4, encap: { kind: "ila", locator: "01" } }), RangeError);
  assert.throws(() => addRoute({ ...ipv4, realms: { to: 65_536 } }), RangeError);
  assert.throws(() => addRule({ ...rule, from: { address: "::", prefixLength: 0 } }), RangeError);
});
