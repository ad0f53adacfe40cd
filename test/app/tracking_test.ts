/** What is tracked, on a real network: the priority that is advertised, and who is MASTER. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

/** Longer than two advertisements are apart: a router that says nothing for so long says nothing. */
const silenceUs = 350_000;

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24"] },
    { name: "b", addresses: ["192.0.2.2/24"] },
  ]);
  for (const name of ["a", "b"]) {
    const host = lab.host(name);
    host.run("ip link add eth1 type veth peer name far1");
    for (const link of ["eth1", "far1"]) host.run(`ip link set ${link} up`);
  }
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  started = [];
  setLink("a", true);
  setLink("b", true);
});

/** Trackers of an instance, and what it advertises while all is well. */
const tracked: readonly (readonly [string, number])[] = [
  ["track_script {\nS weight 10\n}", 110],
  ["track_script {\nS weight -10\n}", 100],
  ["track_script {\nS weight 10 reverse\n}", 90],
  ["track_script {\nS weight -10 reverse\n}", 100],
  ["track_script {\nS\n}", 100],
  ["track_file {\nF\n}", 100],
  ["track_file {\nF weight 3 reverse\n}", 100],
  ["track_file {\nF weight 0\n}", 100],
  ["track_interface {\neth1 weight 20\n}", 120],
  ["track_interface {\neth1\n}", 100],
];

/** What happens, and what the ten advertise then; 0: nothing, it is in FAULT. */
const steps: readonly (readonly [string, (at: Place) => void, readonly number[]])[] = [
  ["the script fails", (at) => at.write("status", "1"), [
    ...[100, 90, 100, 110, 0],
    ...[100, 100, 100],
    ...[120, 100],
  ]],
  ["the file says 5", (at) => at.write("number", "5\n"), [
    ...[100, 90, 100, 110, 0],
    ...[105, 85, 0],
    ...[120, 100],
  ]],
  ["a file with -300 takes its place", (at) => at.replace("number", "-300\n"), [
    ...[100, 90, 100, 110, 0],
    ...[0, 254, 0],
    ...[120, 100],
  ]],
  ["the interface goes down", (at) => setLink(at.host, false), [
    ...[100, 90, 100, 110, 0],
    ...[0, 254, 0],
    ...[100, 0],
  ]],
  ["the file is deleted", (at) => rmSync(at.path("number")), [
    ...[100, 90, 100, 110, 0],
    ...[100, 100, 100],
    ...[100, 0],
  ]],
  ["the interface comes back", (at) => setLink(at.host, true), [
    ...[100, 90, 100, 110, 0],
    ...[100, 100, 100],
    ...[120, 100],
  ]],
  ["the script succeeds", (at) => at.write("status", "0"), tracked.map(([, priority]) => priority)],
];

test("each tracker has the effect on the priority that it has in the C daemon", async () => {
  const places = [new Place("a", "ours", 0), new Place("b", "c", 100)];
  for (const place of places) {
    place.write("status", "0");
    const instances = tracked.map(([lines], i) =>
      instanceConf({
        name: `VI_${i}`,
        virtualRouterId: place.offset + i + 1,
        addresses: [`192.0.2.${place.offset + i + 101}/32`],
        lines: [lines],
      })
    );
    start(
      place.host,
      scriptConf("S", `script ${place.script("status")}\ninterval 1\nrise 2\nfall 2`) +
        `track_file F {\nfile ${place.path("number")}\n}\n${instances.join("")}`,
      place.implementation,
    );
  }
  const expect = async (what: string, expected: readonly number[]) => {
    for (const place of places) {
      const shown = () => expected.map((_, i) => advertised(place.offset + i + 1));
      await until(
        `${place.implementation}, ${what}: ${expected}`,
        () => String(shown()) === String(expected),
      )
        .catch((error) => assert.fail(`${error.message}, but ${shown()}`));
    }
  };
  await expect("at first", tracked.map(([, priority]) => priority));
  for (const [what, happen, expected] of steps) {
    for (const place of places) happen(place);
    await expect(what, expected);
  }
});

test("a script that hangs is a failure: the backup takes over, and gives back when it is well", async () => {
  const place = new Place("a", "ours", 0);
  place.write("status", "0");
  place.write("delay", "0");
  const script = `script ${place.script("status")}\ninterval 0.2\ntimeout 0.3\nfall 2`;
  const a = start(
    "a",
    scriptConf("S", script) +
      instanceConf({ priority: 150, lines: ["track_script {\nS\n}"] }),
  );
  await until("a holds the address", () => holds("a"));
  const b = start("b", instanceConf({ priority: 100 }));
  await b.says(/Entering BACKUP STATE/);
  place.write("delay", "30");
  await a.says(/VRRP_Script\(S\) timed_out/);
  await a.says(/\(VI_1\) Entering FAULT STATE/);
  await until("b alone holds it", () => holds("b") && !holds("a"));
  place.write("delay", "0");
  await a.says(/\(VI_1\) Entering BACKUP STATE$/, {
    from: a.log.findIndex((it) => /FAULT/.test(it)),
  });
  await until("a alone holds it", () => holds("a") && !holds("b"));
});

test("an instance waits for the first result of a script without weight, and no longer", async () => {
  const place = new Place("a", "ours", 0);
  place.write("status", "0");
  place.write("delay", "1");
  const a = start(
    "a",
    scriptConf("S", `script ${place.script("status")}\ninterval 5`) +
      instanceConf({ lines: ["state MASTER", "track_script {\nS\n}"] }),
  );
  await a.says(/waits for the first result of script S/);
  const sinceUs = lab.reactor.nowUs();
  await sleep(500);
  assert.equal(lab.wire.adverts.filter(({ atUs }) => atUs >= sinceUs).length, 0);
  await a.says(/Entering MASTER STATE/);
  assert.equal(a.lines(/FAULT/).length, 0);
});

test("processes count as they start and end, damped as configured", async () => {
  const sleeper = join(lab.folder, "sleeper");
  copyFileSync("/bin/sleep", sleeper);
  const processConf = (name: string, lines: string) =>
    `vrrp_track_process ${name} {\nprocess ${sleeper} 77\n${lines}\n}\n`;
  const a = start(
    "a",
    processConf("P", "weight 20") + processConf("Q", "") +
      processConf("D", "weight 7\nfork_delay 60") +
      instanceConf({ lines: ["track_process {\nP\nD\n}"] }) +
      instanceConf({
        name: "VI_2",
        virtualRouterId: 52,
        addresses: ["192.0.2.101/32"],
        lines: ["track_process {\nQ\n}"],
      }),
  );
  await a.says(/\(VI_1\) Entering MASTER STATE/);
  await a.says(/\(VI_2\) Entering FAULT STATE/);
  assert.deepEqual([advertised(51), advertised(52)], [100, 0]);
  const child = spawn(sleeper, ["77"]);
  await until("it is noticed", () => advertised(51) === 120 && advertised(52) === 100);
  child.kill("SIGKILL");
  await once(child, "exit");
  await until("its end is noticed", () => advertised(51) === 100 && advertised(52) === 0);
});

test("an interface that flaps for less than its delays is not noticed, its own one neither", async () => {
  const a = start(
    "a",
    "interface_up_down_delays {\neth0 0.19\neth1 0.6\n}\n" +
      instanceConf({ lines: ["track_interface {\neth1 weight 20\n}"] }),
  );
  await a.says(/Entering MASTER STATE/);
  await until("with eth1", () => advertised(51) === 120);
  const sinceUs = lab.reactor.nowUs();
  setLink("a", false);
  lab.network.setCable("a", false);
  await sleep(80);
  lab.network.setCable("a", true);
  await sleep(200);
  setLink("a", true);
  await sleep(700);
  const seen = lab.wire.adverts.filter(({ atUs }) => atUs > sinceUs).map(({ priority }) =>
    priority
  );
  assert.deepEqual([...new Set(seen)], [120]);
  assert.equal(a.lines(/FAULT|stayed/).length, 0, a.log.join("\n"));

  setLink("a", false);
  await sleep(400);
  assert.equal(advertised(51), 120);
  await until("it counts as down", () => advertised(51) === 100);
  setLink("a", true);
  await sleep(400);
  assert.equal(advertised(51), 100);
  await until("it counts as up", () => advertised(51) === 120);
});

test("a reload keeps results, and no new script drops a MASTER before it has one", async () => {
  const place = new Place("a", "ours", 0);
  place.write("status", "0");
  place.write("slow", "0");
  place.write("slow.delay", "1");
  const script = (weight: number) =>
    scriptConf("S", `script ${place.script("status")}\ninterval 5\nweight ${weight}`);
  const slow = scriptConf("SLOW", `script ${place.script("slow", "slow.delay")}\ninterval 5`);
  const a = start("a", script(10) + instanceConf({ lines: ["track_script {\nS\n}"] }));
  await until("the script counts", () => advertised(51) === 110);
  const sinceUs = lab.reactor.nowUs();
  a.configure(script(30) + slow + instanceConf({ lines: ["track_script {\nS\nSLOW\n}"] }));
  a.signal("SIGHUP");
  await a.says(/VRRP_Script\(S\) considered successful on reload/);
  await until("the new weight counts", () => advertised(51) === 130);
  await a.says(/VRRP_Script\(SLOW\) succeeded/);
  const seen = lab.wire.adverts.filter(({ atUs }) => atUs > sinceUs).map(({ priority }) =>
    priority
  );
  assert.deepEqual(seen.filter((priority) => priority !== 110 && priority !== 130), []);
  assert.equal(a.lines(/Entering/).length, 2, a.log.join("\n"));
});

/** Files of a daemon, and the virtual router IDs that it uses. */
class Place {
  readonly host: string;
  readonly implementation: Implementation;
  readonly offset: number;

  constructor(host: string, implementation: Implementation, offset: number) {
    this.host = host;
    this.implementation = implementation;
    this.offset = offset;
  }

  path(name: string): string {
    return join(lab.folder, `${this.host}.${name}`);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** Puts another file in the place of one, as editors do. */
  replace(name: string, text: string): void {
    this.write(`${name}.new`, text);
    renameSync(this.path(`${name}.new`), this.path(name));
  }

  /** A script that takes as long as one file says, and returns what another says. */
  script(status: string, delay = "delay"): string {
    const path = this.path(`${status}.sh`);
    const text = `#!/bin/sh\nsleep $(cat ${this.path(delay)} 2>/dev/null || echo 0)\n` +
      `exit $(cat ${this.path(status)})\n`;
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  }
}

function scriptConf(name: string, lines: string): string {
  return `vrrp_script ${name} {\n${lines}\nuser root\n}\n`;
}

function start(host: string, config: string, implementation: Implementation = "ours"): Daemon {
  const daemon = lab.start({ name: host, config, implementation });
  started.push(daemon);
  return daemon;
}

/** Priority of the last advertisement of a virtual router; 0 if it has been silent. */
function advertised(virtualRouterId: number): number {
  const last = lab.wire.adverts.findLast((it) => it.virtualRouterId === virtualRouterId);
  const silent = last === undefined || lab.reactor.nowUs() - last.atUs > silenceUs;
  return silent ? 0 : last.priority;
}

/** The far end of eth1 goes up or down, and with it the carrier of eth1. */
function setLink(host: string, up: boolean): void {
  lab.host(host).run(`ip link set far1 ${up ? "up" : "down"}`);
}

function holds(host: string): boolean {
  return lab.host(host).holds("192.0.2.100");
}
