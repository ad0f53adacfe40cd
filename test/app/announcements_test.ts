/** How ownership is announced: gaps between gratuitous ARPs, shared by a group, and what a loss of mastership stops. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeArp, decodeEthernet, etherType } from "@keepalived/inet-codec";
import { Lab, sleep } from "../../tools/lab/lab.ts";
import { Wire } from "../../tools/lab/wire.ts";
import { quantile } from "../bench/statistics.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

const addresses = ["192.0.2.100/24", "192.0.2.101/24", "192.0.2.102/24"];
const gapUs = 50_000;

type Announcement = { readonly atUs: number; readonly address: string };

/** The gratuitous ARPs since a time. */
function announcements(sinceUs: number, wire: Wire = lab.wire): readonly Announcement[] {
  return wire.frames.filter(({ atUs }) => atUs >= sinceUs).flatMap(({ atUs, bytes }) => {
    const ethernet = decodeEthernet(bytes);
    if (!ethernet.ok || ethernet.value.etherType !== etherType.arp) return [];
    const arp = decodeArp(ethernet.value.payload);
    if (!arp.ok || arp.value.senderAddress !== arp.value.targetAddress) return [];
    return [{ atUs, address: arp.value.senderAddress }];
  });
}

/** A message that the machine was late with comes closer to the next one, and no other one. */
function assertGaps(sent: readonly Announcement[]): void {
  const gaps = sent.slice(1).map(({ atUs }, i) => atUs - (sent[i]?.atUs ?? NaN));
  assert.ok(quantile(gaps, 0.5) > gapUs * 0.9, `gaps of ${gaps.join(", ")} µs`);
}

const wayOf = {
  vrrp_garp_interval: "global_defs {\n  vrrp_garp_interval 0.05\n}\n",
  garp_group: "garp_group {\n  garp_interval 0.05\n  interfaces {\n    eth0\n  }\n}\n",
} as const;

for (const [way, block] of Object.entries(wayOf)) {
  test(`${way}: announcements keep the gap, each address once before any again`, async () => {
    const sinceUs = lab.reactor.nowUs();
    const config = block + instanceConf({ addresses, lines: ["garp_master_repeat 2"] });
    const daemon = lab.start({ name: "a", config });
    await daemon.says(/Entering MASTER STATE/);
    await sleep(600);
    const sent = announcements(sinceUs);
    assert.equal(await daemon.stop(), 0);
    const order = addresses.map((address) => address.replace("/24", ""));
    assert.deepEqual(sent.map(({ address }) => address), [...order, ...order]);
    assertGaps(sent);
  });
}

test("nothing is announced any more once the addresses are given away", async () => {
  const sinceUs = lab.reactor.nowUs();
  const config = wayOf.vrrp_garp_interval +
    instanceConf({ addresses, lines: ["garp_master_repeat 20"] });
  const daemon = lab.start({ name: "a", config });
  await daemon.says(/Entering MASTER STATE/);
  assert.equal(await daemon.stop(), 0);
  const count = announcements(sinceUs).length;
  assert.ok(count > 0 && count < 60, `${count} announcements`);
  await sleep(300);
  assert.equal(announcements(sinceUs).length, count);
});

test("garp_extra_if all: an address on another interface is announced at its period", async () => {
  lab.host("a").run("ip link add other type veth peer name otherpeer");
  lab.host("a").run("ip link set other up");
  lab.host("a").run("ip link set otherpeer up");
  using other = new Wire(lab.reactor, lab.host("a"), "otherpeer");
  const config = instanceConf({
    addresses: ["192.0.2.100/24", "198.51.100.1/24 dev other"],
    lines: ["garp_master_delay 60", "garp_extra_if all 1"],
  });
  const daemon = lab.start({ name: "a", config });
  await daemon.says(/Entering MASTER STATE/);
  await sleep(2600);
  const seen = announcements(0, other).length;
  assert.equal(await daemon.stop(), 0);
  assert.equal(seen, 7, "five at once, and one each second");
});
