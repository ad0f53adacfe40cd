/** The hardware watchdog of a kernel: `softdog`, told to say so instead of resetting the machine. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { WatchdogDevice } from "@keepalived/linux";

const timeoutS = 2;

test("a watchdog that is fed is quiet, one that is not bites, and one that was disarmed does not", async () => {
  execFileSync("modprobe", ["-r", "softdog"]);
  execFileSync("modprobe", ["softdog", "soft_noboot=1", "nowayout=0"]);
  // The first one may be another.
  const [path = "", ...others] = readdirSync("/sys/class/watchdog").map((name) => `/dev/${name}`);
  assert.deepEqual(others, []);
  const bites = () => execFileSync("dmesg", { encoding: "utf8" }).match(/Reboot ignored/g)?.length;
  {
    using device = new WatchdogDevice(path, timeoutS);
    for (let i = 0; i < 6; i++) {
      await sleep(500);
      device.feed();
    }
    assert.equal(bites(), undefined);
    await sleep(2500);
    assert.equal(bites(), 1);
    device.feed();
  }
  await sleep(2500);
  assert.equal(bites(), 1);
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
