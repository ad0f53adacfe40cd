import assert from "node:assert/strict";
import { test } from "node:test";
import type { Common, Step } from "@keepalived/machine";
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
const CONFIG: RouterConfig = { ...EXAMPLE, localAddress: LOCAL };
const OWNER: RouterConfig = { ...CONFIG, priority: 255 };
const { addresses } = EXAMPLE;

const INITIALIZE: Initialize = { kind: "initialize", cause: "startup" };
const BACKUP: Backup = {
  kind: "backup",
  cause: "startup",
  activeDownAtUs: NOW + 2 * SECOND,
  activeAdverIntervalUs: SECOND,
  heard: null,
  candidate: false,
};
const ACTIVE: Active = { kind: "active", cause: "active-down", adverAtUs: NOW };

const send = (priority = 100, maxAdvertiseIntervalUs = SECOND): RouterAction => ({
  kind: "send-advertisement",
  advertisement: {
    version: 3,
    virtualRouterId: 51,
    priority,
    maxAdvertiseIntervalUs,
    addresses: ["10.0.0.100"],
  },
});
const ADD: RouterAction = { kind: "add-addresses", addresses };
const REMOVE: RouterAction = { kind: "remove-addresses", addresses };
const ANNOUNCE: RouterAction = { kind: "announce", addresses, repeat: 5 };
const TIMEOUT = { kind: "timeout" } as const;

function advertisement(
  priority: number,
  source: string = HIGHER,
  maxAdvertiseIntervalUs = SECOND,
): RouterEvent {
  return { kind: "advertisement", source, priority, maxAdvertiseIntervalUs };
}

function lowerHeard(priority: number, source = HIGHER): RouterAction {
  return { kind: "lower-priority-heard", source, priority };
}

type Row = {
  readonly name: string;
  readonly config?: RouterConfig;
  readonly state: RouterState;
  readonly event: RouterEvent | Common<RouterConfig>;
  readonly nowUs?: number;
  /** Absent: nothing may change. */
  readonly next?: RouterState;
  readonly actions?: readonly RouterAction[];
};

const following = (heard: Backup["heard"], waitUs: number, intervalUs = SECOND): Backup => ({
  ...BACKUP,
  activeDownAtUs: NOW + waitUs,
  activeAdverIntervalUs: intervalUs,
  heard,
});

const ROWS: readonly Row[] = [
  {
    name: "initialize, startup: waits the whole interval",
    state: INITIALIZE,
    event: { kind: "startup" },
    next: following(null, 3_609_375),
  },
  {
    name: "initialize, startup, state MASTER: waits one interval and the least skew",
    config: { ...CONFIG, initialState: "active" },
    state: INITIALIZE,
    event: { kind: "startup" },
    next: following(null, 1_003_906),
  },
  {
    name: "initialize, startup of the owner: Active at once",
    config: OWNER,
    state: INITIALIZE,
    event: { kind: "startup" },
    next: { kind: "active", cause: "startup", adverAtUs: NOW + SECOND },
    actions: [send(255), ADD, ANNOUNCE],
  },
  {
    name: "initialize, recovery: waits the whole interval whatever state was wished",
    config: { ...CONFIG, initialState: "active" },
    state: INITIALIZE,
    event: { kind: "recovery" },
    next: { ...following(null, 3_609_375), cause: "recovery" },
  },
  {
    name: "initialize, recovery of the owner: Active at once",
    config: OWNER,
    state: INITIALIZE,
    event: { kind: "recovery" },
    next: { kind: "active", cause: "recovery", adverAtUs: NOW + SECOND },
    actions: [send(255), ADD, ANNOUNCE],
  },
  { name: "initialize, shutdown", state: INITIALIZE, event: { kind: "shutdown" } },
  { name: "initialize, timeout", state: INITIALIZE, event: TIMEOUT },
  { name: "initialize, advertisement", state: INITIALIZE, event: advertisement(200) },
  { name: "initialize, address lost", state: INITIALIZE, event: { kind: "owned-address-lost" } },
  {
    name: "initialize, configured",
    state: INITIALIZE,
    event: { kind: "configured", previous: OWNER },
  },

  {
    name: "initialize, group",
    state: INITIALIZE,
    event: { kind: "group", command: "activate" },
  },
  {
    name: "initialize, startup of the owner in a group: a candidate at once",
    config: { ...OWNER, grouped: true },
    state: INITIALIZE,
    event: { kind: "startup" },
    next: { ...following(null, 3_003_906), candidate: true },
  },

  { name: "backup, startup", state: BACKUP, event: { kind: "startup" } },
  { name: "backup, recovery", state: BACKUP, event: { kind: "recovery" } },
  { name: "backup, address lost", state: BACKUP, event: { kind: "owned-address-lost" } },
  {
    name: "backup, timeout before the deadline",
    state: BACKUP,
    event: TIMEOUT,
    nowUs: BACKUP.activeDownAtUs - 1,
  },
  {
    name: "backup, timeout: Active, advertisement first",
    state: BACKUP,
    event: TIMEOUT,
    nowUs: BACKUP.activeDownAtUs,
    next: { ...ACTIVE, adverAtUs: BACKUP.activeDownAtUs + SECOND },
    actions: [send(), ADD, ANNOUNCE],
  },
  {
    name: "backup in a group, timeout: a candidate, and waits again",
    config: { ...CONFIG, grouped: true },
    state: BACKUP,
    event: TIMEOUT,
    nowUs: BACKUP.activeDownAtUs,
    next: { ...BACKUP, activeDownAtUs: BACKUP.activeDownAtUs + 3_609_375, candidate: true },
  },
  {
    name: "backup in a group, activated: Active",
    config: { ...CONFIG, grouped: true },
    state: BACKUP,
    event: { kind: "group", command: "activate" },
    next: { kind: "active", cause: "group", adverAtUs: NOW + SECOND },
    actions: [send(), ADD, ANNOUNCE],
  },
  {
    name: "backup, told to yield",
    state: { ...BACKUP, candidate: true },
    event: { kind: "group", command: "yield" },
  },
  {
    name: "backup, timeout without addresses: only advertises",
    config: { ...CONFIG, addresses: [] },
    state: BACKUP,
    event: TIMEOUT,
    nowUs: BACKUP.activeDownAtUs,
    next: { ...ACTIVE, adverAtUs: BACKUP.activeDownAtUs + SECOND },
    actions: [{
      kind: "send-advertisement",
      advertisement: {
        version: 3,
        virtualRouterId: 51,
        priority: 100,
        maxAdvertiseIntervalUs: SECOND,
        addresses: [],
      },
    }],
  },
  {
    name: "backup, resignation: waits the skew",
    state: { ...BACKUP, activeAdverIntervalUs: 2 * SECOND },
    event: advertisement(0),
    next: following(null, 1_218_750, 2 * SECOND),
  },
  {
    name: "backup, higher priority: follows at the sender's interval",
    state: BACKUP,
    event: advertisement(200, LOWER, 4 * SECOND),
    next: following({ source: LOWER, priority: 200 }, 14_437_500, 4 * SECOND),
  },
  {
    name: "backup, higher priority in version 2: keeps the own interval",
    config: { ...CONFIG, version: 2 },
    state: BACKUP,
    event: advertisement(200, LOWER, 4 * SECOND),
    next: following({ source: LOWER, priority: 200 }, 3_609_375),
  },
  {
    name: "backup, an interval of 0 is not learned",
    state: BACKUP,
    event: advertisement(200, LOWER, 0),
    next: following({ source: LOWER, priority: 200 }, 3_609_375),
  },
  {
    name: "backup, equal priority: follows whatever the address",
    state: BACKUP,
    event: advertisement(100, LOWER),
    next: following({ source: LOWER, priority: 100 }, 3_609_375),
  },
  { name: "backup, lower priority: the timer runs on", state: BACKUP, event: advertisement(99) },
  {
    name: "backup without preemption, lower priority: follows",
    config: { ...CONFIG, preempt: false },
    state: BACKUP,
    event: advertisement(1),
    next: following({ source: HIGHER, priority: 1 }, 3_609_375),
  },
  {
    name: "backup, the owner pre-empts in any case",
    config: { ...OWNER, preempt: false },
    state: BACKUP,
    event: advertisement(254),
  },
  {
    name: "backup, shutdown: nothing to resign",
    state: BACKUP,
    event: { kind: "shutdown" },
    next: { kind: "initialize", cause: "shutdown" },
  },
  {
    name: "backup, configured: the wait stays",
    config: { ...CONFIG, addresses: [], preempt: false },
    state: BACKUP,
    event: { kind: "configured", previous: CONFIG },
  },
  {
    name: "backup, configured with another priority: the wait starts anew",
    config: { ...CONFIG, priority: 200 },
    state: BACKUP,
    event: { kind: "configured", previous: CONFIG },
    next: following(null, 3_218_750),
  },
  {
    name: "backup, configured with another interval: a learned one stays",
    config: { ...CONFIG, advertisementIntervalUs: 9 * SECOND },
    state: following({ source: LOWER, priority: 200 }, 14_437_500, 4 * SECOND),
    event: { kind: "configured", previous: CONFIG },
  },
  {
    name: "backup, configured with another interval in version 2: the wait starts anew",
    config: { ...CONFIG, version: 2, advertisementIntervalUs: 9 * SECOND },
    state: following({ source: LOWER, priority: 200 }, 1),
    event: { kind: "configured", previous: { ...CONFIG, version: 2 } },
    next: following({ source: LOWER, priority: 200 }, 27_609_375, 9 * SECOND),
  },

  { name: "active, startup", state: ACTIVE, event: { kind: "startup" } },
  { name: "active, recovery", state: ACTIVE, event: { kind: "recovery" } },
  { name: "active, timeout before the deadline", state: ACTIVE, event: TIMEOUT, nowUs: NOW - 1 },
  {
    name: "active, timeout: advertises",
    state: ACTIVE,
    event: TIMEOUT,
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send()],
  },
  {
    name: "active, late timeout: the next deadline does not drift",
    state: ACTIVE,
    event: TIMEOUT,
    nowUs: NOW + SECOND - 1,
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send()],
  },
  {
    name: "active, timeout late by an interval: the deadlines start anew",
    state: ACTIVE,
    event: TIMEOUT,
    nowUs: NOW + SECOND,
    next: { ...ACTIVE, adverAtUs: NOW + 2 * SECOND },
    actions: [send()],
  },
  {
    name: "active, timeout so late that a peer took over: yields",
    config: { ...CONFIG, lateBackupPriority: 254 },
    state: ACTIVE,
    event: TIMEOUT,
    nowUs: NOW + 2_007_812,
    next: {
      ...BACKUP,
      cause: "late",
      activeDownAtUs: NOW + 2_007_812 + 3_609_375,
    },
    actions: [REMOVE],
  },
  {
    name: "active, timeout not late enough to yield",
    config: { ...CONFIG, lateBackupPriority: 254 },
    state: ACTIVE,
    event: TIMEOUT,
    nowUs: NOW + 2_007_811,
    next: { ...ACTIVE, adverAtUs: NOW + 3_007_811 },
    actions: [send()],
  },
  {
    name: "active, resignation: advertises at once",
    state: { ...ACTIVE, adverAtUs: NOW + 5 },
    event: advertisement(0),
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send()],
  },
  {
    name: "active, higher priority: yields without resigning",
    state: ACTIVE,
    event: advertisement(101, LOWER, 4 * SECOND),
    next: {
      ...following({ source: LOWER, priority: 101 }, 14_437_500, 4 * SECOND),
      cause: "higher-priority",
    },
    actions: [REMOVE],
  },
  {
    name: "active, higher priority, last word wanted: names the interval of the winner and yields",
    config: { ...CONFIG, higherPrioritySendAdvert: true },
    state: ACTIVE,
    event: advertisement(101, LOWER, 4 * SECOND),
    next: {
      ...following({ source: LOWER, priority: 101 }, 14_437_500, 4 * SECOND),
      cause: "higher-priority",
    },
    actions: [send(100, 4 * SECOND), REMOVE],
  },
  {
    name: "active, equal priority and higher address: yields",
    state: ACTIVE,
    event: advertisement(100, HIGHER),
    next: {
      ...following({ source: HIGHER, priority: 100 }, 3_609_375),
      cause: "higher-priority",
    },
    actions: [REMOVE],
  },
  {
    name: "active, equal priority without an address of its own: yields",
    config: { ...CONFIG, localAddress: null },
    state: ACTIVE,
    event: advertisement(100, LOWER),
    next: {
      ...following({ source: LOWER, priority: 100 }, 3_609_375),
      cause: "higher-priority",
    },
    actions: [REMOVE],
  },
  {
    name: "active, equal priority and lower address: asserts itself",
    state: { ...ACTIVE, adverAtUs: NOW + 5 },
    event: advertisement(100, LOWER),
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send(), ANNOUNCE, lowerHeard(100, LOWER)],
  },
  {
    name: "active, lower priority: asserts itself",
    state: { ...ACTIVE, adverAtUs: NOW + 5 },
    event: advertisement(99),
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send(), ANNOUNCE, lowerHeard(99)],
  },
  {
    name: "active, lower priority, no answer wanted: only announces",
    config: { ...CONFIG, lowerPriorityNoAdvert: true },
    state: ACTIVE,
    event: advertisement(99),
    next: ACTIVE,
    actions: [ANNOUNCE, lowerHeard(99)],
  },
  { name: "active, own advertisement heard", state: ACTIVE, event: advertisement(100, LOCAL) },
  {
    name: "active owner, lower priority: no other owner",
    config: OWNER,
    state: ACTIVE,
    event: advertisement(200),
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send(255), ANNOUNCE, lowerHeard(200)],
  },
  {
    name: "active, an owner: yields without a conflict",
    state: ACTIVE,
    event: advertisement(255, LOWER),
    next: {
      ...following({ source: LOWER, priority: 255 }, 3_609_375),
      cause: "higher-priority",
    },
    actions: [REMOVE],
  },
  {
    name: "active owner, another owner with a higher address: yields",
    config: OWNER,
    state: ACTIVE,
    event: advertisement(255, HIGHER),
    next: {
      ...following({ source: HIGHER, priority: 255 }, 3_003_906),
      cause: "higher-priority",
    },
    actions: [{ kind: "owner-conflict", source: HIGHER, yielded: true }, REMOVE],
  },
  {
    name: "active owner, another owner with a lower address: asserts itself",
    config: OWNER,
    state: ACTIVE,
    event: advertisement(255, LOWER),
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [
      send(255),
      ANNOUNCE,
      { kind: "owner-conflict", source: LOWER, yielded: false },
      lowerHeard(255, LOWER),
    ],
  },
  {
    name: "active, shutdown: resigns before the addresses go",
    state: ACTIVE,
    event: { kind: "shutdown" },
    next: { kind: "initialize", cause: "shutdown" },
    actions: [send(0), REMOVE],
  },
  {
    name: "active, address lost: comes back after the skew",
    state: ACTIVE,
    event: { kind: "owned-address-lost" },
    next: { ...following(null, 609_375), cause: "address-lost" },
    actions: [REMOVE],
  },
  {
    name: "active, told to yield: resigns",
    state: ACTIVE,
    event: { kind: "group", command: "yield" },
    next: { ...following(null, 3_609_375), cause: "group" },
    actions: [send(0), REMOVE],
  },
  {
    name: "active, told to yield briefly: comes back after the skew",
    state: ACTIVE,
    event: { kind: "group", command: "yield-briefly" },
    next: { ...following(null, 609_375), cause: "group" },
    actions: [REMOVE],
  },
  {
    name: "active, configured with what peers do not see",
    config: { ...CONFIG, preempt: false, downTimerAdverts: 5 },
    state: ACTIVE,
    event: { kind: "configured", previous: CONFIG },
  },
  {
    name: "active, configured with another priority: advertises",
    config: { ...CONFIG, priority: 120 },
    state: { ...ACTIVE, adverAtUs: NOW + 5 },
    event: { kind: "configured", previous: CONFIG },
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [send(120)],
  },
  {
    name: "active, configured with another interval: advertises and keeps the new pace",
    config: { ...CONFIG, advertisementIntervalUs: 4 * SECOND },
    state: { ...ACTIVE, adverAtUs: NOW + 5 },
    event: { kind: "configured", previous: CONFIG },
    next: { ...ACTIVE, adverAtUs: NOW + 4 * SECOND },
    actions: [send(100, 4 * SECOND)],
  },
  {
    name: "active, configured with another address that is only held",
    config: {
      ...CONFIG,
      addresses: [...addresses, { ...virtualAddress("10.0.0.102"), advertised: false }],
    },
    state: ACTIVE,
    event: { kind: "configured", previous: CONFIG },
    next: ACTIVE,
    actions: [
      {
        kind: "add-addresses",
        addresses: [{ ...virtualAddress("10.0.0.102"), advertised: false }],
      },
      {
        kind: "announce",
        addresses: [{ ...virtualAddress("10.0.0.102"), advertised: false }],
        repeat: 5,
      },
    ],
  },
  {
    name: "active, configured: old addresses go by their old form, new ones come",
    config: {
      ...CONFIG,
      addresses: [virtualAddress("10.0.0.100"), virtualAddress("10.0.0.102")],
    },
    state: ACTIVE,
    event: {
      kind: "configured",
      previous: {
        ...CONFIG,
        addresses: [
          virtualAddress("10.0.0.99"),
          { ...virtualAddress("10.0.0.100"), label: "eth0:1" },
        ],
      },
    },
    next: { ...ACTIVE, adverAtUs: NOW + SECOND },
    actions: [
      {
        kind: "send-advertisement",
        advertisement: {
          version: 3,
          virtualRouterId: 51,
          priority: 100,
          maxAdvertiseIntervalUs: SECOND,
          addresses: ["10.0.0.100", "10.0.0.102"],
        },
      },
      {
        kind: "remove-addresses",
        addresses: [
          virtualAddress("10.0.0.99"),
          { ...virtualAddress("10.0.0.100"), label: "eth0:1" },
        ],
      },
      {
        kind: "add-addresses",
        addresses: [virtualAddress("10.0.0.102"), virtualAddress("10.0.0.100")],
      },
      {
        kind: "announce",
        addresses: [virtualAddress("10.0.0.102"), virtualAddress("10.0.0.100")],
        repeat: 5,
      },
    ],
  },
];

for (const row of ROWS) {
  test(`router in ${row.name}`, () => {
    const config = row.config ?? CONFIG;
    const step: Step<RouterState, RouterAction> = router.step(
      config,
      row.state,
      row.event,
      row.nowUs ?? NOW,
    );
    if (row.next === undefined) assert.equal(step.state, row.state);
    assert.deepEqual(step, { state: row.next ?? row.state, actions: row.actions ?? [] });
  });
}

test("router covers each event in each state", () => {
  const cells = new Set(ROWS.map((row) => `${row.state.kind} ${row.event.kind}`));
  assert.equal(cells.size, 3 * 8);
});

test("router waits for the timer of its state", () => {
  assert.equal(router.nextDeadlineUs(INITIALIZE), undefined);
  assert.equal(router.nextDeadlineUs(BACKUP), BACKUP.activeDownAtUs);
  assert.equal(router.nextDeadlineUs(ACTIVE), NOW);
});
