import assert from "node:assert/strict";
import { test } from "node:test";
import { Interfaces } from "../interfaces.ts";
import { Bench } from "./fixture.ts";
import { Links } from "./links.ts";

const delays = [{ interface: "eth0", downUs: 60_000, upUs: 30_000 }];

/** Tells of an interface: up with or without a carrier, or gone. */
function tell(interfaces: Interfaces, name: string, running: boolean | undefined, parent?: number) {
  const index = name.charCodeAt(name.length - 1);
  const below = parent === undefined ? {} : { parent, kind: "macvlan" as const };
  const link = { index, name, hardwareType: 1, mac: "02:00:00:00:00:01", ...below } as const;
  interfaces.apply({
    kind: running === undefined ? "link-removed" : "link-changed",
    link: { ...link, flags: { up: true, running: running === true } },
  });
}

function links(bench: Bench) {
  const interfaces = new Interfaces();
  const log = (_: unknown, text: string) => void bench.said.push(text);
  return { interfaces, links: new Links(bench.reactor, interfaces, log) };
}

test("an interface without a delay is up or down at once, watched or not", async () => {
  await using bench = new Bench();
  const { interfaces, links: all } = links(bench);
  assert.equal(all.isUp("eth1"), false);
  tell(interfaces, "eth1", true);
  assert.equal(all.isUp("eth1"), true);
  using _ = all.watch("eth1", () => bench.onChange(`eth1 ${all.isUp("eth1")}`));
  tell(interfaces, "eth1", false);
  tell(interfaces, "eth1", true);
  tell(interfaces, "eth1", undefined);
  tell(interfaces, "eth1", true);
  assert.deepEqual(bench.changes, ["eth1 false", "eth1 true", "eth1 false", "eth1 true"]);
  assert.deepEqual(bench.said, []);
});

test("with delays it follows later, and says so; what comes back in time is not told", async () => {
  await using bench = new Bench();
  const { interfaces, links: all } = links(bench);
  tell(interfaces, "eth0", true);
  all.configure(delays);
  using _ = all.watch("eth0", () => bench.onChange(`${all.isUp("eth0")}`));
  tell(interfaces, "eth0", false);
  await bench.sleep(20);
  tell(interfaces, "eth0", true);
  await bench.sleep(80);
  assert.deepEqual([bench.changes, bench.said, all.isUp("eth0")], [[], [], true]);
  tell(interfaces, "eth0", false);
  assert.equal(all.isUp("eth0"), true);
  await bench.until("it is down", () => !all.isUp("eth0"));
  tell(interfaces, "eth0", true);
  assert.equal(all.isUp("eth0"), false);
  await bench.until("it is up", () => all.isUp("eth0"));
  assert.deepEqual(bench.changes, ["false", "true"]);
  assert.deepEqual(bench.said, ["eth0 has stayed down", "eth0 has stayed up"]);
});

test("a macvlan has the delays of the interface below it", async () => {
  await using bench = new Bench();
  const { interfaces, links: all } = links(bench);
  tell(interfaces, "eth0", true);
  all.configure(delays);
  using _ = all.watch("vrrp.9", () => {});
  tell(interfaces, "vrrp.9", true, "0".charCodeAt(0));
  assert.equal(all.isUp("vrrp.9"), true);
  tell(interfaces, "vrrp.9", false, "0".charCodeAt(0));
  assert.equal(all.isUp("vrrp.9"), true);
  await bench.until("it is down", () => !all.isUp("vrrp.9"));
});

test("an interface that is gone is down at once, whatever its delay", async () => {
  await using bench = new Bench();
  const { interfaces, links: all } = links(bench);
  tell(interfaces, "eth0", true);
  all.configure(delays);
  using _ = all.watch("eth0", () => bench.onChange("eth0"));
  tell(interfaces, "eth0", undefined);
  assert.deepEqual([all.isUp("eth0"), bench.changes], [false, ["eth0"]]);
});

test("each of several watches is told until it is disposed", async () => {
  await using bench = new Bench();
  const { interfaces, links: all } = links(bench);
  const listener = () => bench.onChange("told");
  const first = all.watch("eth1", listener);
  const second = all.watch("eth1", listener);
  tell(interfaces, "eth1", true);
  assert.equal(bench.changes.length, 2);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  tell(interfaces, "eth1", false);
  assert.equal(bench.changes.length, 3);
  second[Symbol.dispose]();
  tell(interfaces, "eth1", true);
  assert.equal(bench.changes.length, 3);
});
