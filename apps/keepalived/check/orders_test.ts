import assert from "node:assert/strict";
import { test } from "node:test";
import { isAbout, standingOf } from "./orders.ts";
import { configOf, Stage, tcpCheck, virtualServerText } from "./testing/stage.ts";

const lines = "lvs_sched rr\nlvs_method NAT\nprotocol TCP\n";
const text = `virtual_server_group G {\n192.0.2.5 81\nfwmark 7\n}\n` +
  `virtual_server group G {\n${lines}real_server 10.0.0.1 80 {\n}\n}\n` +
  `virtual_server 2001:db8::5 80 {\n${lines}real_server 2001:db8::1 80 {\n}\n}\n`;
const [virtualServer, other] = configOf(text).virtualServers;
const [v4] = virtualServer?.realServers ?? [];
const [v6] = other?.realServers ?? [];

/** Whether an order is about each of the two servers. */
function meant(server: string): readonly boolean[] {
  assert.ok(virtualServer !== undefined && v4 !== undefined);
  assert.ok(other !== undefined && v6 !== undefined);
  return [isAbout({ server }, virtualServer, v4), isAbout({ server }, other, v6)];
}

test("a server is meant by its address, address and port, or name", () => {
  for (const server of ["10.0.0.1", "10.0.0.1:80", "[10.0.0.1]:80", "[10.0.0.1]:tcp:80"]) {
    assert.deepEqual(meant(server), [true, false], server);
  }
  for (const server of ["2001:db8::1", "2001:DB8:0::1", "[2001:db8::1]:80"]) {
    assert.deepEqual(meant(server), [false, true], server);
  }
  for (const server of ["10.0.0.1:81", "10.0.0", "", "[10.0.0.1", "2001:db8::1:80", "x:80"]) {
    assert.deepEqual(meant(server), [false, false], server);
  }
});

test("a virtual server is meant by what serves it, its group, or its name", () => {
  assert.ok(virtualServer !== undefined && v4 !== undefined);
  const is = (word: string) =>
    isAbout({ server: "10.0.0.1", virtualServer: word }, virtualServer, v4);
  const words = ["G", "[G]:0", "192.0.2.5", "192.0.2.5:81", "fwmark 7"];
  assert.deepEqual(words.map(is), words.map(() => true));
  const others = ["g", "192.0.2.5:80", "192.0.2.6", "fwmark 8"];
  assert.deepEqual(others.map(is), others.map(() => false));
});

test("the last order about a server counts", () => {
  assert.ok(virtualServer !== undefined && v4 !== undefined);
  assert.ok(other !== undefined && v6 !== undefined);
  const orders = [
    { server: "10.0.0.1", service: "drained" },
    { server: "10.0.0.1:80", virtualServer: "G", weight: 7 },
    { server: "2001:db8::1", service: "out" },
  ] as const;
  assert.deepEqual(standingOf(orders, virtualServer, v4), { service: "in", weight: 7 });
  assert.deepEqual(standingOf(orders, other, v6), { service: "out", weight: null });
  assert.deepEqual(standingOf([], other, v6), { service: "in", weight: null });
});

test("a virtual server obeys, also before it starts, and goes back", async () => {
  const stage = new Stage(virtualServerText("", { "10.0.0.1": tcpCheck, "10.0.0.2": tcpCheck }));
  stage.balancer.obey([{ server: "10.0.0.2", service: "drained" }]);
  await stage.start(0.1);
  const table = () => [...stage.table.values()].flat();
  assert.deepEqual(table(), ["192.0.2.1:80 > 1:1 2:0"]);
  stage.balancer.obey([{ server: "10.0.0.2", service: "out" }, { server: "10.0.0.1", weight: 9 }]);
  await stage.run(0.1);
  assert.deepEqual(table(), ["192.0.2.1:80 > 1:9"]);
  stage.balancer.obey([]);
  await stage.run(0.1);
  assert.deepEqual(table(), ["192.0.2.1:80 > 1:1 2:1"]);
});

test("in maintenance nothing is checked, and what is known stays", async () => {
  const stage = new Stage(virtualServerText("", { "10.0.0.1": tcpCheck }));
  await stage.start(1.5);
  assert.ok(stage.attempts.length > 0);
  stage.isAway = true;
  stage.balancer.addressesChanged();
  const count = stage.attempts.length;
  await stage.run(10);
  assert.deepEqual([stage.attempts.length, stage.balancer.status.suspended], [count, true]);
  assert.ok(
    stage.log.some((line) => /Suspending .*: maintenance$/.test(line)),
    stage.log.join("\n"),
  );
  stage.isAway = false;
  stage.balancer.addressesChanged();
  await stage.run(3);
  assert.ok(stage.attempts.length > count);
});
