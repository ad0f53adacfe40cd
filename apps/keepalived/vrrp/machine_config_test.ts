import assert from "node:assert/strict";
import { test } from "node:test";
import { machineConfig } from "./machine_config.ts";
import { instanceOf } from "./testing/instance.ts";

const SECOND = 1_000_000;

/** The delay of an instance that is made at a time of the clock, in a process that began at 100 s. */
function delayS(nowS: number, startupDelayS: number, delayAfterBootS: number): number {
  const scheduler = { nowUs: () => nowS * SECOND, deadline: () => assert.fail("no deadline") };
  const config = {
    ...instanceOf(),
    startupDelayUs: startupDelayS * SECOND,
    delayAfterBootUs: delayAfterBootS * SECOND,
  };
  const world = { scheduler, startedAtUs: 100 * SECOND };
  return machineConfig(config, world).startupDelayUs / SECOND;
}

test("machineConfig() has what is left of the startup delay and of the one after boot, the longer one", () => {
  assert.equal(delayS(100, 0, 0), 0);
  assert.equal(delayS(100, 30, 0), 30);
  assert.equal(delayS(100, 30, 120), 30);
  assert.equal(delayS(100, 30, 150), 50);
  assert.equal(delayS(100, 0, 90), 0);
});

test("machineConfig() begins no delay anew for what a reload adds", () => {
  assert.equal(delayS(110, 30, 0), 20);
  assert.equal(delayS(140, 30, 0), 0);
  assert.equal(delayS(140, 30, 150), 10);
});
