import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { WatchdogDevice } from "./watchdog_device.ts";

// What a real one does of it is tested where there is one: test/ipvs/watchdog_device_test.ts.
test("WatchdogDevice writes anything to feed it, and the one letter that disarms it at the end", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-watchdog-"));
  try {
    const path = join(folder, "device");
    writeFileSync(path, "");
    {
      using device = new WatchdogDevice(path, 10);
      device.feed();
      device.feed();
      assert.equal(readFileSync(path).length, 2);
      assert.ok(!readFileSync(path, "utf8").includes("V"));
    }
    assert.equal(readFileSync(path, "utf8").slice(2), "V");
    assert.throws(() => new WatchdogDevice(join(folder, "none"), 10), { code: "ENOENT" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
