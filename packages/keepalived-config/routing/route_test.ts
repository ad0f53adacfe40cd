import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type LoadedFile, type LoadOptions, type Route } from "../mod.ts";

/** The routes of an instance with some lines, and what is said of them. */
function read(lines: readonly string[], options: Partial<LoadOptions> = {}) {
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n` +
    `10.0.0.1\n}\nvirtual_routes {\n${lines.join("\n")}\n}\n}`;
  const { config, diagnostics } = loadConfig(
    (path) => [{ path, text }],
    "a",
    { hostName: "h", ...options },
  );
  const routes: readonly Route[] = config?.instances[0]?.routes ?? [];
  return { routes, said: diagnostics.map(({ message }) => message) };
}

const plain: Route = {
  family: 4,
  type: "unicast",
  destination: { address: "10.2.0.0", prefixLength: 24 },
  interface: "eth0",
  onlink: false,
  nexthops: [],
  tos: 0,
  metrics: { ecn: false, locked: [] },
  insert: "prepend",
  track: true,
  protocol: 18,
};

const V6 = { family: 6, destination: { address: "2001:db8::", prefixLength: 64 } } as const;
const no = { ecn: false, locked: [] };

/** A line, and the fields in which its route differs from a plain one. */
const lines: readonly (readonly [string, Partial<Route>])[] = [
  ["10.2.0.0/24 dev eth0", {}],
  ["to 10.2.0.0/24 oif eth0", {}],
  ["unicast 10.2.0.0/24 dev eth0", { insert: "add" }],
  ["10.2.0.0/24 dev eth1 dev eth0", {}],
  ["10.9.0.0/24 dev eth0 to 10.2.0.0/24", {}],
  ["default dev eth0", { destination: { address: "0.0.0.0", prefixLength: 0 } }],
  ["any inet6 dev eth0", { family: 6, destination: { address: "::", prefixLength: 0 } }],
  ["all via fe80::1 dev eth0", {
    family: 6,
    destination: { address: "::", prefixLength: 0 },
    via: "fe80::1",
  }],
  ["src 10.0.0.1 to 10.2.0.0/24 via 10.0.0.9 dev eth0", {
    preferredSource: "10.0.0.1",
    via: "10.0.0.9",
  }],
  ["10.2.0.0/24 via inet 10.0.0.9 dev eth0 onlink", { via: "10.0.0.9", onlink: true }],
  ["10.2.0.0/24 via inet6 fe80::1 dev eth0", { via: "fe80::1" }],
  ["2001:db8::/64 from 2001:db8:1::/48 dev eth0", {
    ...V6,
    source: { address: "2001:db8:1::", prefixLength: 48 },
  }],
  ["10.2.0.0/24 dev eth0 table main metric 5 scope link tos AF11", {
    table: 254,
    metric: 5,
    scope: 253,
    tos: 0x28,
  }],
  ["10.2.0.0/24 dev eth0 table 0x10 priority 6 scope 010 dsfield 0x10", {
    table: 16,
    metric: 6,
    scope: 8,
    tos: 16,
  }],
  ["10.2.0.0/24 dev eth0 vrf blue realms 5/6", { vrf: "blue", realms: { from: 5, to: 6 } }],
  ["10.2.0.0/24 dev eth0 realms cosmos", { realms: { to: 0 } }],
  ["10.2.0.0/24 dev eth0 mtu lock 1400 advmss 5 hoplimit 6 window 7 features ecn", {
    metrics: { mtu: 1400, advmss: 5, hoplimit: 6, window: 7, ecn: true, locked: ["mtu"] },
  }],
  ["10.2.0.0/24 dev eth0 rtt 1.5s rttvar lock 300 rto_min 400ms", {
    metrics: {
      rttUs: 1_500_000,
      rttvarUs: 300_000,
      rtoMinUs: 400_000,
      ecn: false,
      locked: ["rttvarUs"],
    },
  }],
  ["10.2.0.0/24 dev eth0 reordering 1 cwnd 2 ssthresh lock 3 initcwnd 4 initrwnd 5", {
    metrics: {
      reordering: 1,
      cwnd: 2,
      ssthresh: 3,
      initcwnd: 4,
      initrwnd: 5,
      ecn: false,
      locked: ["ssthresh"],
    },
  }],
  ["10.2.0.0/24 dev eth0 quickack 1 fastopen_no_cookie 0 congctl lock cubic", {
    metrics: {
      quickack: 1,
      fastopenNoCookie: 0,
      congestionControl: "cubic",
      ecn: false,
      locked: ["congestionControl"],
    },
  }],
  ["10.2.0.0/24 dev eth0 ttl-propagate disabled append", {
    ttlPropagate: false,
    insert: "append",
  }],
  ["2001:db8::/64 dev eth0 pref high expires 60", {
    ...V6,
    preference: "high",
    expiresS: 60,
  }],
  ["2001:db8::/64 dev eth0 pref 3", { ...V6, preference: "low" }],
  ["10.2.0.0/24 dev eth0 no_track protocol bird", { track: false, protocol: 12 }],
  ["blackhole 10.2.0.0/24 dev eth0 prepend", { type: "blackhole" }],
  ["10.2.0.0/24 dev eth0 encap ip id 5 dst 10.0.0.1 src 10.0.0.2 tos 4 ttl 9 flags 3", {
    encap: {
      kind: "ip",
      id: "5",
      destination: "10.0.0.1",
      source: "10.0.0.2",
      tos: 4,
      hopLimit: 9,
      flags: 3,
    },
  }],
  ["2001:db8::/64 dev eth0 encap ip6 id 18446744073709551615 dst fe80::1 tc EF hoplimit 9", {
    ...V6,
    encap: {
      kind: "ip6",
      id: "18446744073709551615",
      destination: "fe80::1",
      tos: 0xb8,
      hopLimit: 9,
    },
  }],
  ["10.2.0.0/24 encap ip id 5 hoplimit 7 dev eth0", {
    encap: { kind: "ip", id: "5" },
    metrics: { ...no, hoplimit: 7 },
  }],
  ["10.2.0.0/24 dev eth0 encap mpls 100/0x10", { encap: { kind: "mpls", labels: [100, 16] } }],
  ["10.2.0.0/24 dev eth0 encap ila 1:2:3:FFFF", {
    encap: { kind: "ila", locator: "000100020003ffff" },
  }],
  ["10.2.0.0/24 dev eth0 nexthop via 10.0.0.1 dev eth1 weight 5 onlink nexthop", {
    nexthops: [
      { via: "10.0.0.1", interface: "eth1", weight: 5, onlink: true },
      { weight: 1, onlink: false },
    ],
  }],
  ["10.2.0.0/24 dev eth0 nexthop via inet6 fe80::1 encap ip id 6 realms 1/2", {
    nexthops: [{
      via: "fe80::1",
      weight: 1,
      onlink: false,
      encap: { kind: "ip", id: "6" },
      realms: { from: 1, to: 2 },
    }],
  }],
];

for (const [line, fields] of lines) {
  test(`route ${line}`, () => {
    const { routes, said } = read([line]);
    assert.deepEqual(said, []);
    assert.deepEqual(routes, [{ ...plain, ...fields }]);
  });
}

/** A line, what is said, and the fields of its route if it stays. */
const faults: readonly (readonly [string, readonly string[], Partial<Route>?])[] = [
  ["10.2.0.0/24 foo", ["unknown route keyword foo"]],
  ["via 10.0.0.1", ["Route must have a destination"]],
  ["10.2.0.0/33 dev eth0", [
    "Invalid address prefix len 33 for address 10.2.0.0/33 - using 32 (range [0, 32])",
  ], { destination: { address: "10.2.0.0", prefixLength: 32 } }],
  ["10.2.0.0/24 dev", [
    "Configuration line starting `10.2.0.0/24` is missing a parameter after keyword `dev` at word" +
    " position 3",
  ]],
  ["10.2.0.0/24 via fe80::1", ["Cannot mix IPv4 and IPv6 addresses for route (fe80::1)"]],
  ["10.2.0.0/24 via inet fe80::1", ["Cannot mix IPv4 and IPv6 addresses for route (fe80::1)"]],
  ["10.2.0.0/24 inet6", ["inet6 specified for IPv4 route"]],
  ["10.2.0.0/24 table nosuch", ["Routing table nosuch not found for route"]],
  ["10.2.0.0/24 table -1", ["Routing table -1 not found for route"]],
  ["10.2.0.0/24 scope 256", ["Scope 256 not found or invalid for route"]],
  ["10.2.0.0/24 protocol x", ["Protocol x not found or invalid for route"]],
  ["10.2.0.0/24 tos 08", ["TOS value 08 is invalid"]],
  ["10.2.0.0/24 realms 256/1", ["Invalid realms 256/1 for route"]],
  ["10.2.0.0/24 realms 5/", ["Invalid realms 5/ for route"]],
  ["2001:db8::/64 dev eth0 realms 5", ["realms are only valid for IPv4"]],
  ["10.2.0.0/24 pref low", ["pref is only valid for IPv6"]],
  ["2001:db8::/64 pref foo", ["Invalid pref value foo specified for route"]],
  ["10.2.0.0/24 expires 5", ["expires is only valid for IPv6"]],
  ["10.2.0.0/24 from 10.0.0.0/8", ["route from address only supported with IPv6 (10.0.0.0/8)"]],
  ["10.2.0.0/24 from x", ["invalid route from address x"]],
  ["10.2.0.0/24 metric 0x10", [
    "Invalid metric 0x10 specified for route: invalid number '0x10' (range [0, 4294967295])",
  ]],
  ["10.2.0.0/24 features foo", [
    "Invalid features foo specified for route: unknown word 'foo' (range ecn)",
  ]],
  ["10.2.0.0/24 rtt 961s", [
    "Invalid rtt 961s for route: number '961' outside range [0, 960]",
  ]],
  ["10.2.0.0/24 rtt 1us", ["Invalid rtt 1us for route: invalid number '1u' (range [0, 960])"]],
  ["10.2.0.0/24 dev eth0 rtt 250.5", ["rtt: number '250.5' has too many decimal places"], {
    metrics: { ...no, rttUs: 251_000 },
  }],
  ["10.2.0.0/24 dev eth0 rto_min 10ms", ["rto_min value 10ms below minimum 200ms, resetting"], {
    metrics: { ...no, rtoMinUs: 200_000 },
  }],
  ["10.2.0.0/24 dev eth0 as to 10.0.0.1", ['"as to" for MPLS only - ignoring'], {}],
  ["10.2.0.0/24 gw 10.0.0.9 dev eth0", ['"gw" for routes is deprecated. Please use "via"'], {
    via: "10.0.0.9",
  }],
  [
    "10.2.0.0/24 via 10.0.0.8 or 10.0.0.9 dev eth0",
    ['"or" for routes is deprecated. Please use "nexthop"'],
    {
      nexthops: [
        { via: "10.0.0.8", weight: 1, onlink: false },
        { via: "10.0.0.9", weight: 1, onlink: false },
      ],
    },
  ],
  ["default6 dev eth0", ["'default6' is deprecated - please replace with 'inet6 default'"], {
    family: 6,
    destination: { address: "::", prefixLength: 0 },
  }],
  ["10.2.0.0/24 track_group G", ["unknown route keyword track_group"]],
  ["10.2.0.0/24 encap foo", [
    "Invalid encap foo specified for route: unknown word 'foo' (range ip, ip6, mpls, ila)",
  ]],
  ["10.2.0.0/24 encap mpls", [
    "Configuration line starting `10.2.0.0/24` is missing a parameter after keyword `mpls` at" +
    " word position 4",
  ]],
  ["10.2.0.0/24 encap ip ttl 5", ["address or id missing for ip encapsulation"]],
  ["10.2.0.0/24 encap ip id x", ["encap id x value is invalid"]],
  ["10.2.0.0/24 encap ip dst fe80::1", ["IPv6 address fe80::1 not valid for ip encapsulation"]],
  ["10.2.0.0/24 encap ip tos 256", ["tos 256 not valid for ip encapsulation"]],
  ["10.2.0.0/24 encap mpls 1048576", ["invalid mpls address 1048576 for encapsulation"]],
  ["10.2.0.0/24 encap ila 1:2:3", ["invalid locator 1:2:3 for ila encapsulation"]],
  ["10.2.0.0/24 nexthop via 10.0.0.1 weight 257", [
    "Invalid weight 257 specified for route: number '257' outside range [1, 256]",
  ]],
  ["10.2.0.0/24 nexthop via fe80::1", ["Cannot mix IPv4 and IPv6 addresses for route (fe80::1)"]],
  ["10.2.0.0/24 nexthop realms x", ["Invalid realms x for route"]],
  [
    "10.2.0.0/24 dev eth0 nexthop via 10.0.0.1 metric 5",
    ["Route has trailing nonsense after nexthops - metric"],
    { nexthops: [{ via: "10.0.0.1", weight: 1, onlink: false }] },
  ],
  [
    "10.2.0.0/24 dev eth0 protocol static",
    ["Route cannot be tracked if protocol is not RTPROT_KEEPALIVED(18), resetting protocol"],
    {},
  ],
];

for (const [line, messages, fields] of faults) {
  test(`route ${line} is reported`, () => {
    const { routes, said } = read([line]);
    assert.deepEqual(said, messages.map((message) => `(A) ${message}`));
    assert.deepEqual(routes, fields === undefined ? [] : [{ ...plain, ...fields }]);
  });
}

test("a route without an interface is not tracked, with a message", () => {
  const { routes, said } = read(["10.2.0.0/24 via 10.0.0.1"]);
  assert.deepEqual(said, [
    "(A) Warning - cannot track route 10.2.0.0/24 with no interface specified, not tracking",
  ]);
  const { interface: _, ...rest } = plain;
  assert.deepEqual(routes, [{ ...rest, via: "10.0.0.1", track: false }]);
  assert.deepEqual(read(["10.2.0.0/24 via 10.0.0.1 no_track"]).said, []);
});

test("interfaces and VRFs that the host lacks are named", () => {
  const { routes, said } = read([
    "10.2.0.0/24 dev ethx",
    "10.2.0.0/24 dev eth0 nexthop dev ethy",
    "10.2.0.0/24 dev eth0 vrf red",
  ], { interfaceExists: (name) => name === "eth0" });
  assert.deepEqual(said, [
    "(A) WARNING - interface ethx for VROUTE nexthop doesn't exist",
    "(A) WARNING - interface ethy for VROUTE nexthop doesn't exist",
    "(A) VRF red not found for route",
  ]);
  assert.equal(routes.length, 2);
});

test("names of tables come from the files of iproute2, the administrator's last", () => {
  const files: Readonly<Record<string, string>> = {
    "/usr/lib/iproute2/rt_tables": "# table\n 100\tblue\n200 red # ours\n",
    "/etc/iproute2/rt_tables": "0x65 blue\n",
    "/etc/iproute2/rt_protos.d/*.conf": "77 own\n",
  };
  const asked: string[] = [];
  const nameFiles = (path: string): LoadedFile[] => {
    asked.push(path);
    const text = files[path];
    return text === undefined ? [{ path, error: "not found" }] : [{ path, text }];
  };
  const { routes, said } = read([
    "10.2.0.0/24 dev eth0 table blue",
    "10.2.0.0/24 dev eth0 table red no_track protocol own",
    "10.2.0.0/24 dev eth0 table main",
  ], { nameFiles });
  assert.deepEqual(said, []);
  assert.deepEqual(routes.map(({ table }) => table), [101, 200, 254]);
  assert.equal(routes[1]?.protocol, 77);
  assert.equal(new Set(asked).size, asked.length, "no file is read twice");
});
