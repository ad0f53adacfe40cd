/** auth_hmac between two of our daemons, and with one that knows nothing of it; old copies and wrong keys are refused. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Injector } from "../../tools/lab/injector.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { type InstanceConf, instanceConf } from "./instance_conf.ts";

const hosts = ["a", "b"] as const;
type HostName = (typeof hosts)[number];

const key = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const other = "hex:ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fe80::a/64", "2001:db8::a/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fe80::b/64", "2001:db8::b/64"] },
  ]);
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  started = [];
});

function hmac(value: string, ...more: readonly string[]): readonly string[] {
  return ["auth_hmac {", `  key 7 ${value}`, "  active_key 7", ...more, "}"];
}

function start(name: HostName, config: string): Daemon {
  const daemon = lab.start({ name, config });
  started.push(daemon);
  return daemon;
}

/** `a` is the better one. */
function startOne(name: HostName, lines: readonly string[], conf: InstanceConf = {}): Daemon {
  return start(name, instanceConf({ priority: name === "a" ? 200 : 100, lines, ...conf }));
}

/**
 * One virtual router for each way that an advertisement can go, all with HMAC.
 *
 * Slow ones: on a busy machine too it is the keys that decide whether one hears the other.
 */
function everyWay(self: HostName): string {
  const peer = self === "a" ? "b" : "a";
  const ip4 = { a: "192.0.2.1", b: "192.0.2.2" };
  const ip6 = { a: "2001:db8::a", b: "2001:db8::b" };
  const unicast = (addresses: Readonly<Record<HostName, string>>) => [
    `unicast_src_ip ${addresses[self]}`,
    "unicast_peer {",
    addresses[peer],
    "}",
  ];
  const ways: readonly InstanceConf[] = [
    { version: 2, lines: ["authentication { auth_type PASS", "auth_pass x", "}"] },
    { lines: [] },
    { addresses: ["fe80::100/64"], lines: [] },
    { lines: unicast(ip4) },
    { addresses: ["2001:db8::100/64"], lines: unicast(ip6) },
  ];
  return ways.map((way, i) =>
    instanceConf({
      name: `VI_${i}`,
      virtualRouterId: 51 + i,
      addresses: [`192.0.2.${100 + i}/24`],
      priority: self === "a" ? 200 : 100,
      interval: 1,
      ...way,
      lines: [...way.lines ?? [], ...hmac(key)],
    })
  ).join("");
}

test("with one key they agree, whatever way the advertisements go", async () => {
  const a = start("a", everyWay("a"));
  const names = [0, 1, 2, 3, 4].map((i) => `VI_${i}`);
  const become = (daemon: Daemon, state: string) =>
    Promise.all(
      names.map((name) => daemon.says(new RegExp(`\\(${name}\\) Entering ${state}`))),
    );
  await become(a, "MASTER");
  const b = start("b", everyWay("b"));
  await become(b, "BACKUP");
  // As long as b would wait for somebody whom it does not believe, and longer.
  await sleep(4500);
  assert.deepEqual(b.lines(/Entering MASTER|ignoring/), [], "b believes a");
  assert.equal(await a.stop(), 0);
  await become(b, "MASTER");
});

test("with another key nobody believes the other, and says so", async () => {
  const a = startOne("a", hmac(key));
  await a.says(/Entering MASTER/);
  const b = startOne("b", hmac(other));
  await b.says(/ignoring advert from 192\.0\.2\.1: hmac invalid/);
  await b.says(/Entering MASTER/);
  await a.says(/ignoring advert from 192\.0\.2\.2: hmac invalid/);
});

test("advertisements without HMAC are refused by enforce, and accepted by permissive", async () => {
  const a = startOne("a", []);
  await a.says(/Entering MASTER/);
  const b = startOne("b", hmac(key));
  await b.says(/ignoring advert from 192\.0\.2\.1: hmac missing/);
  await b.says(/Entering MASTER/);
  await b.stop();
  const from = b.log.length;
  const tolerant = startOne("b", hmac(key, "mode permissive"));
  await tolerant.says(/Entering BACKUP/);
  await sleep(800);
  assert.deepEqual(tolerant.lines(/Entering MASTER|ignoring/), []);
  assert.equal(b.log.length, from);
  assert.equal(await a.stop(), 0);
  await tolerant.says(/Entering MASTER/);
  // Who has no auth_hmac takes what is signed all the same.
  const plain = startOne("a", [], { priority: 50 });
  await plain.says(/Entering BACKUP/);
  await sleep(800);
  assert.deepEqual(plain.lines(/Entering MASTER|ignoring/), []);
});

test("a copy of an old advertisement changes nothing", async () => {
  for (const mode of ["time", "monotonic"]) {
    const lines = hmac(key, `anti_replay ${mode}`);
    const a = startOne("a", lines);
    await a.says(/Entering MASTER/);
    const b = startOne("b", lines);
    await b.says(/Entering BACKUP/);
    const sinceUs = lab.reactor.nowUs();
    await lab.wire.next("one to copy", ({ priority }) => priority === 200);
    await sleep(300);
    const { mac } = lab.host("a");
    const { atUs } = lab.wire.adverts.find((it) => it.atUs >= sinceUs && it.mac === mac) ?? {};
    const copy = lab.wire.frames.find((frame) => frame.atUs === atUs);
    assert.ok(copy !== undefined);
    assert.equal(await a.stop(), 0);
    await b.says(/Entering MASTER/);

    const from = b.log.length;
    using injector = new Injector(lab.host("a"));
    for (let i = 0; i < 5; i++) {
      injector.send(copy.bytes);
      await sleep(50);
    }
    await b.says(/ignoring advert from 192\.0\.2\.1: hmac replay/, { from });
    assert.deepEqual(b.log.slice(from).filter((line) => /Entering/.test(line)), []);
    const said = b.log.slice(from).filter((line) => /ignoring|contested/.test(line));
    assert.equal(said.length, 1, said.join("\n"));
    assert.equal(await b.stop(), 0);
  }
});

test("a key in a file: FAULT without it, MASTER once it is there and the configuration is read again", async () => {
  const file = join(lab.folder, "vrrp.key");
  const a = startOne("a", hmac(`file:${file}`));
  await a.says(/auth_hmac key 7 is not usable: ENOENT/);
  await a.says(/Entering FAULT STATE/);
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  a.signal("SIGHUP");
  await a.says(/Entering MASTER STATE/);
  const b = startOne("b", hmac(key));
  await b.says(/Entering BACKUP/);
  await sleep(800);
  assert.deepEqual(b.lines(/Entering MASTER|ignoring/), []);
  await until("a holds it", () => lab.host("a").holds("192.0.2.100"));
});
