/** `lvs_sync_daemon` with an instance: our VRRP process, and what the kernel runs meanwhile. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lab, until } from "../../tools/lab/lab.ts";
import { requireGuest } from "./kernel.ts";

const config = (priority: number, id: number) => `
global_defs {
  lvs_sync_daemon eth0 V id ${id} maxlen 1400
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  virtual_ipaddress {
    192.0.2.200/24
  }
}
`;

test("the kernel's sync daemon is master or backup as the instance is, and ends with it", async () => {
  requireGuest();
  await using lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
  const running = () =>
    lab.host("a").run("ipvsadm -L --daemon").split("\n").filter(Boolean).map((line) =>
      /^(\w+) .*mcast=(\w+), syncid=(\d+), maxlen=(\d+)/.exec(line)?.slice(1).join(" ")
    ).join();
  const daemon = lab.start({ name: "a", config: config(100, 7) });
  await until("a master", () => running() === "master eth0 7 1400", 60_000);
  daemon.configure(config(100, 8));
  daemon.signal("SIGHUP");
  await until("a master of another id", () => running() === "master eth0 8 1400", 60_000);
  lab.host("a").run("ip link set dev eth0 down");
  await until("a backup while there is no link", () => running() === "backup eth0 8 1400", 60_000);
  assert.equal(await daemon.stop(), 0);
  assert.equal(running(), "");
  assert.deepEqual(daemon.lines(/IPVS/), []);
});
