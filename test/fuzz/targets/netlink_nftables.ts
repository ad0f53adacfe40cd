import { splitMessages } from "@keepalived/netlink-codec";
import {
  addChain,
  addElements,
  addSet,
  addTable,
  decodeChain,
  decodeElements,
  decodeRule,
  decodeSet,
  decodeTable,
  type NamedSet,
} from "@keepalived/netlink-nftables";
import {
  decodeExpression,
  encodeExpression,
} from "../../../packages/netlink-nftables/expression_codec.ts";
import type { Target } from "../engine/target.ts";
import { hexIn, join, obeyCodec, split } from "./support.ts";

const table = { family: "ip", name: "kt" } as const;
const sets: readonly NamedSet[] = [
  { name: "a", key: ["ipv4_addr"] },
  { name: "b", key: ["ipv6_addr", "iface_index"] },
  { name: "c", key: ["ifname"], value: "iface_index" },
  { name: "d", key: ["icmpv6_type"] },
];

/** From this first byte on, the rest is an expression of one of the kinds. */
const ofExpressions = 16;
const expressions = [
  "meta",
  "payload",
  "cmp",
  "bitwise",
  "lookup",
  "immediate",
  "counter",
  "dup",
  "limit",
];

/** The expressions of a rule. */
function expressionsIn(body: Uint8Array): readonly Uint8Array[] {
  const rule = decodeRule(body);
  if (!rule.ok) return [];
  return rule.value.expressions.map(encodeExpression).map(({ name, data }) =>
    join(ofExpressions + Math.max(0, expressions.indexOf(name)), data)
  );
}

/** What the kernel tells of tables, chains, sets, elements and rules. */
export const target: Target = {
  name: "netlink-nftables",
  about: "tables, chains, sets, elements and rules of nftables",
  laws: ["codec"],
  isText: false,
  mostBytes: 800,
  seeds: () =>
    hexIn(new URL("../../../packages/netlink-nftables/testdata/requests.json", import.meta.url))
      .flatMap((datagram) => {
        const split = splitMessages(datagram);
        return split.ok ? split.value : [];
      })
      .filter(({ body }) => body.length <= 600)
      .flatMap(({ body }) => [
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((kind) => join(kind, body)),
        ...expressionsIn(body),
      ]),
  check: (input) => {
    const { choice, bytes } = split(input);
    if (choice >= ofExpressions) {
      const name = expressions[(choice - ofExpressions) % expressions.length] ?? "";
      obeyCodec(
        bytes,
        (data) => decodeExpression({ name, data }),
        (it) => encodeExpression(it).data,
      );
      return;
    }
    switch (choice % 8) {
      case 0:
        obeyCodec(bytes, decodeTable, (it) => addTable(it).body);
        return;
      case 1:
        obeyCodec(bytes, decodeChain, (it) => addChain(it.table, it.chain).body);
        return;
      case 2:
        obeyCodec(bytes, decodeSet, (it) => addSet(it.table, it.set).body);
        return;
      case 3:
        obeyCodec(bytes, decodeRule);
        return;
      default: {
        const set = sets[choice % 4];
        if (set === undefined) return;
        obeyCodec(bytes, (it) => decodeElements(it, set), (it) => addElements(table, set, it).body);
      }
    }
  },
};
