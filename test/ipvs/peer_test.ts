/**
 * Our checker process and the C daemon with the same configurations, on the same servers that fail and return.
 *
 * All configurations run at once. Each daemon has the IPVS of a namespace of its own; ours are in this process, as a
 * start of a program takes seconds in a guest. After each event both tables must be the same.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Config } from "@keepalived/keepalived-config";
import { NETLINK_ROUTE } from "@keepalived/linux";
import { describeDestination, describeKey, describeService } from "@keepalived/netlink-ipvs";
import { setLink } from "@keepalived/netlink-route";
import { NetlinkConnection, Reactor } from "@keepalived/reactor";
import { CheckProcess } from "../../apps/keepalived/check/check_process.ts";
import { Ipvs } from "../../apps/keepalived/check/ipvs/client.ts";
import { loadFile } from "../../apps/keepalived/config/load_file.ts";
import { sleep, until } from "../../tools/lab/lab.ts";
import { type CDaemon, CDaemons } from "./c_daemons.ts";
import { requireGuest } from "./kernel.ts";
import { Namespace } from "./namespace.ts";
import { type PeerConfiguration, peerConfigurations } from "./peer_configurations.ts";
import { StandIn } from "./stand_ins.ts";

/** Servers of each configuration. */
const numbers = [1, 2, 3] as const;

/** Both daemons with one configuration, and the servers that it is about. */
class Pair {
  readonly configuration: PeerConfiguration;
  readonly theirs: CDaemon;
  readonly namespace = Namespace.create();
  /** The tables of both, as the kernel has them. */
  readonly kernel: Ipvs[] = [];
  readonly said: string[] = [];
  readonly #file: string;
  readonly #check: CheckProcess;
  readonly #standIns: readonly StandIn[];

  constructor(configuration: PeerConfiguration, index: number, theirs: CDaemon) {
    this.configuration = configuration;
    this.theirs = theirs;
    this.#file = fileOf(index);
    this.#check = new CheckProcess(
      reactor,
      (severity, text) => void this.said.push(`${severity}: ${text}`),
      {},
    );
    this.#standIns = numbers.map((number) =>
      new StandIn(reactor, {
        address: addressOf(index, number),
        folder,
        inside: [(open) => open(), (open) => theirs.namespace.inside(open)],
      })
    );
    this.well = numbers;
  }

  set well(well: readonly number[]) {
    for (const [i, it] of this.#standIns.entries()) it.isWell = well.includes(i + 1);
  }

  async start(): Promise<void> {
    await this.namespace.inside(() => setLoopbackUp());
    const open = () => Ipvs.open(reactor);
    this.kernel.push(
      await this.namespace.inside(open),
      await this.theirs.namespace.inside(open),
    );
    const config = await configOf(this.#file);
    // The socket for IPVS is opened first, before anything is waited for; those for the checks are outside.
    await this.namespace.inside(() => this.#check.start(config));
  }

  async reload(text: string): Promise<void> {
    writeFileSync(this.#file, text);
    const isDone = () => this.theirs.log.filter((line) => line.endsWith("Reload complete")).length;
    const before = isDone();
    this.theirs.signal("SIGHUP");
    await this.#check.configure(await configOf(this.#file));
    await until("the C daemon has reloaded", () => isDone() > before, patienceMs);
  }

  stop(): Promise<void> {
    return this.#check.stop();
  }

  [Symbol.dispose](): void {
    for (const it of this.kernel) it[Symbol.dispose]();
    for (const it of this.#standIns) it[Symbol.dispose]();
    this.namespace[Symbol.dispose]();
  }
}

const reactor = new Reactor();
const loop = reactor.run();
const folder = mkdtempSync(join(tmpdir(), "keepalived-peers-"));
const script = join(folder, "misc");
let pairs: readonly Pair[] = [];
let daemons: CDaemons | undefined;

// The first and the last test in place of hooks, which in one process for all files would be those of all.
test("both daemons start with each configuration", async () => {
  requireGuest();
  writeFileSync(script, "#!/bin/sh\nread status <$1\nexit $status\n");
  chmodSync(script, 0o700);
  for (const [i, it] of peerConfigurations.entries()) writeFileSync(fileOf(i), textOf(it, i));
  const theirs = daemons = await CDaemons.prepare(folder, peerConfigurations.length);
  pairs = peerConfigurations.map((it, i) => {
    const daemon = theirs.all.get(String(i));
    assert.ok(daemon !== undefined);
    return new Pair(it, i, daemon);
  });
  theirs.start();
  for (const pair of pairs) await pair.start();
});

/** What happens, to all configurations alike: which servers are well, and whether the changed configuration runs. */
const events: readonly {
  readonly name: string;
  readonly well: readonly number[];
  readonly reloaded?: boolean;
}[] = [
  { name: "start", well: [1, 2, 3] },
  { name: "a server fails", well: [2, 3] },
  { name: "all servers fail", well: [] },
  { name: "a reload while all are down", well: [], reloaded: true },
  { name: "a server returns", well: [2], reloaded: true },
  { name: "all servers return", well: [1, 2, 3], reloaded: true },
  { name: "a reload back", well: [1, 2, 3] },
];

let isReloaded = false;
/** Tables of the C daemon so far: a test in which nothing happens would prove nothing. */
const seen = new Map<Pair, Set<string>>();

for (const { name, well, reloaded = false } of events) {
  test(`${name}: the table is that of the C daemon`, async () => {
    assert.equal(pairs.length, peerConfigurations.length);
    for (const pair of pairs) pair.well = well;
    if (reloaded !== isReloaded) {
      await Promise.all(
        pairs.map((pair, i) =>
          pair.reload(textOf(pair.configuration, i, reloaded ? pair.configuration.reload : []))
        ),
      );
      isReloaded = reloaded;
    }
    await settle(name);
  });
}

test("ipvsadm prints the same of both", () => {
  const some = pairs.filter((it, i) => i % 4 === 0 && it.configuration.difference === undefined);
  const tables = saved(some);
  for (const [i, pair] of some.entries()) {
    assert.ok(tables[2 * i]);
    assert.equal(tables[2 * i], tables[2 * i + 1], nameOf(pair));
  }
});

test("each configuration had tables that differ", () => {
  const counts = pairs.map((pair) => seen.get(pair)?.size ?? 0);
  assert.deepEqual(pairs.filter((_, i) => (counts[i] ?? 0) < 3).map((it) => nameOf(it)), []);
});

test("stop: ours leaves nothing, nor does the C daemon where it has not lost sight of a service", async () => {
  await Promise.all([daemons?.stop(), ...pairs.map((pair) => pair.stop())]);
  for (const pair of pairs) {
    const [ours, theirs] = await tablesOf(pair);
    assert.equal(ours, "", nameOf(pair));
    if (pair.configuration.difference === undefined) assert.equal(theirs, "", nameOf(pair));
  }
});

test("servers and daemons end", async () => {
  for (const pair of pairs) pair[Symbol.dispose]();
  daemons?.dispose();
  reactor.stop();
  await loop;
  reactor[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** Until the next checks are over: a second each, with retries and two urls. */
const settledMs = 3000;
const patienceMs = 60_000;

/** Waits until all have noticed what happened. @throws AssertionError if a table is not what it is to be */
async function settle(event: string): Promise<void> {
  const limit = performance.now() + patienceMs;
  await sleep(settledMs);
  for (;;) {
    const all = await Promise.all(pairs.map(tablesOf));
    const wrong = pairs.flatMap((pair, i) => isRight(pair, event, all[i] ?? ["", ""]) ? [] : [i]);
    if (wrong.length === 0) {
      for (const [i, [, theirs]] of all.entries()) note(pairs[i], theirs);
      return;
    }
    if (performance.now() > limit) {
      assert.fail(wrong.map((i) => describe(pairs[i], all[i])).join("\n\n"));
    }
    await sleep(500);
  }
}

/** Both the same, or different as it is known. */
function isRight(
  { configuration: { difference } }: Pair,
  event: string,
  [ours, theirs]: readonly [string, string],
): boolean {
  const known = difference?.ours[event];
  return known === undefined
    ? ours === theirs
    : ours === known.toSorted().join("\n") && ours !== theirs;
}

function describe(pair: Pair | undefined, tables: readonly string[] = []): string {
  const [ours, theirs] = tables;
  const said = [...pair?.said.slice(-12) ?? [], ...pair?.theirs.log.slice(-12) ?? []];
  return [nameOf(pair), "ours:", ours, "theirs:", theirs, ...said].join("\n  ");
}

function note(pair: Pair | undefined, table: string): void {
  if (pair === undefined) return;
  seen.set(pair, (seen.get(pair) ?? new Set()).add(table));
}

/** Tables of a pair as lines for `ipvsadm`, in order: ours, theirs. */
async function tablesOf(pair: Pair): Promise<readonly [ours: string, theirs: string]> {
  const [ours, theirs] = await Promise.all(pair.kernel.map(async (ipvs) => {
    const services = await ipvs.read();
    return services.flatMap(({ service, destinations }) => [
      `-A ${describeService(service)}`,
      ...destinations.map(({ destination }) =>
        `-a ${describeKey(service.key)} ${describeDestination(destination)}`
      ),
    ]).sort().join("\n");
  }));
  return [ours ?? "", theirs ?? ""];
}

/** What `ipvsadm -Sn` prints for both of some pairs. It takes so long that it is asked only sometimes. */
function saved(some: readonly Pair[]): readonly string[] {
  const paths = some.flatMap((it) => [it.namespace.path, it.theirs.namespace.path]);
  const all = 'for it; do echo "host"; nsenter --net=$it ipvsadm -Sn; done';
  const output = execFileSync("sh", ["-c", all, "sh", ...paths], { encoding: "utf8" });
  const [, ...found] = output.split(/^host\n/m);
  return found.map((table) => table.trim().split("\n").sort().join("\n"));
}

/** Without it nothing is an address that can be reached. */
async function setLoopbackUp(): Promise<void> {
  using connection = new NetlinkConnection(reactor, { protocol: NETLINK_ROUTE });
  await connection.request(setLink(1, { up: true }));
}

async function configOf(file: string): Promise<Config> {
  const { config, diagnostics } = await loadFile(file, { configId: undefined, machine: true });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(errors.filter(({ message }) => !message.includes("is duplicated")), []);
  assert.ok(config !== undefined);
  return config;
}

function textOf(
  { text, name }: PeerConfiguration,
  index: number,
  changes: PeerConfiguration["reload"] = [],
): string {
  const changed = changes.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `${name}: ${from}`);
    return text.replaceAll(from, to);
  }, text);
  return changed.replaceAll("%misc", script)
    .replaceAll(/%%(\d)/g, (_, number) => `${join(folder, addressOf(index, number))}.weight`)
    .replaceAll(/%(\d)/g, (_, number) => join(folder, addressOf(index, number)))
    .replaceAll(/@(\d)/g, (_, number) => addressOf(index, number));
}

function fileOf(index: number): string {
  return join(folder, `${index}.conf`);
}

function addressOf(index: number, number: number): string {
  return `127.1.${index}.${number}`;
}

function nameOf(pair: Pair | undefined): string {
  return pair?.configuration.name ?? "";
}
