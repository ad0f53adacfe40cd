/** `--record`: what a daemon did in a real network is done again by `tools/replay`, action by action. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Lab, until } from "../../tools/lab/lab.ts";
import { describeReplay, replay } from "../../tools/replay/replay.ts";
import { instanceConf } from "./instance_conf.ts";

const inside = "192.0.2.100";
const outside = "198.51.100.100";

test("a recording of a takeover, a reload, a lost carrier and an end is replayed to the same actions", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-recording-"));
  try {
    const path = join(folder, "recording");
    await using lab = await Lab.create([
      { name: "a", addresses: ["192.0.2.1/24", "198.51.100.1/24"] },
      { name: "b", addresses: ["192.0.2.2/24", "198.51.100.2/24"] },
    ]);
    const holdsBoth = () => lab.host("a").holds(inside) && lab.host("a").holds(outside);
    const b = lab.start({ name: "b", config: config(100) });
    const a = lab.start({ name: "a", config: config(150), flags: `-nlGD --record ${path}` });
    await a.says(/Syncing instances to MASTER state/, { withinMs: 30_000 });
    await until("a holds both", holdsBoth);

    const from = a.log.length;
    a.configure(config(90));
    a.signal("SIGHUP");
    await a.says(/\(IN\) Entering BACKUP STATE/, { from });
    const later = a.log.length;
    a.configure(config(200));
    a.signal("SIGHUP");
    await a.says(/Syncing instances to MASTER state/, { from: later });
    await until("a holds both again", holdsBoth);
    lab.host("a").run("ip link set eth0 down");
    await a.says(/\(IN\) Entering FAULT STATE/, { from: later });
    lab.host("a").run("ip link set eth0 up");
    await a.says(/\(IN\) Entering BACKUP STATE/, { from: later });
    assert.equal(await a.stop(), 0);
    assert.equal(await b.stop(), 0);

    const text = readFileSync(path, "utf8");
    const result = replay(text.split("\n"));
    assert.equal(result.difference, undefined, describeReplay(result));
    // Two instances, their group, what watches for rivals, and the interface.
    assert.ok(result.machines >= 5, describeReplay(result));
    for (const kind of ["add-addresses", "remove-addresses", "send-advertisement", "tell-member"]) {
      assert.ok(text.includes(`{"kind":"${kind}"`), `nothing of ${kind}`);
    }
    assert.match(text, /"configured":{/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function config(priority: number): string {
  return "vrrp_sync_group G {\n  group {\n    IN\n    OUT\n  }\n}\n" +
    instanceConf({ name: "IN", virtualRouterId: 1, priority, addresses: [`${inside}/24`] }) +
    instanceConf({
      name: "OUT",
      virtualRouterId: 2,
      priority,
      addresses: [`${outside}/24`],
    });
}
