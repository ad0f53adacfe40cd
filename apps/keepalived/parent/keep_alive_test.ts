import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KeepAlive, type KeepAliveOptions } from "./keep_alive.ts";
import { Clock } from "./testing/clock.ts";

function open(options: Partial<KeepAliveOptions> & { readonly watchdogUs?: number } = {}) {
  const clock = new Clock();
  const said: string[] = [];
  const told: number[] = [];
  const keepAlive = new KeepAlive({
    scheduler: clock,
    log: (_, text) => void said.push(text),
    manager: { watchdogUs: options.watchdogUs, alive: () => void told.push(clock.nowUs()) },
    isWell: () => true,
    ...options,
  });
  return { clock, said, told, keepAlive };
}

test("the service manager is told twice in the time that it allows", () => {
  const { clock, told } = open({ watchdogUs: 3_000_000 });
  clock.advance(5);
  assert.deepEqual(told, [0, 1_500_000, 3_000_000, 4_500_000]);
});

test("nobody is told who has not asked", () => {
  const { clock, told, said } = open();
  clock.advance(100);
  assert.deepEqual([told, said], [[], []]);
});

test("nobody is told while something is wrong", () => {
  let isWell = false;
  const { clock, told } = open({ watchdogUs: 2_000_000, isWell: () => isWell });
  clock.advance(5.5);
  assert.deepEqual(told, []);
  isWell = true;
  clock.advance(1);
  assert.deepEqual(told, [6_000_000]);
});

test("a hardware watchdog is fed each five seconds, and disarmed at the end", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-keep-alive-"));
  try {
    const device = join(folder, "watchdog");
    writeFileSync(device, "");
    const { clock, keepAlive, said } = open({ device });
    clock.advance(11);
    assert.equal(readFileSync(device).length, 3);
    keepAlive[Symbol.dispose]();
    clock.advance(20);
    assert.equal(readFileSync(device, "utf8").slice(3), "V");
    assert.match(said.join(), /^Feeding the hardware watchdog/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("without the hardware the daemon runs all the same, and says so", () => {
  const { clock, said } = open({ device: "/nowhere/watchdog" });
  clock.advance(10);
  assert.match(said.join(), /^Cannot use the hardware watchdog: .*No such file/);
});
