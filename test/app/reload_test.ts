/** SIGHUP: what changed is taken over, what did not is not touched, and a broken file changes nothing. */

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { type InstanceConf, instanceConf } from "./instance_conf.ts";

const first = "192.0.2.100";
const second = "192.0.2.101";

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24"] },
    { name: "b", addresses: ["192.0.2.2/24"] },
  ]);
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  started = [];
  assert.ok(!lab.host("a").holds(first) && !lab.host("a").holds(second), "address left");
});

test("a changed priority is advertised, and the master stays master", async () => {
  const daemon = await startMaster("a", { priority: 100 });
  const from = daemon.log.length;
  const sinceUs = lab.reactor.nowUs();
  await reload(daemon, instanceConf({ priority: 150 }));
  await advertises(sinceUs, (it) => it.priority === 150);
  assert.deepEqual(daemon.log.slice(from).filter((line) => /Entering/.test(line)), []);
  assertNoResignation(sinceUs);
  assertNoGap(sinceUs);
});

test("a backup whose priority is raised over the master's preempts it", async () => {
  const master = await startMaster("a", { priority: 100 });
  const backup = start("b", instanceConf({ priority: 50 }));
  await backup.says(/Entering BACKUP STATE/);
  const from = backup.log.length;
  await reload(backup, instanceConf({ priority: 200 }));
  await backup.says(/Entering MASTER STATE/, { from });
  await master.says(/Entering BACKUP STATE$/);
  await until("b alone holds it", () => !lab.host("a").holds(first));
  assert.ok(lab.host("b").holds(first));
});

test("an added address comes, a removed one goes, and the rest is not touched", async () => {
  const daemon = await startMaster("a", {});
  const sinceUs = lab.reactor.nowUs();
  await reload(daemon, instanceConf({ addresses: [`${first}/24`, `${second}/24`] }));
  await until("it holds the added one", () => lab.host("a").holds(second));
  await advertises(sinceUs, (it) => it.addresses.includes(second));
  assert.ok(lab.host("a").holds(first));

  await reload(daemon, instanceConf({ addresses: [`${second}/24`] }));
  await until("it gave the removed one away", () => !lab.host("a").holds(first));
  assert.ok(lab.host("a").holds(second));
  assertNoResignation(sinceUs);
  assertNoGap(sinceUs);
});

test("an address that moves from one instance to another stays", async () => {
  const two = (ofOne: string, ofTwo: string) =>
    instanceConf({ name: "VI_1", virtualRouterId: 51, addresses: [`${ofOne}/24`] }) +
    instanceConf({ name: "VI_2", virtualRouterId: 52, addresses: [`${ofTwo}/24`] });
  const daemon = start("a", two(first, second));
  for (const name of ["VI_1", "VI_2"]) {
    await daemon.says(new RegExp(`\\(${name}\\) Entering MASTER STATE`));
  }
  await reload(daemon, two(second, first));
  await sleep(500);
  assert.ok(lab.host("a").holds(first), "first address lost");
  assert.ok(lab.host("a").holds(second), "second address lost");
});

test("instances come and go: one that is taken out resigns, the others do not notice", async () => {
  const one = instanceConf({ name: "VI_1", virtualRouterId: 51 });
  const two = instanceConf({ name: "VI_2", virtualRouterId: 52, addresses: [`${second}/24`] });
  const daemon = start("a", one);
  await daemon.says(/\(VI_1\) Entering MASTER STATE/);
  const sinceUs = lab.reactor.nowUs();
  await reload(daemon, one + two);
  await daemon.says(/\(VI_2\) Entering MASTER STATE/);
  await until("it holds both", () => lab.host("a").holds(second));

  await reload(daemon, one);
  await advertises(sinceUs, (it) => it.virtualRouterId === 52 && it.priority === 0);
  await until("it gave the address away", () => !lab.host("a").holds(second));
  assert.ok(lab.host("a").holds(first));
  assert.equal(daemon.lines(/\(VI_1\) Entering/).length, 2, "VI_1 changed its state");
  assertNoGap(sinceUs);
});

test("a renamed instance is the same virtual router: it keeps its state", async () => {
  const daemon = await startMaster("a", { name: "VI_1" });
  const sinceUs = lab.reactor.nowUs();
  await reload(daemon, instanceConf({ name: "other" }));
  await sleep(500);
  assertNoResignation(sinceUs);
  assertNoGap(sinceUs);
  assert.ok(lab.host("a").holds(first));
});

test("a changed interval is used, and told to the backup", async () => {
  const daemon = await startMaster("a", { interval: 0.1 });
  const sinceUs = lab.reactor.nowUs();
  await reload(daemon, instanceConf({ interval: 0.3 }));
  const changed = (it: { maxAdvertiseIntervalUs: number }) => it.maxAdvertiseIntervalUs === 300_000;
  const { atUs } = await advertises(sinceUs, changed);
  const { atUs: nextUs } = await advertises(atUs + 1, changed);
  assert.ok(nextUs - atUs > 250_000, `${nextUs - atUs} µs between two`);
});

for (
  const [what, broken] of [
    ["a missing brace", instanceConf({ priority: 150 }).replace(/}\s*$/, "")],
    ["an unknown keyword", instanceConf({ priority: 150, lines: ["nonsense 1"] })],
    ["a bad number", instanceConf({ priority: 1500 })],
  ] as const
) {
  test(`a file with ${what} is refused with its place, and the old configuration runs on`, async () => {
    const daemon = await startMaster("a", { priority: 100 });
    const from = daemon.log.length;
    const sinceUs = lab.reactor.nowUs();
    daemon.configure(broken);
    daemon.signal("SIGHUP");
    await daemon.says(/Reload refused/, { from });
    assert.ok(daemon.log.slice(from).some((line) => /a\.conf:\d+:\d+: error/.test(line)));
    await sleep(300);
    const priorities = new Set(advertsSince(sinceUs).map(({ priority }) => priority));
    assert.deepEqual([...priorities], [100]);
    assertNoGap(sinceUs);
    assert.ok(lab.host("a").holds(first));

    await reload(daemon, instanceConf({ priority: 150 }));
    await advertises(sinceUs, (it) => it.priority === 150);
  });
}

test("what only a restart can change is refused, and the old configuration runs on", async () => {
  const daemon = await startMaster("a", {});
  const sinceUs = lab.reactor.nowUs();
  daemon.configure(`global_defs {\n  nftables other\n}\n${instanceConf({ priority: 150 })}`);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload refused: to change nftables the daemon must be restarted/);
  await sleep(300);
  const priorities = new Set(advertsSince(sinceUs).map(({ priority }) => priority));
  assert.deepEqual([...priorities], [100]);
});

test("a file that is gone is refused, and the old configuration runs on", async () => {
  const daemon = await startMaster("a", {});
  const sinceUs = lab.reactor.nowUs();
  rmSync(daemon.configFile);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload refused/);
  await sleep(300);
  assertNoResignation(sinceUs);
  assertNoGap(sinceUs);
});

test("many SIGHUPs in a row end in the last configuration", async () => {
  const daemon = await startMaster("a", {});
  const sinceUs = lab.reactor.nowUs();
  for (let priority = 101; priority <= 120; priority++) {
    daemon.configure(instanceConf({ priority }));
    daemon.signal("SIGHUP");
    await sleep(5);
  }
  await advertises(sinceUs, (it) => it.priority === 120);
  assertNoResignation(sinceUs);
  assertNoGap(sinceUs);
  assert.ok(lab.host("a").holds(first));
});

function start(host: string, config: string): Daemon {
  const daemon = lab.start({ name: host, config });
  started.push(daemon);
  return daemon;
}

async function startMaster(host: string, conf: InstanceConf): Promise<Daemon> {
  const daemon = start(host, instanceConf(conf));
  await daemon.says(/Entering MASTER STATE/);
  await until("it holds its address", () => lab.host(host).holds(first));
  return daemon;
}

async function reload(daemon: Daemon, config: string): Promise<void> {
  const from = daemon.log.length;
  daemon.configure(config);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload: \d+ instances/, { from });
}

type Advert = Lab["wire"]["adverts"][number];

function advertises(sinceUs: number, wanted: (advert: Advert) => boolean): Promise<Advert> {
  return lab.wire.next("the advertisement", wanted, { sinceUs });
}

function advertsSince(sinceUs: number): readonly Advert[] {
  return lab.wire.adverts.filter(({ atUs }) => atUs >= sinceUs);
}

function assertNoResignation(sinceUs: number): void {
  const resigned = advertsSince(sinceUs).filter(({ priority }) => priority === 0);
  assert.deepEqual(resigned, []);
}

/** No backup would have taken over meanwhile: three intervals, as they were at first, never passed without a word. */
function assertNoGap(sinceUs: number): void {
  const times = advertsSince(sinceUs).filter(({ virtualRouterId }) => virtualRouterId === 51)
    .map(({ atUs }) => atUs);
  for (const [i, atUs] of times.entries()) {
    const gapUs = atUs - (times[i - 1] ?? sinceUs);
    assert.ok(gapUs < 300_000, `${gapUs} µs without an advertisement`);
  }
}
