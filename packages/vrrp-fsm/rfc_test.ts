/**
 * What RFC 3768 (version 2) and RFC 9568 (version 3) demand of each state, and what they forbid; the ledgers in
 * test/conformance refer to these tests. Times are written as the standards do, not with the functions under test.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { EXAMPLE, virtualAddress } from "./fixture.ts";
import {
  type Active,
  type Backup,
  type Initialize,
  router,
  type RouterAction,
  type RouterConfig,
  type RouterEvent,
  type RouterState,
} from "./mod.ts";

const SECOND = 1_000_000;
const NOW = 100 * SECOND;
const LOCAL = "10.0.0.9";
const LOWER = "10.0.0.8";
/** Higher as a number, lower as a text. */
const HIGHER = "10.0.0.10";
/** The interval of another router; in version 2 all have the same. */
const OTHER_INTERVAL = 2 * SECOND;

for (const version of ["2", "3"]) {
  const number = version === "2" ? 2 : 3;
  const config: RouterConfig = {
    ...EXAMPLE,
    version: number,
    priority: 100,
    advertisementIntervalUs: SECOND,
    addresses: [virtualAddress("10.0.0.100"), virtualAddress("10.0.0.101")],
    localAddress: LOCAL,
  };
  const { addresses } = config;
  const owner: RouterConfig = { ...config, priority: 255 };
  /** (256 − Priority) / 256 of a second; in version 3 of the Active router's interval. */
  const skewUs = (priority: number, intervalUs = SECOND) =>
    Math.floor((256 - priority) * (number === 2 ? SECOND : intervalUs) / 256);
  const downUs = (priority: number, intervalUs = SECOND) =>
    3 * intervalUs + skewUs(priority, intervalUs);
  /** What a router waits that has heard OTHER_INTERVAL. */
  const learnedUs = number === 2 ? SECOND : OTHER_INTERVAL;

  const initialize: Initialize = { kind: "initialize", cause: "startup" };
  const backup: Backup = {
    kind: "backup",
    cause: "startup",
    activeDownAtUs: NOW + 2 * SECOND,
    activeAdverIntervalUs: SECOND,
    heard: null,
    candidate: false,
  };
  const active: Active = { kind: "active", cause: "active-down", adverAtUs: NOW };

  const heard = (priority: number, source = HIGHER, maxAdvertiseIntervalUs = OTHER_INTERVAL) =>
    ({ kind: "advertisement", source, priority, maxAdvertiseIntervalUs }) as const;
  const step = (
    state: RouterState,
    event: RouterEvent | Common<RouterConfig>,
    by: RouterConfig = config,
    nowUs = NOW,
  ) => router.step(by, state, event, nowUs);
  const sent = (actions: readonly RouterAction[]) =>
    actions.flatMap((it) => it.kind === "send-advertisement" ? [it.advertisement.priority] : []);
  const assertSame = (state: RouterState, event: RouterEvent | Common<RouterConfig>, by = config) =>
    assert.deepEqual(step(state, event, by), { state, actions: [] });

  test(`version ${version}, Initialize: the owner advertises, announces and is Active`, () => {
    const { state, actions } = step(initialize, { kind: "startup" }, owner);
    assert.equal(state.kind, "active");
    assert.equal(router.nextDeadlineUs(state), NOW + SECOND);
    assert.deepEqual(sent(actions), [255]);
    assert.deepEqual(actions.map(({ kind }) => kind), [
      "send-advertisement",
      "add-addresses",
      "announce",
    ]);
  });

  test(`version ${version}, Initialize: any other router is Backup for Active_Down_Interval, silently`, () => {
    for (const priority of [1, 100, 254]) {
      const { state, actions } = step(initialize, { kind: "startup" }, { ...config, priority });
      assert.equal(state.kind, "backup");
      assert.equal(router.nextDeadlineUs(state), NOW + downUs(priority));
      assert.deepEqual(actions, []);
    }
  });

  test(`version ${version}, Initialize: advertisements and time change nothing`, () => {
    for (const event of [heard(0), heard(255), { kind: "timeout" } as const]) {
      assertSame(initialize, event);
      assertSame(initialize, event, owner);
    }
    assert.equal(router.nextDeadlineUs(initialize), undefined);
  });

  test(`version ${version}, Backup: shutdown ends the timer, in Initialize, without a word`, () => {
    const { state, actions } = step(backup, { kind: "shutdown" });
    assert.equal(state.kind, "initialize");
    assert.equal(router.nextDeadlineUs(state), undefined);
    assert.deepEqual(actions, []);
  });

  test(`version ${version}, Backup: when the timer fires it advertises, announces each address and is Active`, () => {
    const { state, actions } = step(backup, { kind: "timeout" }, config, backup.activeDownAtUs);
    assert.equal(state.kind, "active");
    assert.equal(router.nextDeadlineUs(state), backup.activeDownAtUs + SECOND);
    assert.deepEqual(sent(actions), [100]);
    assert.deepEqual(actions.slice(1), [
      { kind: "add-addresses", addresses },
      { kind: "announce", addresses, repeat: 5 },
    ]);
  });

  test(`version ${version}, Backup: before the timer fires nothing is sent or taken`, () => {
    const before = backup.activeDownAtUs - 1;
    assert.deepEqual(step(backup, { kind: "timeout" }, config, before), {
      state: backup,
      actions: [],
    });
  });

  test(`version ${version}, Backup: priority 0 sets the timer to Skew_Time`, () => {
    const { state, actions } = step(backup, heard(0, HIGHER, SECOND));
    assert.equal(router.nextDeadlineUs(state), NOW + skewUs(100));
    assert.deepEqual(actions, []);
  });

  test(`version ${version}, Backup: no other priority sets the timer to Skew_Time`, () => {
    for (const priority of [1, 99, 100, 101, 254, 255]) {
      const { state } = step(backup, heard(priority));
      assert.notEqual(router.nextDeadlineUs(state), NOW + skewUs(100), `${priority}`);
    }
  });

  test(`version ${version}, Backup: an equal or higher priority sets the timer to Active_Down_Interval`, () => {
    for (const priority of [100, 101, 255]) {
      for (const source of [LOWER, HIGHER]) {
        const { state, actions } = step(backup, heard(priority, source));
        assert.equal(state.kind, "backup");
        assert.equal(router.nextDeadlineUs(state), NOW + downUs(100, learnedUs));
        assert.deepEqual(actions, []);
      }
    }
  });

  test(`version ${version}, Backup: without Preempt_Mode a lower priority does so too`, () => {
    const { state } = step(backup, heard(99), { ...config, preempt: false });
    assert.equal(router.nextDeadlineUs(state), NOW + downUs(100, learnedUs));
  });

  test(`version ${version}, Backup: a lower priority is discarded, and the timer runs on`, () => {
    for (const priority of [1, 99]) assertSame(backup, heard(priority));
  });

  test(`version ${version}, Backup: the owner discards lower priorities without Preempt_Mode too`, () => {
    assertSame(backup, heard(254), { ...owner, preempt: false });
  });

  test(`version ${version}, Active: shutdown ends the timer, sends priority 0 and is Initialize`, () => {
    const { state, actions } = step(active, { kind: "shutdown" });
    assert.equal(state.kind, "initialize");
    assert.equal(router.nextDeadlineUs(state), undefined);
    assert.deepEqual(sent(actions), [0]);
    assert.deepEqual(actions.at(-1), { kind: "remove-addresses", addresses });
  });

  test(`version ${version}, Active: only shutdown sends priority 0`, () => {
    const events = [{ kind: "timeout" } as const, heard(0), heard(99), heard(200)];
    for (const event of events) assert.ok(!sent(step(active, event).actions).includes(0));
  });

  test(`version ${version}, Active: when the timer fires it advertises and sets the timer anew`, () => {
    const { state, actions } = step(active, { kind: "timeout" });
    assert.equal(router.nextDeadlineUs(state), NOW + SECOND);
    assert.deepEqual(sent(actions), [100]);
  });

  test(`version ${version}, Active: before the timer fires nothing is sent`, () => {
    assert.deepEqual(step(active, { kind: "timeout" }, config, NOW - 1), {
      state: active,
      actions: [],
    });
  });

  test(`version ${version}, Active: priority 0 is answered at once, and the timer set anew`, () => {
    const { state, actions } = step({ ...active, adverAtUs: NOW + 5 }, heard(0));
    assert.equal(state.kind, "active");
    assert.equal(router.nextDeadlineUs(state), NOW + SECOND);
    assert.deepEqual(sent(actions), [100]);
  });

  test(`version ${version}, Active: a higher priority, or an equal one and a higher address, makes a Backup`, () => {
    for (const event of [heard(101, LOWER), heard(255, LOWER), heard(100, HIGHER)]) {
      const { state, actions } = step(active, event);
      assert.equal(state.kind, "backup");
      assert.equal(router.nextDeadlineUs(state), NOW + downUs(100, learnedUs));
      assert.deepEqual(actions, [{ kind: "remove-addresses", addresses }]);
    }
  });

  test(`version ${version}, Active: a lower priority, or an equal one and a lower address, is discarded`, () => {
    for (const event of [heard(99, HIGHER), heard(1, LOWER), heard(100, LOWER)]) {
      const { state } = step(active, event);
      assert.equal(state.kind, "active");
    }
  });

  test(`version ${version}, Active: it asserts itself at once to who is lower`, () => {
    const { state, actions } = step({ ...active, adverAtUs: NOW + 5 }, heard(99));
    assert.deepEqual(sent(actions), [100]);
    assert.equal(router.nextDeadlineUs(state), NOW + SECOND);
  });

  test(`version ${version}, Active: an equal priority over IPv6 is compared as an unsigned number`, () => {
    const by = { ...config, localAddress: "fe80::9" };
    assert.equal(step(active, heard(100, "fe80::8000:0:0:1"), by).state.kind, "backup");
    assert.equal(step(active, heard(100, "fe80::8"), by).state.kind, "active");
  });
}
