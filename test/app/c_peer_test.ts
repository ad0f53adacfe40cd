/**
 * Our daemon beside the C one, over what no standard says: Authentication Header, and unicast in both families.
 *
 * Eight virtual routers at once, each daemon the better one of four. Both daemons must agree in every phase; then nobody
 * refuses what the other sends.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Lab, sleep } from "../../tools/lab/lab.ts";
import { type InstanceConf, instanceConf } from "./instance_conf.ts";

const hosts = ["a", "b"] as const;
type HostName = (typeof hosts)[number];
const other = { a: "b", b: "a" } as const;

const ip4 = { a: "192.0.2.1", b: "192.0.2.2" };
const ip6 = { a: "2001:db8::a", b: "2001:db8::b" };
const header = ["authentication {", "auth_type AH", "auth_pass secret12", "}"];

type Way = (self: HostName) => InstanceConf;

const unicast = (addresses: Readonly<Record<HostName, string>>) => (self: HostName) => [
  `unicast_src_ip ${addresses[self]}`,
  "unicast_peer {",
  addresses[other[self]],
  "}",
];

const ways: readonly Way[] = [
  () => ({ version: 2, interval: 1, lines: header }),
  (self) => ({ version: 2, interval: 1, lines: [...header, ...unicast(ip4)(self)] }),
  (self) => ({ interval: 0.5, lines: unicast(ip4)(self) }),
  (self) => ({ interval: 0.5, lines: unicast(ip6)(self) }),
];

/** Each way twice: in the first half `a` is the better one, in the second half `b`. */
const routers = [...ways, ...ways].map((way, i) => ({
  name: `VI_${i}`,
  better: i < ways.length ? "a" as const : "b" as const,
  conf: (self: HostName): string =>
    instanceConf({
      name: `VI_${i}`,
      virtualRouterId: 51 + i,
      addresses: [i % ways.length === 3 ? `2001:db8::1:${i}/64` : `192.0.2.${100 + i}/24`],
      priority: (i < ways.length) === (self === "a") ? 200 : 100,
      ...way(self),
    }),
}));

/** The last state that a daemon said it is in, for each of its virtual routers. */
function statesOf(daemon: Daemon): readonly (string | undefined)[] {
  return routers.map(({ name }) =>
    daemon.log.map((line) => new RegExp(`\\(${name}\\) Entering (\\w+) STATE`).exec(line)?.[1])
      .findLast((state) => state !== undefined)
  );
}

const expected = (self: HostName): readonly string[] =>
  routers.map(({ better }) => better === self ? "MASTER" : "BACKUP");
const all = (state: string): readonly string[] => routers.map(() => state);

async function reach(daemon: Daemon, states: readonly string[], withinMs: number): Promise<void> {
  const limit = performance.now() + withinMs;
  while (performance.now() < limit) {
    if (String(statesOf(daemon)) === String(states)) return;
    await sleep(50);
  }
  assert.deepEqual(statesOf(daemon), states, daemon.log.slice(-30).join("\n"));
}

test("they agree who is MASTER, from whichever side they start", async () => {
  await using lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fe80::a/64", "2001:db8::a/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fe80::b/64", "2001:db8::b/64"] },
  ]);
  const kinds: Readonly<Record<HostName, Implementation>> = { a: "ours", b: "c" };
  let run = 0;
  const start = (self: HostName): Daemon =>
    lab.start({
      name: `${self}${run++}`,
      implementation: kinds[self],
      config: routers.map(({ conf }) => conf(self)).join(""),
    }, self);

  const ours = start("a");
  await reach(ours, all("MASTER"), 8000);
  let theirs = start("b");
  await reach(theirs, expected("b"), 10_000);
  await reach(ours, expected("a"), 2000);
  await sleep(3000);
  await reach(theirs, expected("b"), 0);
  await reach(ours, expected("a"), 0);

  assert.equal(await theirs.stop(), 0);
  await reach(ours, all("MASTER"), 2500);
  theirs = start("b");
  await reach(theirs, expected("b"), 10_000);
  assert.equal(await ours.stop(), 0);
  await reach(theirs, all("MASTER"), 2500);
  const again = start("a");
  await reach(again, expected("a"), 10_000);
  for (const daemon of [ours, again]) {
    assert.deepEqual(daemon.lines(/ignoring|malformed|other addresses|contested/), []);
  }
  assert.deepEqual(theirs.lines(/AH|checksum|[Ii]nvalid|dropped|dropping|mismatch/), []);
  assert.equal(await again.stop(), 0);
  assert.equal(await theirs.stop(), 0);
});

test("a peer with the checksum of old releases is believed and answered in it", async () => {
  await using lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24"] },
    { name: "b", addresses: ["192.0.2.2/24"] },
  ], { watch: "ports" });
  const conf = (self: HostName, priority: number, ...lines: readonly string[]) =>
    instanceConf({ interval: 0.5, priority, lines: [...unicast(ip4)(self), ...lines] });
  const theirs = lab.start({
    name: "theirs",
    implementation: "c",
    config: conf("b", 200, "old_unicast_checksum"),
  }, "b");
  await theirs.says(/Entering MASTER STATE/);
  const ours = lab.start({ name: "ours", config: conf("a", 100) }, "a");
  await ours.says(/Entering BACKUP STATE/);
  await sleep(2500);
  assert.deepEqual(ours.lines(/Entering MASTER|ignoring|malformed/), []);

  const formOf = async (port: HostName) =>
    (await lab.wire.next(`${port} advertises`, (it) => it.port === port))
      .checksumForm;
  assert.equal(await formOf("b"), "group-pseudo-header");
  assert.equal(await theirs.stop(), 0);
  await ours.says(/Entering MASTER STATE/);
  assert.equal(await formOf("a"), "group-pseudo-header");
  assert.equal(await ours.stop(), 0);
});
