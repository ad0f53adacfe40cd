import assert from "node:assert/strict";
import { test } from "node:test";
import { Dice, Lan, MAX_DELAY_US } from "./mod.ts";

test("Lan delivers within its delay and in order", () => {
  const lan = new Lan(new Dice(1));
  let lastUs = 0;
  for (let nowUs = 0; nowUs < 100_000; nowUs += 100) {
    const atUs = lan.arrivalUs(0, 1, nowUs) ?? assert.fail("lost");
    assert.ok(atUs > nowUs && atUs <= nowUs + MAX_DELAY_US && atUs >= lastUs);
    lastUs = atUs;
  }
});

test("Lan loses the share that was asked for", () => {
  const lan = new Lan(new Dice(1));
  lan.lossPercent = 30;
  let lost = 0;
  for (let i = 0; i < 10_000; i++) if (lan.arrivalUs(0, 1, i) === undefined) lost++;
  assert.ok(lost > 2_800 && lost < 3_200, `${lost} of 10000`);
});

test("Lan keeps groups apart and blocks single directions until it heals", () => {
  const lan = new Lan(new Dice(1));
  lan.partition([[0, 1], [2]]);
  assert.deepEqual([lan.reaches(0, 1), lan.reaches(0, 2), lan.reaches(2, 1)], [true, false, false]);
  assert.equal(lan.arrivalUs(0, 2, 0), undefined);
  lan.heal();
  lan.block(0, 2);
  assert.deepEqual([lan.reaches(0, 2), lan.reaches(2, 0)], [false, true]);
  lan.heal();
  assert.equal(lan.reaches(0, 2), true);
});
