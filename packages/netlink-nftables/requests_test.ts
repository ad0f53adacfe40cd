/** Each request beside what `nft` sends for the command of its name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex, parseHex } from "@keepalived/bytes";
import {
  encodeMessage,
  encodeRawAttributes,
  encodeRequest,
  type NetlinkRequest,
  NLA_TYPE_MASK,
  type RawAttribute,
  spanAttributes,
} from "@keepalived/netlink-codec";
import {
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  counter,
  decodeChain,
  decodeElements,
  decodeRule,
  decodeSet,
  decodeTable,
  deleteChain,
  deleteElements,
  deleteRules,
  deleteSet,
  deleteTable,
  duplicate,
  equals,
  goTo,
  inPrefix,
  inSet,
  type NamedSet,
  notInSet,
  type Rule,
  setMark,
  type Statement,
  verdict,
} from "./mod.ts";
import recorded from "./testdata/requests.json" with { type: "json" };

const ip = { family: "ip", name: "kt" } as const;
const ip6 = { family: "ip6", name: "kt" } as const;
const vips: NamedSet = { name: "vips", key: ["ipv4_addr"] };
const types: NamedSet = { name: "types", key: ["icmpv6_type"], constant: true };
const named: NamedSet = { name: "named", key: ["ipv6_addr", "ifname"] };
const indexed: NamedSet = { name: "indexed", key: ["ipv6_addr", "iface_index"] };
const tcpMap: NamedSet = { name: "tcp_map", key: ["ipv4_addr", "inet_service"], value: "mark" };
const allMap: NamedSet = { name: "all_map", key: ["ipv4_addr"], value: "mark" };
const udpMap: NamedSet = { name: "udp_map", key: ["ipv6_addr", "inet_service"], value: "mark" };
const bases: NamedSet = { name: "bases", key: ["ifname"], value: "iface_index" };

const base = { type: "filter", priority: -1, policy: "accept" } as const;
const drop = verdict("drop");
const linkLocal = { address: "fe80::", prefixLength: 10 };
const jumpAside: Statement = {
  text: "jump aside",
  expressions: [{ kind: "verdict", verdict: "jump", chain: "aside" }],
};

const requests: readonly NetlinkRequest[] = [
  addTable(ip),
  addTable(ip6),
  addChain(ip, { name: "in", base: { ...base, hook: "input" } }),
  addChain(ip, { name: "out", base: { ...base, hook: "output", priority: 300, policy: "drop" } }),
  addChain(ip6, { name: "out", base: { ...base, hook: "output" } }),
  addChain(ip6, { name: "in", base: { ...base, hook: "input" } }),
  addChain(ip6, { name: "aside" }),
  addSet(ip, vips),
  addSet(ip6, { name: "vips", key: ["ipv6_addr"] }),
  addSet(ip6, { name: "names", key: ["ifname"] }),
  addSet(ip6, named),
  addSet(ip6, indexed),
  addSet(ip, bases),
  addSet(ip6, bases),
  addSet(ip, tcpMap),
  addSet(ip, allMap),
  addSet(ip6, udpMap),
  addElements(ip, vips, [{ key: ["192.0.2.100"] }, { key: ["192.0.2.101"] }]),
  addElements(ip6, named, [{ key: ["fe80::100", "lo"] }]),
  addElements(ip6, indexed, [{ key: ["fe80::100", 1] }]),
  addElements(ip, bases, [{ key: ["vrrp.51"], value: 1 }]),
  addElements(ip, tcpMap, [{ key: ["192.0.2.1", 80], value: 1000 }]),
  addElements(ip6, udpMap, [{ key: ["2001:db8::1", 53], value: 1001 }]),
  deleteElements(ip, vips, [{ key: ["192.0.2.101"] }]),
  addRule(ip, "in", [inSet(["ip daddr"], "vips"), drop]),
  addRule(ip, "out", [inSet(["ip saddr"], "vips"), counter, drop]),
  addRule(ip, "out", [equals("ip protocol", 2), duplicate("ip daddr", "oifname", "bases"), drop]),
  addRule(ip6, "in", [inSet(["icmpv6 type"], "types"), verdict("accept")]),
  addRule(ip6, "in", [inPrefix("ip6 daddr", linkLocal), goTo("aside")]),
  addRule(ip6, "out", [equals("icmpv6 type", 133), inSet(["oifname"], "names"), drop]),
  addRule(ip6, "out", [notInSet(["ip6 saddr", "oifname"], "named"), jumpAside]),
  addRule(ip, "out", [setMark(["ip daddr", "tcp dport"], "tcp_map")]),
  addRule(ip, "out", [equals("meta l4proto", 6), setMark(["ip daddr"], "all_map")]),
  addRule(ip6, "out", [counter, setMark(["ip6 daddr", "udp dport"], "udp_map")]),
  addRule(ip6, "aside", [inSet(["ip6 daddr", "iif"], "indexed"), verdict("return")]),
  deleteRules(ip6, "aside"),
  deleteElements(ip6, indexed, [{ key: ["fe80::100", 1] }]),
  deleteRules(ip, "out"),
  deleteChain(ip, "in"),
  deleteSet(ip, bases),
  deleteSet(ip, vips),
  deleteTable(ip6),
  deleteTable(ip),
];

test("each request is what nft sends for the command that it names", () => {
  const commands = new Map(recorded.requests.map(({ command, messages }) => [command, messages]));
  for (const request of requests) {
    const [sent, ...more] = commands.get(request.name.replace("nft ", "")) ?? [];
    assert.ok(sent !== undefined, `no recording of ${request.name}`);
    assert.equal(more.length, 0);
    assert.deepEqual(formatHex(encodeRequest(request, 0)), asWeSend(sent), request.name);
  }
});

test("a constant set is made and filled", () => {
  const command =
    "add set ip6 kt types { type icmpv6_type ; flags constant ; elements = { 135, 136 } ; }";
  const sent = recorded.requests.find((entry) => entry.command === command)?.messages ?? [];
  const ours = [addSet(ip6, types), addElements(ip6, types, [{ key: [135] }, { key: [136] }])];
  assert.deepEqual(
    ours.map((request) => formatHex(encodeRequest(request, 0))),
    sent.map(asWeSend),
  );
});

test("what is sent reads back as what it was made of", () => {
  const body = (command: string) => {
    const found = requests.find(({ name }) => name.startsWith(`nft ${command}`));
    assert.ok(found !== undefined, command);
    return found.body;
  };
  assert.deepEqual(decodeTable(body("add table ip6")), { ok: true, value: ip6 });
  assert.deepEqual(decodeChain(body("add chain ip kt out")), {
    ok: true,
    value: {
      table: ip,
      chain: { name: "out", base: { ...base, hook: "output", priority: 300, policy: "drop" } },
    },
  });
  assert.deepEqual(decodeChain(body("add chain ip6 kt aside")), {
    ok: true,
    value: { table: ip6, chain: { name: "aside" } },
  });
  assert.deepEqual(decodeSet(body("add map ip kt")), {
    ok: true,
    value: { table: ip, set: bases },
  });
  assert.deepEqual(decodeSet(body("add set ip6 kt named")), {
    ok: true,
    value: { table: ip6, set: named },
  });
  assert.deepEqual(decodeElements(body("add element ip kt bases"), bases), {
    ok: true,
    value: [{ key: ["vrrp.51"], value: 1 }],
  });
  assert.deepEqual(decodeElements(body("add element ip6 kt named"), named), {
    ok: true,
    value: [{ key: ["fe80::100", "lo"] }],
  });
  const rule: Rule = [inPrefix("ip6 daddr", linkLocal), goTo("aside")];
  assert.deepEqual(decodeRule(body("add rule ip6 kt in ip6 daddr fe80::/10")), {
    ok: true,
    value: { table: ip6, chain: "in", expressions: rule.flatMap(({ expressions }) => expressions) },
  });
});

test("of many elements a message names the first", () => {
  const elements = Array.from({ length: 20 }, (_, i) => ({ key: [`192.0.2.${i}`] }));
  const { name } = addElements(ip, vips, elements);
  assert.match(name, /^nft add element ip kt vips \{ 192\.0\.2\.0, .+, 192\.0\.2\.15, 4 more \}$/);
});

/**
 * A recorded message as we send it: without `NLA_F_NESTED`, which the kernel ignores, without the numbers by which nft
 * finds its sets, and without what it notes down for itself.
 */
function asWeSend(hex: string): string {
  const message = parseHex(hex) ?? new Uint8Array();
  const [type = 0, flags = 0, family = 0] = [message[4], message[7], message[16]];
  const attributes = plain(message, 20, message.length, String(type));
  return formatHex(encodeMessage({
    type: 10 << 8 | type,
    flags: flags << 8 | 1,
    sequence: 0,
    portId: 0,
    body: Uint8Array.of(family, 0, 0, 0, ...attributes),
  }));
}

/** By the path of numbers: identifiers of sets, and the size of a constant one. */
const nftsOwn = new Set(["9/9", "12/4", "lookup/4"]);

function plain(bytes: Uint8Array, start: number, end: number, path: string): Uint8Array {
  const spans = spanAttributes(bytes, start, end);
  assert.ok(spans.ok);
  const name = new TextDecoder().decode(bytes.subarray(start + 4, start + 10));
  return encodeRawAttributes(spans.value.flatMap((span): RawAttribute[] => {
    const number = span.number & NLA_TYPE_MASK;
    if (nftsOwn.has(`${path}/${number}`)) return [];
    const inner = name === "lookup" && number === 2 ? "lookup" : `${path}/${number}`;
    const payload = number === span.number
      ? bytes.slice(span.start, span.end)
      : plain(bytes, span.start, span.end, inner);
    return [{ number, payload: inner === "9/13" ? orders(payload) : payload }];
  }));
}

/** Of the user data of a set the byte orders of key and value, which are its first entries. */
function orders(userData: Uint8Array): Uint8Array {
  return userData.slice(0, userData[6] === 1 ? 12 : 6);
}
