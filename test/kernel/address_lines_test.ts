/** Lines of addresses: what our requests make of them beside what `ip` makes of the same words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressKind } from "../../apps/keepalived/vrrp/kernel/addresses.ts";
import { configOf, type Line, LineLab, lineOf, onlyOf, wordsOf } from "./line_lab.ts";

const addresses: readonly Line[] = [
  ["10.0.1.1 dev eth0", "10.0.1.1/32 dev eth0"],
  "10.0.1.1/24 dev eth0",
  "10.0.1.1/24 dev eth0 label eth0:vip scope site",
  "10.0.1.1/24 brd + dev eth0",
  "10.0.1.1/24 broadcast - dev eth0",
  "10.0.1.1/24 brd 10.0.1.9 dev eth0",
  "10.0.1.1/24 dev eth0 noprefixroute",
  "10.0.1.1 peer 10.0.1.2/30 dev eth0",
  ["10.0.1.1/24 peer 10.0.1.2 dev eth0", "10.0.1.1 peer 10.0.1.2/32 dev eth0"],
  "10.0.1.1/24 dev eth0 scope link",
  ["169.254.1.1/16 dev eth0", "169.254.1.1/16 dev eth0 scope link"],
  ["127.0.5.1/8 dev eth0", "127.0.5.1/8 dev eth0 scope host"],
  "192.0.2.9/24 dev eth0",
  "224.0.0.77/32 dev eth0 autojoin",
  ["2001:db8:1::1/64 dev eth0", "-6 2001:db8:1::1/64 dev eth0 nodad"],
  ["2001:db8:1::1/64 dev eth0 -nodad", "-6 2001:db8:1::1/64 dev eth0"],
  ["2001:db8:1::1 dev eth0", "-6 2001:db8:1::1/128 dev eth0 nodad preferred_lft 0"],
  [
    "2001:db8:1::1 dev eth0 preferred_lft forever",
    "-6 2001:db8:1::1/128 dev eth0 nodad preferred_lft forever",
  ],
  [
    "2001:db8:1::1/64 dev eth0 preferred_lft 1000",
    "-6 2001:db8:1::1/64 dev eth0 nodad preferred_lft 1000",
  ],
  ["2001:db8:1::1/64 dev eth0 home", "-6 2001:db8:1::1/64 dev eth0 nodad home"],
  ["2001:db8:1::1/64 dev eth0 mngtmpaddr", "-6 2001:db8:1::1/64 dev eth0 nodad mngtmpaddr"],
  ["2001:db8:1::1/64 dev eth0 noprefixroute", "-6 2001:db8:1::1/64 dev eth0 nodad noprefixroute"],
  [
    "2001:db8:1::1 peer 2001:db8:1::2/128 dev eth0",
    "-6 2001:db8:1::1 peer 2001:db8:1::2/128 dev eth0 nodad preferred_lft 0",
  ],
  ["fe80::77/64 dev eth0", "-6 fe80::77/64 dev eth0 nodad"],
];

test("addresses are what ip address makes of the same words", () => {
  using lab = new LineLab("address show");
  const kind = addressKind(lab.interfaces);
  for (const line of addresses) {
    const { track: _, ...item } = onlyOf(
      configOf("static_ipaddress", lineOf(line)).staticAddresses,
    );
    const ours = lab.ours(kind, item, line);
    const { words, family } = wordsOf(line);
    const prefix = /^\S+( peer \S+)?/.exec(words)?.[0];
    const theirs = lab.theirs(
      line,
      `ip ${family} address add ${words}`,
      `ip ${family} address delete ${prefix} dev eth0`,
    );
    assert.deepEqual(ours, theirs, lineOf(line));
    assert.equal(ours.refusal, undefined, lineOf(line));
  }
});
