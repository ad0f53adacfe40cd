/** What of an instance's addresses goes into advertisements: as many as the C daemon has room for, and of one family. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Implementation } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24", "fe80::a/64"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

/** One instance of each kind, with more addresses than any packet takes. */
const many = Array.from({ length: 255 }, (_, i) => i + 1);
const crowd = instanceConf({
  name: "VI_2",
  version: 2,
  interval: 1,
  virtualRouterId: 52,
  addresses: many.map((i) => `10.2.0.${i}/32`),
}) + instanceConf({
  name: "VI_3",
  virtualRouterId: 53,
  addresses: many.map((i) => `10.3.0.${i}/32`),
}) + instanceConf({
  name: "VI_6",
  virtualRouterId: 56,
  addresses: many.map((i) => `fd00::${i.toString(16)}/128`),
});

/** How many addresses the advertisements of each virtual router have. */
async function countsOf(implementation: Implementation): Promise<readonly number[]> {
  const daemon = lab.start({ name: implementation, implementation, config: crowd }, "a");
  const sinceUs = lab.reactor.nowUs();
  const counts: number[] = [];
  for (const id of [52, 53, 56]) {
    const advert = await lab.wire.next(
      `${implementation} advertises ${id}`,
      ({ virtualRouterId, priority }) => virtualRouterId === id && priority > 0,
      { withinMs: 8000, sinceUs },
    );
    counts.push(advert.addresses.length);
  }
  assert.equal(await daemon.stop(), 0);
  return counts;
}

for (const mtu of [1400, 1500]) {
  test(`MTU ${mtu}: advertisements have as many addresses as those of the C daemon`, async () => {
    lab.host("a").run(`ip link set dev eth0 mtu ${mtu}`);
    const [ofVersion2 = 0, ofVersion3 = 0, ofIpv6 = 0] = await countsOf("ours");
    assert.deepEqual([ofVersion2, ofVersion3, ofIpv6], await countsOf("c"));
    assert.ok(ofIpv6 < 255 && ofVersion2 <= ofVersion3);
  });
}

test("excluded addresses of the other family are held and not advertised", async () => {
  const lines = ["virtual_ipaddress_excluded {", "2001:db8::100/64", "192.0.2.101/24", "}"];
  const sinceUs = lab.reactor.nowUs();
  const daemon = lab.start({ name: "mixed", config: instanceConf({ lines }) }, "a");
  const { addresses } = await lab.wire.next("an advertisement", () => true, {
    sinceUs,
  });
  assert.deepEqual(addresses, ["192.0.2.100"]);
  const all = ["192.0.2.100", "192.0.2.101", "2001:db8::100"];
  await until("it holds all", () => all.every((it) => lab.host("a").holds(it)));
  assert.equal(await daemon.stop(), 0);
  await until("it holds none", () => !all.some((it) => lab.host("a").holds(it)));
});
