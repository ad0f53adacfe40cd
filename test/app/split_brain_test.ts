/** Two MASTERs at once, seen and said by both, with what each can know of the cause. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { decodeArp, decodeEthernet, etherType } from "@keepalived/inet-codec";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

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
});

/** Master and backup, settled. */
async function pair(intervalOfBackup = 0.1): Promise<readonly [Daemon, Daemon]> {
  const a = lab.start({ name: "a", config: instanceConf({ priority: 150 }) });
  started.push(a);
  await a.says(/Entering MASTER STATE/);
  const b = lab.start({
    name: "b",
    config: instanceConf({ priority: 100, interval: intervalOfBackup }),
  });
  started.push(b);
  await b.says(/Entering BACKUP STATE/);
  for (let i = 0; i < 2; i++) {
    await lab.wire.next("an advertisement for b", () => true);
  }
  return [a, b];
}

/** The host gets no VRRP any more. */
function deafen(name: "a" | "b", deaf: boolean): void {
  const host = lab.host(name);
  if (!deaf) return void host.run("nft delete table ip deaf");
  host.run("nft add table ip deaf");
  host.run("nft add chain ip deaf in { type filter hook input priority 0 ; }");
  host.run("nft add rule ip deaf in ip protocol 112 drop");
}

function gratuitousArpsOf(name: "a" | "b", sinceUs: number): number {
  return lab.wire.frames.filter(({ atUs, bytes }) => {
    const ethernet = decodeEthernet(bytes);
    if (atUs < sinceUs || !ethernet.ok || ethernet.value.etherType !== etherType.arp) return false;
    const arp = decodeArp(ethernet.value.payload);
    return arp.ok && arp.value.senderMac === lab.host(name).mac &&
      arp.value.senderAddress === arp.value.targetAddress;
  }).length;
}

test("a deaf backup takes over: both say so, and the right one announces again when it is over", async () => {
  const [a, b] = await pair();
  const from = { a: a.log.length, b: b.log.length };
  deafen("b", true);
  await b.says(/contested: 192\.0\.2\.1 was MASTER and fell silent/, { from: from.b });
  await a.says(/contested: 192\.0\.2\.2 is MASTER too: it does not hear us/, { from: from.a });
  assert.equal(a.log.filter((line) => line.includes("is MASTER too")).length, 1, "said once");
  assert.ok(lab.host("a").holds("192.0.2.100"), "the better router stays MASTER");

  deafen("b", false);
  await b.says(/Entering BACKUP STATE/, { from: from.b });
  await b.says(/no longer contested by 192\.0\.2\.1/, { from: from.b });
  const sinceUs = lab.reactor.nowUs();
  await a.says(/no longer contested by 192\.0\.2\.2/, { from: from.a });
  await until("a announces again", () => gratuitousArpsOf("a", sinceUs) > 0);
});

test("after a split the winner announces again, though it hears the loser no more of itself", async () => {
  // The loser advertises so seldom that it hears the winner first.
  const [, b] = await pair(5);
  const from = b.log.length;
  lab.network.setBridged("b", false);
  await b.says(/Entering MASTER STATE/, { from });
  const sinceUs = lab.reactor.nowUs();
  lab.network.setBridged("b", true);
  await b.says(/Entering BACKUP STATE/, { from });
  await until("a announces again", () => gratuitousArpsOf("a", sinceUs) > 0);
  const isLastWord = ({ mac, priority, maxAdvertiseIntervalUs }: Lab["wire"]["adverts"][number]) =>
    mac === lab.host("b").mac && priority === 100 && maxAdvertiseIntervalUs === 100_000;
  await lab.wire.next("a last word with the winner's interval", isLastWord, {
    sinceUs,
  });
});

test("two routers with different passwords: both say that the other is refused", async () => {
  const conf = (priority: number, word: string) =>
    instanceConf({
      priority,
      version: 2,
      interval: 1,
      lines: ["authentication {", "auth_type PASS", `auth_pass ${word}`, "}"],
    });
  const a = lab.start({ name: "a", config: conf(150, "one") });
  const b = lab.start({ name: "b", config: conf(100, "two") });
  started.push(a, b);
  const refused =
    /contested: 192\.0\.2\.\d is MASTER too: what it sends is refused here \(authentication/;
  await Promise.all([a.says(refused), b.says(refused)]);
});

test("an ordinary election, a resignation and a hand-back are no contest", async () => {
  const [a] = await pair();
  assert.equal(await a.stop(), 0);
  const b = started[1];
  assert.ok(b !== undefined);
  await b.says(/Entering MASTER STATE/);
  const from = b.log.length;
  const again = lab.start({ name: "a", config: instanceConf({ priority: 150 }) });
  started = [again, b];
  await again.says(/Entering MASTER STATE/);
  await b.says(/Entering BACKUP STATE/, { from });
  for (const daemon of [a, b, again]) assert.doesNotMatch(daemon.log.join("\n"), /contested/);
});
