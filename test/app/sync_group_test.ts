/** Two of our daemons with a sync group over two networks: what befalls one member moves all. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

const inside = "192.0.2.100";
const outside = "198.51.100.100";

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "198.51.100.1/24"] },
    { name: "b", addresses: ["192.0.2.2/24", "198.51.100.2/24"] },
  ]);
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  started = [];
});

function config(priority: number, grouped = true): string {
  const group = "vrrp_sync_group G {\n  group {\n    IN\n    OUT\n  }\n}\n";
  return (grouped ? group : "") +
    instanceConf({ name: "IN", virtualRouterId: 1, priority, addresses: [`${inside}/24`] }) +
    instanceConf({ name: "OUT", virtualRouterId: 2, priority, addresses: [`${outside}/24`] });
}

function start(name: "a" | "b", priority: number): Daemon {
  const daemon = lab.start({ name, config: config(priority) });
  started.push(daemon);
  return daemon;
}

function holdsBoth(name: "a" | "b"): boolean {
  return lab.host(name).holds(inside) && lab.host(name).holds(outside);
}

function holdsNone(name: "a" | "b"): boolean {
  return !lab.host(name).holds(inside) && !lab.host(name).holds(outside);
}

test("a group becomes MASTER together, and a loss of one member's address moves both", async () => {
  const a = start("a", 150);
  await a.says(/VRRP_Group\(G\) Syncing instances to MASTER state/);
  await until("a holds both", () => holdsBoth("a"));
  const b = start("b", 100);
  await b.says(/VRRP_Group\(G\) Syncing instances to BACKUP state/);

  const from = a.log.length;
  lab.host("a").run(`ip address del ${inside}/24 dev eth0`);
  await a.says(/\(OUT\) Entering BACKUP STATE/, { from });
  await a.says(/VRRP_Group\(G\) Syncing instances to MASTER state/, { from });
  await until("a holds both again, b none", () => holdsBoth("a") && holdsNone("b"));
});

test("a group fails over whole when its MASTER is killed, and is given back whole", async () => {
  const a = start("a", 150);
  await until("a holds both", () => holdsBoth("a"));
  const b = start("b", 100);
  await b.says(/VRRP_Group\(G\) Syncing instances to BACKUP state/);
  assert.equal(await a.stop(), 0);
  started = [b];
  await until("b holds both", () => holdsBoth("b"));
  start("a", 150);
  await until("a has both back", () => holdsBoth("a") && holdsNone("b"));
});

test("a reload forms a group of running instances and dissolves it, and moves nothing", async () => {
  const a = start("a", 150);
  // The last line of the takeover, which comes a moment after the addresses.
  await a.says(/Syncing instances to MASTER/);
  await until("a holds both", () => holdsBoth("a"));
  for (const grouped of [false, true]) {
    const from = a.log.length;
    a.configure(config(150, grouped));
    a.signal("SIGHUP");
    await a.says(/Reload complete/, { from });
    assert.ok(holdsBoth("a"), a.log.slice(from).join("\n"));
    assert.doesNotMatch(a.log.slice(from).join("\n"), /Entering/);
  }
});
