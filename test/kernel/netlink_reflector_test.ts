import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { Reactor } from "@keepalived/reactor";
import { Interfaces } from "../../apps/keepalived/vrrp/interfaces.ts";
import { NetlinkReflector } from "../../apps/keepalived/vrrp/netlink_reflector.ts";
import { NetlinkKernel } from "./netlink_kernel.ts";

test("the receive buffer is as large as is asked for, and never smaller than answers need", () => {
  using _kernel = new NetlinkKernel();
  using reactor = new Reactor();
  using reflector = new NetlinkReflector({
    reactor,
    interfaces: new Interfaces(),
    log: assert.fail,
    monitorsAddresses: false,
    onNotification: () => {},
    onOverrun: assert.fail,
  });
  const largestAfter = (lines: string) => {
    const text = `global_defs {\n${lines}\n}\n`;
    const { config } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
    assert.ok(config !== undefined);
    reflector.configure(config.global.vrrp);
    return Math.max(...receiveBuffers());
  };
  const MiB = 1 << 20;
  // The kernel takes twice what is asked for.
  assert.equal(largestAfter(""), 4 * MiB);
  assert.equal(largestAfter(`vrrp_netlink_monitor_rcv_bufs ${3 * MiB}`), 6 * MiB);
  assert.equal(largestAfter(`vrrp_netlink_cmd_rcv_bufs ${5 * MiB}`), 10 * MiB);
  assert.equal(largestAfter("vrrp_netlink_cmd_rcv_bufs 65536"), 4 * MiB);
});

/** Bytes that the kernel keeps for messages to the netlink sockets of this network namespace. */
function receiveBuffers(): readonly number[] {
  const { stdout } = spawnSync("ss", ["--family=netlink", "--memory"], {
    encoding: "utf8",
    env: process.env,
  });
  return [...stdout.matchAll(/,rb(\d+)/g)].map(([, bytes]) => Number(bytes));
}
