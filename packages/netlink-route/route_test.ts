import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex, parseHex } from "@keepalived/bytes";
import {
  decodeReply,
  encodeRawAttributes,
  type NetlinkMessage,
  splitMessages,
} from "@keepalived/netlink-codec";
import fc from "fast-check";
import {
  decodeNotification,
  decodeRoute,
  describeRoute,
  encodeRoute,
  type Nexthop,
  type Notification,
  type Route,
} from "./mod.ts";
import { routeFlags, routeTypes } from "./route.ts";
import { lockBits } from "./route_metrics.ts";
import recorded from "./testdata/routes.json" with { type: "json" };

function messagesOf(datagrams: readonly string[]): readonly NetlinkMessage[] {
  return datagrams.flatMap((hex) => {
    const split = splitMessages(parseHex(hex) ?? new Uint8Array());
    assert.ok(split.ok);
    return split.value;
  });
}

function causedBy(command: string): readonly Notification[] {
  const entry = recorded.notifications.find((entry) => entry.command.startsWith(command));
  assert.ok(entry, `no recording of ${command}`);
  return messagesOf(entry.datagrams).map((message) => {
    const decoded = decodeNotification(message);
    assert.ok(decoded.ok);
    return decoded.value;
  });
}

/** The words for the only route that a command added. */
function added(command: string): string {
  const [only, ...others] = causedBy(command);
  assert.deepEqual(others, []);
  assert.equal(only?.kind, "route-added");
  return describeRoute(only.route).replaceAll(`if${recorded.index}`, "vb");
}

test("what the kernel tells of new routes is what ip asked for", () => {
  assert.equal(
    added("ip route add 10.0.0.0/8"),
    "10.0.0.0/8 via 192.0.2.254 dev vb proto 18 scope global",
  );
  assert.equal(
    added("ip route add 10.1.0.0/16"),
    "10.1.0.0/16 dev vb table 1000 proto 3 scope link src 192.0.2.1 metric 7",
  );
  assert.equal(
    added("ip route add 10.2.0.0/16"),
    "10.2.0.0/16 via 192.0.2.254 realms 3/4 dev vb proto 3 scope global mtu lock 1400" +
      " congctl cubic rtt 100ms rttvar 50ms rto_min lock 200ms features ecn onlink",
  );
  assert.equal(
    added("ip route add 10.3.0.0/16"),
    "10.3.0.0/16 proto 3 scope global nexthop via 192.0.2.252 dev vb weight 2" +
      " nexthop via 192.0.2.253 dev vb weight 3",
  );
  assert.equal(
    added("ip route add 10.4.0.0/16"),
    "10.4.0.0/16 encap ip id 7 src 0.0.0.0 dst 192.0.2.9 tos 0 ttl 64 flags 0 via 192.0.2.254" +
      " dev vb proto 3 scope global",
  );
  assert.equal(
    added("ip route add 10.5.0.0/16"),
    "10.5.0.0/16 via fe80::1 dev vb proto 3 scope global",
  );
  assert.equal(
    added("ip route add blackhole"),
    "blackhole 10.6.0.0/16 tos 0x10 proto 3 scope global",
  );
  assert.equal(
    added("ip -6 route add 2001:db8:1::/48"),
    "2001:db8:1::/48 via fe80::1 dev vb proto 18 scope global metric 100 pref high expires 300",
  );
  assert.equal(
    added("ip -6 route add 2001:db8:2::/48"),
    "2001:db8:2::/48 proto 3 scope global metric 1024 pref medium nexthop via fe80::1 dev vb" +
      " weight 1 nexthop via fe80::2 dev vb weight 1",
  );
  assert.equal(
    added("ip -6 route add 2001:db8:3::/48"),
    "2001:db8:3::/48 from 2001:db8::/64 via 2001:db8::fe dev vb proto 3 scope global" +
      " metric 1024 pref medium",
  );
});

test("what the kernel tells of removed routes: the route, one leg, and of IPv4 nothing when the link goes", () => {
  const [deleted] = causedBy("ip route delete 10.0.0.0/8");
  assert.equal(deleted?.kind, "route-removed");
  assert.deepEqual(deleted.route.destination, { address: "10.0.0.0", prefixLength: 8 });
  const [leg] = causedBy("ip -6 route delete 2001:db8:2::/48 via fe80::1");
  assert.equal(leg?.kind, "route-removed");
  assert.equal(leg.route.via, "fe80::1");
  assert.equal(leg.route.nexthops, undefined);
  const kinds = causedBy("ip link set vb down").map((it) =>
    it.kind === "route-removed" ? it.route.family : it.kind
  );
  assert.ok(kinds.includes(6));
  assert.ok(!kinds.includes(4));
});

test("a dump of routes has what ip -json route prints", () => {
  for (const [i, family] of [[0, 4], [1, 6]] as const) {
    const dump = recorded.dumps[i];
    const routes = messagesOf(dump?.datagrams ?? []).flatMap((message) => {
      const reply = decodeReply(message);
      assert.ok(reply.ok);
      if (reply.value.kind !== "data") return [];
      const decoded = decodeRoute(reply.value.message.body);
      assert.ok(decoded.ok);
      return [decoded.value];
    });
    const summary = routes.map((route) => ({
      type: route.type,
      table: tableName(route.table),
      metric: route.metric,
      source: route.preferredSource,
      legs: route.nexthops?.length,
      gateway: route.via,
      pref: route.preference,
    }));
    const expected = (dump?.json as readonly IpRoute[]).map((it) => ({
      type: it.type,
      table: it.table,
      metric: it.metric,
      source: it.prefsrc,
      legs: it.nexthops?.length,
      gateway: it.gateway ?? it.via?.host,
      pref: it.pref,
    }));
    assert.ok(routes.length > 5);
    assert.deepEqual(summary, expected, `IPv${family}`);
  }
});

/** What of `ip -json route` is compared. */
type IpRoute = {
  readonly type: string;
  readonly table: string;
  readonly metric?: number;
  readonly prefsrc?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly pref?: string;
  readonly nexthops?: readonly unknown[];
};

function tableName(table: number): string {
  return new Map([[254, "main"], [255, "local"]]).get(table) ?? `${table}`;
}

const route: Route = {
  family: 4,
  type: "unicast",
  destination: { address: "10.0.0.0", prefixLength: 8 },
  tos: 0,
  table: 254,
  protocol: 18,
  scope: "link",
  flags: {},
  index: 3,
};

test("decodeRoute() names each fault", () => {
  const faultOf = (body: Uint8Array, ...changes: [number, number][]) => {
    const changed = body.slice();
    for (const [at, byte] of changes) changed[at] = byte;
    const decoded = decodeRoute(changed);
    return decoded.ok ? "ok" : `${decoded.error.fault} ${decoded.error.offset}`;
  };
  const body = encodeRoute(route);
  assert.equal(faultOf(body), "ok");
  assert.equal(faultOf(body.slice(0, 11)), "route-truncated 0");
  assert.equal(faultOf(body, [0, 28]), "route-family 0");
  assert.equal(faultOf(body, [1, 33]), "route-prefix-length 1");
  assert.equal(faultOf(body, [0, 10]), "route-mixed 12");
  assert.equal(faultOf(body, [12, 2]), "attribute-length 12");
  const legs = encodeRoute({ ...route, nexthops: [{ weight: 1, flags: {} }] });
  const at = formatHex(legs).indexOf("0c000900") / 2;
  assert.equal(faultOf(legs, [at + 4, 7]), `nexthop-length ${at + 4}`);
  const withAttribute = (number: number, payload: Uint8Array, type?: number) =>
    Uint8Array.of(
      ...body,
      ...encodeRawAttributes([
        { number, payload },
        ...type === undefined ? [] : [{ number: 21, payload: Uint8Array.of(type, 0) }],
      ]),
    );
  assert.equal(faultOf(withAttribute(18, Uint8Array.of(9, 0, 1, 2, 3, 4))), "via-address 12");
  const [mpls, ila] = [1, 3];
  const encapAt = body.length + 4;
  assert.equal(faultOf(withAttribute(22, new Uint8Array(0), mpls)), `encap-labels ${encapAt}`);
  assert.equal(faultOf(withAttribute(22, new Uint8Array(0), ila)), `encap-locator ${encapAt}`);
});

test("decodeRoute() keeps what it has no name for", () => {
  const odd: Route = {
    ...route,
    type: 77,
    scope: 42,
    flags: { other: 0x4000_0000 },
    encap: { kind: 10, data: Uint8Array.of(1, 2, 3) },
    metrics: { unknown: [{ number: 40, payload: Uint8Array.of(1) }] },
    unknown: [{ number: 30, payload: Uint8Array.of(7, 0, 0, 0) }],
  };
  assert.deepEqual(decodeRoute(encodeRoute(odd)), { ok: true, value: odd });
});

const integer = fc.nat(0xffff_ffff);
const ipv4 = fc.constantFrom("192.0.2.1", "10.0.0.0", "0.0.0.0", "255.255.255.255");
const ipv6 = fc.constantFrom("2001:db8::1", "::", "fe80::1");
const options: { requiredKeys: never[]; noNullPrototype: true } = {
  requiredKeys: [],
  noNullPrototype: true,
};
const flagsOf = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.constant(true)])), options);
const realms = fc.oneof(
  fc.record({ to: fc.nat(0xffff) }, { noNullPrototype: true }),
  fc.record(
    { from: fc.integer({ min: 1, max: 0xffff }), to: fc.nat(0xffff) },
    { noNullPrototype: true },
  ),
);
const encap = fc.oneof(
  fc.record({
    kind: fc.constantFrom("ip" as const, "ip6" as const),
    id: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    destination: fc.oneof(ipv4, ipv6),
    source: ipv4,
    tos: fc.nat(255),
    hopLimit: fc.nat(255),
    flags: fc.nat(0xffff),
  }, { requiredKeys: ["kind"], noNullPrototype: true }),
  fc.record({
    kind: fc.constant("mpls" as const),
    labels: fc.array(fc.nat((1 << 20) - 1), { minLength: 1, maxLength: 5 }),
    ttl: fc.nat(255),
  }, { requiredKeys: ["kind", "labels"], noNullPrototype: true }),
  fc.constant({ kind: "ila" as const, locator: "2001000000870000" }),
  fc.constant({ kind: 10, data: Uint8Array.of(1, 2, 3, 4) }),
);
const way = fc.record({ via: fc.oneof(ipv4, ipv6), realms, encap }, options);
const nexthop: fc.Arbitrary<Nexthop> = fc.tuple(
  way,
  fc.record({
    weight: fc.integer({ min: 1, max: 256 }),
    flags: flagsOf(["dead", "onlink", "linkDown"]),
  }, { noNullPrototype: true }),
  fc.record({ index: fc.integer({ min: 1, max: 9 }) }, options),
).map(([way, required, optional]) => ({ ...way, ...required, ...optional }));
const metrics = fc.record({
  mtu: integer,
  window: integer,
  rttUs: fc.nat(1_000_000).map((n) => n * 125),
  rttvarUs: fc.nat(1_000_000).map((n) => n * 250),
  ssthresh: integer,
  hoplimit: integer,
  features: flagsOf(["ecn", "sack"]),
  rtoMinUs: fc.nat(1_000_000).map((n) => n * 1000),
  congestionControl: fc.constantFrom("cubic", "reno"),
  locked: flagsOf(Object.keys(lockBits)),
}, options);

const routes: fc.Arbitrary<Route> = fc.tuple(
  fc.constantFrom(4 as const, 6 as const),
  way,
  fc.record({
    type: fc.constantFrom(...Object.keys(routeTypes) as "unicast"[], 99),
    length: fc.nat(32),
    tos: fc.nat(255),
    table: integer,
    protocol: fc.nat(255),
    scope: fc.constantFrom("global" as const, "link" as const, 7),
    flags: flagsOf(Object.keys(routeFlags)),
  }),
  fc.record({
    index: integer,
    metric: integer,
    metrics,
    preference: fc.constantFrom("low" as const, "high" as const, 9),
    expiresS: integer,
    ttlPropagate: fc.boolean(),
    nexthops: fc.array(nexthop, { minLength: 1, maxLength: 3 }),
    unknown: fc.constant([{ number: 100, payload: Uint8Array.of(1, 2) }]),
  }, options),
  fc.record({ source: fc.constant(true), preferredSource: fc.constant(true) }, options),
  ipv4,
  ipv6,
).map(([family, way, { length, ...header }, optional, given, first, second]) => {
  const address = family === 4 ? first : second;
  const everything = family === 4 ? "0.0.0.0" : "::";
  const prefix = { address: length === 0 ? everything : address, prefixLength: length };
  return {
    family,
    ...header,
    ...way,
    ...optional,
    destination: prefix,
    ...given.source && length > 0 ? { source: prefix } : {},
    ...given.preferredSource ? { preferredSource: address } : {},
  };
});

test("decodeRoute() gives back what encodeRoute() wrote", () => {
  fc.assert(fc.property(routes, (route) => {
    assert.deepEqual(decodeRoute(encodeRoute(route)), { ok: true, value: route });
  }));
});

test("decodeRoute() of damaged bodies never throws, and what it accepts is a fixed point", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  const kernel = recorded.notifications.flatMap(({ datagrams }) => messagesOf(datagrams))
    .filter(({ type }) => type === 24).map(({ body }) => body);
  const bodies = fc.oneof(routes.map(encodeRoute), fc.constantFrom(...kernel));
  let accepted = 0;
  fc.assert(
    fc.property(bodies, damage, (original, changes) => {
      const body = original.slice();
      for (const [at, byte] of changes) body[at % body.length] = byte;
      const decoded = decodeRoute(body);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= body.length);
      accepted++;
      assert.deepEqual(decodeRoute(encodeRoute(decoded.value)), decoded);
    }),
    { numRuns: 3000, seed: 1 },
  );
  assert.ok(accepted > 300, `only ${accepted} damaged bodies were accepted`);
});
