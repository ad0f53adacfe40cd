import assert from "node:assert/strict";
import { test } from "node:test";
import { NLM_F_ACK } from "@keepalived/netlink-codec";
import {
  decodeElements,
  inSet,
  printTable,
  removeTable,
  replaceTable,
  type TableContent,
  transaction,
  verdict,
} from "./mod.ts";

const table = { family: "ip", name: "kt" } as const;
const content: TableContent = {
  table,
  sets: [
    { name: "vips", key: ["ipv4_addr"], elements: [{ key: ["192.0.2.1"] }] },
    { name: "bases", key: ["ifname"], value: "iface_index", elements: [] },
  ],
  chains: [
    {
      name: "in",
      base: { type: "filter", hook: "input", priority: -1, policy: "accept" },
      rules: [[inSet(["ip daddr"], "vips"), verdict("drop")]],
    },
    { name: "aside", rules: [] },
  ],
};

test("a table is replaced: emptied, sets filled and chains there before the rules that name them", () => {
  assert.deepEqual(replaceTable(content).map(({ name }) => name), [
    "nft add table ip kt",
    "nft delete table ip kt",
    "nft add table ip kt",
    "nft add set ip kt vips { type ipv4_addr ; }",
    "nft add element ip kt vips { 192.0.2.1 }",
    "nft add map ip kt bases { type ifname : iface_index ; }",
    "nft add chain ip kt in { type filter hook input priority -1 ; policy accept ; }",
    "nft add chain ip kt aside",
    "nft add rule ip kt in ip daddr @vips drop",
  ]);
});

test("it is printed as nft -f reads it", () => {
  assert.equal(
    printTable(content),
    `table ip kt {
	set vips {
		type ipv4_addr;
		elements = { 192.0.2.1 };
	}
	map bases {
		type ifname : iface_index;
	}
	chain in {
		type filter hook input priority -1 ; policy accept;
		ip daddr @vips drop;
	}
	chain aside {
	}
}
`,
  );
});

test("many elements go in several requests, none lost", () => {
  const elements = Array.from({ length: 1201 }, (_, i) => ({ key: [`10.0.${i >> 8}.${i & 255}`] }));
  const set = { name: "vips", key: ["ipv4_addr"] } as const;
  const requests = replaceTable({ table, sets: [{ ...set, elements }], chains: [] }).slice(4);
  const sent = requests.flatMap(({ body }) => {
    const decoded = decodeElements(body, set);
    return decoded.ok ? decoded.value : [];
  });
  assert.equal(requests.length, 3);
  assert.deepEqual(sent, elements);
});

test("a transaction begins, ends, and is acknowledged by its last change", () => {
  const messages = transaction(removeTable(table), "nft delete table ip kt");
  assert.deepEqual(messages.map(({ type }) => type), [0x10, 0xa00, 0xa02, 0x11]);
  assert.deepEqual(messages.map(({ flags }) => flags & NLM_F_ACK), [0, 0, NLM_F_ACK, 0]);
  assert.equal(messages[0]?.name, "nft delete table ip kt");
});
