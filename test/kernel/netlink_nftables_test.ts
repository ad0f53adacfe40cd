/** Our requests beside `nft`, which is handed the commands that they name: the kernel ends with the same ruleset. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { NETLINK_NETFILTER } from "@keepalived/linux";
import {
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  changeTables,
  counter,
  decodeChain,
  decodeElements,
  decodeRule,
  decodeSet,
  decodeTable,
  deleteElements,
  deleteTable,
  duplicate,
  equals,
  goTo,
  inPrefix,
  inSet,
  listChains,
  listElements,
  listRules,
  listSets,
  listTables,
  notInSet,
  printTable,
  removeTable,
  replaceTable,
  type TableContent,
  transaction,
  verdict,
} from "@keepalived/netlink-nftables";
import { NetlinkConnection, NetlinkError, Reactor } from "@keepalived/reactor";
import { NetlinkKernel } from "./netlink_kernel.ts";

const drop = verdict("drop");
const base = { type: "filter", priority: -1, policy: "accept" } as const;

const ip: TableContent = {
  table: { family: "ip", name: "kt" },
  sets: [
    { name: "vips", key: ["ipv4_addr"], elements: ["192.0.2.1", "192.0.2.2"].map(elementOf) },
    {
      name: "bases",
      key: ["ifname"],
      value: "iface_index",
      elements: [{ key: ["vrrp.51"], value: 1 }],
    },
  ],
  chains: [
    { name: "in", base: { ...base, hook: "input" }, rules: [[inSet(["ip daddr"], "vips"), drop]] },
    {
      name: "out",
      base: { ...base, hook: "output" },
      rules: [
        [equals("ip protocol", 2), duplicate("ip daddr", "oifname", "bases"), counter, drop],
        [equals("ip saddr", "192.0.2.9"), verdict("return")],
        [inPrefix("ip saddr", { address: "198.51.100.0", prefixLength: 23 }), drop],
      ],
    },
  ],
};

const ip6: TableContent = {
  table: { family: "ip6", name: "kt" },
  sets: [
    { name: "names", key: ["ifname"], elements: ["vrrp.51", "vrrp.52"].map(elementOf) },
    { name: "types", key: ["icmpv6_type"], constant: true, elements: [135, 136].map(elementOf) },
    { name: "named", key: ["ipv6_addr", "ifname"], elements: [{ key: ["fe80::1", "lo"] }] },
    { name: "indexed", key: ["ipv6_addr", "iface_index"], elements: [{ key: ["fe80::1", 1] }] },
  ],
  chains: [
    {
      name: "in",
      base: { ...base, hook: "input" },
      rules: [
        [inSet(["icmpv6 type"], "types"), verdict("accept")],
        [inPrefix("ip6 daddr", { address: "fe80::", prefixLength: 10 }), counter, goTo("aside")],
      ],
    },
    {
      name: "out",
      base: { ...base, hook: "output", priority: 300, policy: "drop" },
      rules: [
        [equals("icmpv6 type", 133), inSet(["oifname"], "names"), drop],
        [notInSet(["ip6 saddr", "oifname"], "named"), drop],
        [equals("oif", 1), equals("iifname", "eth0"), drop],
      ],
    },
    { name: "aside", rules: [[inSet(["ip6 daddr", "iif"], "indexed"), drop]] },
  ],
};

function elementOf(part: string | number) {
  return { key: [part] };
}

test("the kernel has what nft makes of the commands that the requests name", async () => {
  const changes = [...replaceTable(ip), ...replaceTable(ip6)];
  const [vips] = ip.sets;
  assert.ok(vips !== undefined);
  changes.push(deleteElements(ip.table, vips, [{ key: ["192.0.2.2"] }]));
  const ours = await withNftables(async (connection) => {
    await connection.transact(transaction(changes));
    return ruleset();
  });
  const theirs = await withNftables(() => {
    nft(changes.map(({ name }) => `${name.replace("nft ", "")}\n`).join(""));
    return Promise.resolve(ruleset());
  });
  assert.ok(ours.length > 20, JSON.stringify(ours));
  assert.deepEqual(ours, theirs);
});

test("the kernel has what nft makes of the text of a whole table", async () => {
  const ours = await withNftables(async (connection) => {
    await connection.transact(transaction([...replaceTable(ip), ...replaceTable(ip6)]));
    return ruleset();
  });
  const theirs = await withNftables(() => {
    nft(printTable(ip) + printTable(ip6));
    return Promise.resolve(ruleset());
  });
  assert.deepEqual(ours, theirs);
});

test("tables changed in place end as tables that are made", async () => {
  const [vips, bases] = ip.sets;
  const [input, output] = ip.chains;
  assert.ok(vips && bases && input && output);
  const contents: readonly (readonly TableContent[])[] = [
    [ip, ip6],
    [{ ...ip, sets: [{ ...vips, elements: [elementOf("192.0.2.2")] }, bases] }, ip6],
    [{ ...ip, sets: [vips], chains: [input] }, ip6],
    [{ ...ip, chains: [output, { ...input, rules: [[drop]] }] }],
    [{ ...ip, sets: [bases], chains: [output] }, {
      ...ip6,
      chains: ip6.chains.filter(({ name }) => name === "out"),
    }],
    [ip6],
    [{
      ...ip6,
      sets: ip6.sets.filter(({ name }) => name !== "indexed"),
      chains: ip6.chains.filter(({ name }) => name === "out"),
    }],
    [ip, ip6],
  ];
  const ofEach = async (
    next: (from: readonly TableContent[], to: readonly TableContent[]) => Promise<void>,
  ) => {
    const rulesets: unknown[] = [];
    for (const [i, to] of contents.entries()) {
      await next(contents[i - 1] ?? [], to);
      // In whichever order they were made.
      rulesets.push(ruleset().map((entry) => JSON.stringify(entry)).toSorted());
    }
    return rulesets;
  };
  const changed = await withNftables((connection) =>
    ofEach((from, to) => connection.transact(transaction(changeTables(from, to))))
  );
  const made = await withNftables((connection) =>
    ofEach((from, to) =>
      connection.transact(
        transaction([
          ...from.flatMap(({ table }) => removeTable(table)),
          ...to.flatMap(replaceTable),
        ]),
      )
    )
  );
  assert.deepEqual(changed, made);
});

test("lists give back what was made", async () => {
  await withNftables(async (connection) => {
    await connection.transact(transaction([...replaceTable(ip), ...replaceTable(ip6)]));
    const tables = await list(connection, listTables(), decodeTable);
    assert.deepEqual(tables, [ip.table, ip6.table]);
    const chains = await list(connection, listChains(), decodeChain);
    const sets = await list(connection, listSets(), decodeSet);
    const rules = await list(connection, listRules(), decodeRule);
    for (const content of [ip, ip6]) {
      const { table } = content;
      const here = (it: { readonly table: { readonly family: string } }) =>
        it.table.family === table.family;
      assert.deepEqual(
        chains.filter(here).map(({ chain }) => chain),
        content.chains.map(({ rules: _, ...chain }) => chain),
      );
      assert.deepEqual(
        sets.filter(here).map(({ set }) => set),
        content.sets.map(({ elements: _, ...set }) => set),
      );
      assert.deepEqual(
        rules.filter(here).map(({ chain, expressions }) => ({ chain, expressions })),
        content.chains.flatMap(({ name, rules }) =>
          rules.map((rule) => ({
            chain: name,
            expressions: rule.flatMap(({ expressions }) => expressions),
          }))
        ),
      );
      for (const { elements, ...set } of content.sets) {
        const portions = await list(
          connection,
          listElements(table, set),
          (body) => decodeElements(body, set),
        );
        assert.deepEqual(sorted(portions.flat()), sorted(elements), set.name);
      }
    }
  });
});

test("a refusal names the change that was refused, and nothing of the transaction happens", async () => {
  await withNftables(async (connection) => {
    const { table } = ip;
    const changes = [
      addTable(table),
      addRule(table, "nowhere", [drop]),
      addChain(table, { name: "in" }),
    ];
    await assert.rejects(connection.transact(transaction(changes)), (error) => {
      assert.ok(error instanceof NetlinkError);
      assert.equal(error.request, "nft add rule ip kt nowhere drop");
      assert.equal(error.code, "ENOENT");
      return true;
    });
    await assert.rejects(
      connection.transact(transaction([addTable(table), deleteTable(ip6.table)])),
      { request: "nft delete table ip6 kt", code: "ENOENT" },
    );
    assert.deepEqual(ruleset(), []);
    assert.equal(connection.counters.strayReplies, 0);
  });
});

test("a transaction that is not taken at all is refused with its first message", async () => {
  await withNftables(async (connection) => {
    const [_begin, ...headless] = transaction([addTable(ip.table)]);
    await assert.rejects(connection.transact(headless), { request: "nft add table ip kt" });
    assert.deepEqual(ruleset(), []);
  });
});

test("ten thousand addresses are replaced in one transaction", async () => {
  await withNftables(async (connection) => {
    const set = { name: "vips", key: ["ipv6_addr", "ifname"] } as const;
    const elements = Array.from({ length: 10_000 }, (_, i) => ({
      key: [`2001:db8::${(i + 1).toString(16)}`, "eth0"],
    }));
    const { table } = ip6;
    const content = { table, sets: [{ ...set, elements }], chains: [] };
    for (let i = 0; i < 2; i++) await connection.transact(transaction(replaceTable(content)));
    const portions = await list(
      connection,
      listElements(table, set),
      (body) => decodeElements(body, set),
    );
    assert.equal(portions.flat().length, elements.length);
    await connection.transact(transaction([...removeTable(table), ...removeTable(table)]));
    assert.deepEqual(ruleset(), []);
  });
});

test("adding to a set and taking from it need no new table", async () => {
  await withNftables(async (connection) => {
    const [vips] = ip.sets;
    assert.ok(vips !== undefined);
    const { table } = ip;
    await connection.transact(transaction([addTable(table), addSet(table, vips)]));
    await connection.transact(transaction([addElements(table, vips, [{ key: ["192.0.2.7"] }])]));
    const [portion] = await list(
      connection,
      listElements(table, vips),
      (body) => decodeElements(body, vips),
    );
    assert.deepEqual(portion, [{ key: ["192.0.2.7"] }]);
  });
});

/** Runs something in a new network namespace with a connection to its nftables. */
async function withNftables<T>(action: (connection: NetlinkConnection) => Promise<T>): Promise<T> {
  using _kernel = new NetlinkKernel();
  using reactor = new Reactor();
  using connection = new NetlinkConnection(reactor, {
    protocol: NETLINK_NETFILTER,
    sendBufferBytes: 16 << 20,
  });
  const loop = reactor.run();
  try {
    return await action(connection);
  } finally {
    reactor.stop();
    await loop;
  }
}

/** What a list request brings, decoded. */
async function list<T>(
  connection: NetlinkConnection,
  request: Parameters<NetlinkConnection["request"]>[0],
  decode: (body: Uint8Array) => { readonly ok: true; readonly value: T } | { readonly ok: false },
): Promise<readonly T[]> {
  return (await connection.request(request)).map(({ body }) => {
    const decoded = decode(body);
    assert.ok(decoded.ok, JSON.stringify(decoded));
    return decoded.value;
  });
}

function sorted<T>(items: readonly T[]): readonly string[] {
  return items.map((item) => JSON.stringify(item)).sort();
}

/** What `nft` says of the namespace that this thread is in, without the numbers that the kernel gives out. */
function ruleset(): readonly unknown[] {
  const { nftables } = JSON.parse(
    nft("", "-j", "list", "ruleset"),
    (key, value) => key === "handle" ? undefined : value,
  ) as { readonly nftables: readonly object[] };
  return nftables.filter((entry) => !("metainfo" in entry));
}

function nft(input: string, ...args: readonly string[]): string {
  const words = args.length > 0 ? args : ["-f", "-"];
  const { status, stdout, stderr } = spawnSync("nft", words, { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}
