import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cause } from "@keepalived/lvs-pool";
import { linesOf, quorumMail, serverMail, type Speaker } from "./balancer_log.ts";

const vs = "[192.0.2.1]:tcp:80";
const sorryServer = { name: "S", inhibit: false };

function quorum(up: boolean, cause: Cause, more: { inhibit?: boolean; sorry?: boolean } = {}) {
  const { inhibit = false, sorry = true } = more;
  const numbers = { weight: 4, quorum: 3, hysteresis: 2 };
  const action = { kind: "quorum-state", up, cause, ...numbers } as const;
  return linesOf(sorry ? { ...action, sorryServer: { ...sorryServer, inhibit } } : action, vs);
}

function server(up: boolean, cause: Cause, inhibit = false) {
  return linesOf({ kind: "server-state", id: "1", name: "R", up, inhibit, cause }, vs);
}

const gained = `Gained quorum 3+2=5 <= 4 for VS ${vs}`;
const lost = `Lost quorum 3-2=1 > 4 for VS ${vs}`;
const starting = `Starting with quorum down 3-2=1 > 4 for VS ${vs}`;
const [alive, dead] = [
  `Adding alive servers to the pool for VS ${vs}`,
  `Removing alive servers from the pool for VS ${vs}`,
];

test("linesOf() names the quorum as it was counted, and what the sorry server does", () => {
  for (const cause of ["checked", "configured"] as const) {
    assert.deepEqual(quorum(true, cause), [gained, `Removing sorry server S from VS ${vs}`, alive]);
    assert.deepEqual(quorum(false, cause), [lost, `Adding sorry server S to VS ${vs}`, dead]);
    assert.deepEqual(quorum(true, cause, { sorry: false }), [gained]);
    assert.deepEqual(quorum(false, cause, { sorry: false }), [lost]);
  }
  const inhibit = true;
  assert.deepEqual(quorum(true, "checked", { inhibit }).slice(1, 2), [
    `Disabling sorry server S from VS ${vs}`,
  ]);
  assert.deepEqual(quorum(false, "checked", { inhibit }).slice(1, 2), [
    `Enabling sorry server S to VS ${vs}`,
  ]);
});

test("linesOf() of the start and the end", () => {
  assert.deepEqual(quorum(true, "started"), [gained]);
  assert.deepEqual(quorum(false, "started"), [starting, `Adding sorry server S to VS ${vs}`, dead]);
  assert.deepEqual(quorum(false, "stopped"), []);
  assert.deepEqual(quorum(false, "removed"), []);
  assert.deepEqual(server(true, "started"), []);
  assert.deepEqual(server(false, "first"), []);
  assert.deepEqual(server(false, "stopped", true), [`Shutting down service R from VS ${vs}`]);
  assert.deepEqual(server(false, "removed", true), [`Removing service R from VS ${vs}`]);
});

test("quorumMail() and serverMail() say why, and nothing of the end", () => {
  const mail = (up: boolean, cause: Cause) =>
    quorumMail({ kind: "quorum-state", up, cause, weight: 4, quorum: 3, hysteresis: 2 });
  assert.equal(mail(true, "started"), "Starting with quorum up 3+2=5 <= 4");
  assert.equal(mail(false, "started"), "Starting with quorum down 3-2=1 > 4");
  assert.equal(mail(true, "checked"), "Gained quorum 3+2=5 <= 4");
  assert.equal(mail(false, "checked"), "Lost quorum 3-2=1 > 4");
  assert.equal(mail(false, "stopped"), undefined);
  const server = { kind: "server-state", id: "1", name: "R", inhibit: false } as const;
  const of = (up: boolean, cause: Cause, kind?: Speaker["kind"]) =>
    serverMail({ ...server, up, cause }, kind && { kind, failure: "no greeting" });
  // What the C daemon's mails say.
  const said = {
    tcp: ["TCP CHECK succeed on service", "TCP CHECK failed on service"],
    udp: ["UDP CHECK succeed on service", "UDP CHECK failed on service"],
    ping: ["ICMP CHECK succeed on service", "ICMP CHECK failed on service"],
    dns: ["DNS_CHECK: succeed on service", "DNS_CHECK: failed on service"],
    misc: ["MISC CHECK succeeded on service", "MISC CHECK failed on service"],
    http: ["CHECK succeed on service", "CHECK failed on service : HTTP request failed"],
    smtp: ["CHECK succeed on service", "CHECK failed on service : no greeting"],
  } as const;
  for (const [kind, [up, down]] of Object.entries(said)) {
    assert.equal(of(true, "checked", kind as keyof typeof said), up);
    assert.equal(of(false, "checked", kind as keyof typeof said), down);
  }
  assert.equal(of(false, "configured"), "CHECK failed on service");
  assert.equal(of(false, "removed"), undefined);
});

test("linesOf() of servers and weights", () => {
  assert.deepEqual(server(true, "checked"), [`Adding service R to VS ${vs}`]);
  assert.deepEqual(server(false, "configured"), [`Removing service R from VS ${vs}`]);
  assert.deepEqual(server(true, "checked", true), [`Enabling service R of VS ${vs}`]);
  assert.deepEqual(server(false, "checked", true), [`Disabling service R of VS ${vs}`]);
  const weight = { kind: "weight-changed", id: "1", name: "R", from: 1, to: 5 } as const;
  assert.deepEqual(linesOf({ ...weight, up: true }, vs), [
    `Changing weight from 1 to 5 for active service R of VS ${vs}`,
  ]);
  assert.deepEqual(linesOf({ ...weight, up: false }, vs), [
    `Changing weight from 1 to 5 for inactive service R of VS ${vs}`,
  ]);
});
