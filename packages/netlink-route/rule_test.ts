import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import { decodeReply, type NetlinkMessage, splitMessages } from "@keepalived/netlink-codec";
import fc from "fast-check";
import { decodeNotification, decodeRule, describeRule, encodeRule, type Rule } from "./mod.ts";
import { ruleActions, ruleFlags } from "./rule.ts";
import recorded from "./testdata/routes.json" with { type: "json" };

function messagesOf(datagrams: readonly string[]): readonly NetlinkMessage[] {
  return datagrams.flatMap((hex) => {
    const split = splitMessages(parseHex(hex) ?? new Uint8Array());
    assert.ok(split.ok);
    return split.value;
  });
}

/** The words for the only rule that a command added or removed. */
function told(command: string, kind: "rule-added" | "rule-removed"): string {
  const entry = recorded.notifications.find((entry) => entry.command.startsWith(command));
  assert.ok(entry, `no recording of ${command}`);
  const [only, ...others] = messagesOf(entry.datagrams);
  assert.deepEqual(others, []);
  assert.ok(only);
  const decoded = decodeNotification(only);
  assert.ok(decoded.ok);
  assert.equal(decoded.value.kind, kind);
  return decoded.value.kind === kind ? describeRule(decoded.value.rule) : "";
}

test("what the kernel tells of rules is what ip asked for", () => {
  const from = "from 192.0.2.0/24 preference 5 lookup 1000 protocol 18";
  assert.equal(told("ip rule add from", "rule-added"), from);
  assert.equal(told("ip rule delete preference 5", "rule-removed"), from);
  assert.equal(
    told("ip rule add not", "rule-added"),
    "not from all fwmark 0x3/0xff iif vb oif lo preference 6 goto 32766 protocol 0",
  );
  assert.equal(
    told("ip rule add uidrange", "rule-added"),
    "from all uidrange 10-20 ipproto 6 sport 10-20 dport 443-443 preference 7 blackhole protocol 0",
  );
  assert.equal(
    told("ip rule add table main", "rule-added"),
    "from all tun_id 77 preference 8 lookup 254 suppress_prefixlength 0 suppress_ifgroup 4 protocol 0",
  );
  assert.equal(
    told("ip rule add realms", "rule-added"),
    "from all to 10.0.0.0/8 tos 0x10 preference 9 lookup 7 realms 3/4 protocol 0",
  );
  assert.equal(
    told("ip -6 rule add l3mdev", "rule-added"),
    "from all preference 5 l3mdev protocol 18",
  );
  assert.equal(
    told("ip -6 rule add from", "rule-added"),
    "from 2001:db8::/32 preference 6 lookup 1000 protocol 0",
  );
});

test("a dump of rules has what ip -json rule prints", () => {
  for (const [i, family] of [[2, 4], [3, 6]] as const) {
    const dump = recorded.dumps[i];
    const rules = messagesOf(dump?.datagrams ?? []).flatMap((message) => {
      const reply = decodeReply(message);
      assert.ok(reply.ok);
      if (reply.value.kind !== "data") return [];
      const decoded = decodeRule(reply.value.message.body);
      assert.ok(decoded.ok);
      return [decoded.value];
    });
    assert.deepEqual(
      rules.map(({ family, priority = 0, from, to, inputInterface }) => ({
        family,
        priority,
        from: from?.address ?? "all",
        to: to?.address,
        inputInterface,
      })),
      (dump?.json as readonly IpRule[]).map(({ priority, src, dst, iif }) => ({
        family,
        priority,
        from: src,
        to: dst,
        inputInterface: iif,
      })),
    );
  }
});

/** What of `ip -json rule` is compared. */
type IpRule = {
  readonly priority: number;
  readonly src: string;
  readonly dst?: string;
  readonly iif?: string;
};

const rule: Rule = {
  family: 4,
  action: "table",
  table: 100,
  priority: 5,
  flags: {},
  tos: 0,
  from: { address: "192.0.2.0", prefixLength: 24 },
};

test("decodeRule() names each fault", () => {
  const faultOf = (body: Uint8Array, ...changes: [number, number][]) => {
    const changed = body.slice();
    for (const [at, byte] of changes) changed[at] = byte;
    const decoded = decodeRule(changed);
    return decoded.ok ? "ok" : `${decoded.error.fault} ${decoded.error.offset}`;
  };
  const body = encodeRule(rule);
  assert.equal(faultOf(body), "ok");
  assert.equal(faultOf(body.slice(0, 11)), "rule-truncated 0");
  assert.equal(faultOf(body, [0, 128]), "rule-family 0");
  assert.equal(faultOf(body, [2, 33]), "rule-prefix-length 1");
  assert.equal(faultOf(body, [0, 10]), "rule-mixed 12");
  assert.equal(faultOf(body, [12, 2]), "attribute-length 12");
});

test("decodeRule() keeps what it has no name for", () => {
  const odd: Rule = {
    ...rule,
    action: 77,
    flags: { other: 0x4000 },
    unknown: [{ number: 25, payload: Uint8Array.of(7) }],
  };
  assert.deepEqual(decodeRule(encodeRule(odd)), { ok: true, value: odd });
});

const options: { requiredKeys: never[]; noNullPrototype: true } = {
  requiredKeys: [],
  noNullPrototype: true,
};
const integer = fc.nat(0xffff_ffff);
const name = fc.constantFrom("eth0", "vrrp.51");
const range = (most: number) =>
  fc.record({ from: fc.nat(most), to: fc.nat(most) }, { noNullPrototype: true });
const rules: fc.Arbitrary<Rule> = fc.tuple(
  fc.constantFrom(4 as const, 6 as const),
  fc.record({
    action: fc.constantFrom(...Object.keys(ruleActions) as "table"[], 99),
    table: integer,
    tos: fc.nat(255),
    flags: fc.record(
      Object.fromEntries(Object.keys(ruleFlags).map((flag) => [flag, fc.constant(true)])),
      options,
    ),
  }, { noNullPrototype: true }),
  fc.record({
    priority: integer,
    mark: fc.record({ value: integer, mask: fc.nat(0xffff) }, {
      requiredKeys: ["value"],
      noNullPrototype: true,
    }),
    inputInterface: name,
    outputInterface: name,
    goto: integer,
    realms: fc.record({ to: fc.nat(0xffff) }, { noNullPrototype: true }),
    tunnelId: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    suppressGroup: fc.nat(0x7fff_ffff),
    suppressPrefixLength: fc.nat(128),
    l3mdev: fc.boolean(),
    userIds: range(0xffff_ffff),
    protocol: fc.nat(255),
    ipProtocol: fc.nat(255),
    sourcePorts: range(0xffff),
    destinationPorts: range(0xffff),
    unknown: fc.constant([{ number: 100, payload: Uint8Array.of(1, 2) }]),
  }, options),
  fc.record(
    { from: fc.integer({ min: 1, max: 32 }), to: fc.integer({ min: 1, max: 32 }) },
    options,
  ),
).map(([family, header, optional, { from, to }]) => {
  const address = family === 4 ? "192.0.2.1" : "2001:db8::1";
  return {
    family,
    ...header,
    ...optional,
    ...from === undefined ? {} : { from: { address, prefixLength: from } },
    ...to === undefined ? {} : { to: { address, prefixLength: to } },
  };
});

test("decodeRule() gives back what encodeRule() wrote", () => {
  fc.assert(fc.property(rules, (rule) => {
    assert.deepEqual(decodeRule(encodeRule(rule)), { ok: true, value: rule });
  }));
});

test("decodeRule() of damaged bodies never throws, and what it accepts is a fixed point", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  let accepted = 0;
  fc.assert(
    fc.property(rules, damage, (rule, changes) => {
      const body = encodeRule(rule);
      for (const [at, byte] of changes) body[at % body.length] = byte;
      const decoded = decodeRule(body);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= body.length);
      accepted++;
      assert.deepEqual(decodeRule(encodeRule(decoded.value)), decoded);
    }),
    { numRuns: 2000, seed: 1 },
  );
  assert.ok(accepted > 200, `only ${accepted} damaged bodies were accepted`);
});
