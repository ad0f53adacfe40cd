import assert from "node:assert/strict";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { EXAMPLE } from "./fixture.ts";
import {
  type Action,
  describeInstance,
  effectivePriority,
  instance,
  type InstanceConfig,
  type InstanceEvent,
  type InstanceState,
  priorityOf,
  router,
} from "./mod.ts";

const SECOND = 1_000_000;
const NOW = 100 * SECOND;
const LOCAL = "10.0.0.9";
const PEER = "10.0.0.10";
const OWNER: InstanceConfig = { ...EXAMPLE, priority: 255, initialState: "active" };
const { addresses } = EXAMPLE;
const TIMEOUT = { kind: "timeout" } as const;
const DOWN = { kind: "fault", reason: "interface-down", present: true } as const;
const UP = { ...DOWN, present: false } as const;

const STOPPED: InstanceState = { ...instance.start(EXAMPLE, 0), localAddress: LOCAL };
const BACKUP: InstanceState = {
  ...STOPPED,
  kind: "backup",
  running: true,
  router: {
    kind: "backup",
    cause: "startup",
    activeDownAtUs: NOW + 2 * SECOND,
    activeAdverIntervalUs: SECOND,
    heard: null,
    candidate: false,
  },
};
const ACTIVE: InstanceState = {
  ...STOPPED,
  kind: "active",
  cause: "active-down",
  running: true,
  router: { kind: "active", cause: "active-down", adverAtUs: NOW },
};
const FAULT: InstanceState = {
  ...STOPPED,
  kind: "fault",
  cause: "fault",
  running: true,
  faults: ["interface-down"],
};

const send = (priority = 100, maxAdvertiseIntervalUs = SECOND): Action => ({
  kind: "send-advertisement",
  advertisement: {
    version: 3,
    virtualRouterId: 51,
    priority,
    maxAdvertiseIntervalUs,
    addresses: ["10.0.0.100"],
  },
});
const ADD: Action = { kind: "add-addresses", addresses };
const REMOVE: Action = { kind: "remove-addresses", addresses };
const announce = (repeat = 5): Action => ({ kind: "announce", addresses, repeat });

function changed(
  from: InstanceState["kind"],
  to: InstanceState["kind"],
  reason: InstanceState["cause"],
  priority = 100,
): Action {
  return { kind: "state-changed", from, to, reason, priority };
}

function advertisement(priority: number, source: string = PEER): InstanceEvent {
  return { kind: "advertisement", source, priority, maxAdvertiseIntervalUs: SECOND };
}

type Row = {
  readonly name: string;
  readonly config?: InstanceConfig;
  readonly state: InstanceState;
  readonly event: InstanceEvent | Common<InstanceConfig>;
  readonly nowUs?: number;
  /** What becomes different; absent: nothing. */
  readonly next?: Partial<InstanceState>;
  readonly actions?: readonly Action[];
};

const ROWS: readonly Row[] = [
  {
    name: "initialize, startup: Backup",
    state: STOPPED,
    event: { kind: "startup" },
    next: {
      kind: "backup",
      running: true,
      router: {
        kind: "backup",
        cause: "startup",
        activeDownAtUs: NOW + 3_609_375,
        activeAdverIntervalUs: SECOND,
        heard: null,
        candidate: false,
      },
    },
    actions: [changed("initialize", "backup", "startup")],
  },
  {
    name: "initialize, startup of the owner: Active",
    config: OWNER,
    state: STOPPED,
    event: { kind: "startup" },
    next: {
      kind: "active",
      running: true,
      router: { kind: "active", cause: "startup", adverAtUs: NOW + SECOND },
      bursts: [{ purpose: "second", atUs: NOW + 5 * SECOND, repeat: 5 }],
    },
    actions: [send(255), ADD, announce(), changed("initialize", "active", "startup", 255)],
  },
  {
    name: "initialize, startup with a reason for fault: fault",
    state: { ...STOPPED, faults: ["interface-down"] },
    event: { kind: "startup" },
    next: { kind: "fault", cause: "fault", running: true },
    actions: [changed("initialize", "fault", "fault")],
  },
  {
    name: "initialize, startup with a delay: not yet",
    config: { ...EXAMPLE, startupDelayUs: 7 },
    state: STOPPED,
    event: { kind: "startup" },
    next: { startAtUs: NOW + 7 },
  },
  {
    name: "startup delay, a second startup",
    config: { ...EXAMPLE, startupDelayUs: 9 },
    state: { ...STOPPED, startAtUs: NOW + 7 },
    event: { kind: "startup" },
  },
  {
    name: "startup delay, timeout too early",
    state: { ...STOPPED, startAtUs: NOW + 7 },
    event: TIMEOUT,
    nowUs: NOW + 6,
  },
  {
    name: "startup delay, advertisement",
    state: { ...STOPPED, startAtUs: NOW + 7 },
    event: advertisement(200),
  },
  {
    name: "startup delay over: Active for the owner",
    config: OWNER,
    state: { ...STOPPED, startAtUs: NOW },
    event: TIMEOUT,
    next: {
      kind: "active",
      running: true,
      startAtUs: null,
      router: { kind: "active", cause: "startup", adverAtUs: NOW + SECOND },
      bursts: [{ purpose: "second", atUs: NOW + 5 * SECOND, repeat: 5 }],
    },
    actions: [send(255), ADD, announce(), changed("initialize", "active", "startup", 255)],
  },
  {
    name: "startup delay, shutdown: silent",
    state: { ...STOPPED, startAtUs: NOW + 7 },
    event: { kind: "shutdown" },
    next: { startAtUs: null },
  },
  { name: "initialize, shutdown", state: STOPPED, event: { kind: "shutdown" } },
  { name: "initialize, timeout", state: STOPPED, event: TIMEOUT },
  {
    name: "initialize, fault: only remembered",
    state: STOPPED,
    event: DOWN,
    next: { faults: ["interface-down"] },
  },
  { name: "backup, startup", state: BACKUP, event: { kind: "startup" } },
  {
    name: "backup, timeout: Active",
    state: BACKUP,
    event: TIMEOUT,
    nowUs: NOW + 2 * SECOND,
    next: {
      kind: "active",
      cause: "active-down",
      router: { kind: "active", cause: "active-down", adverAtUs: NOW + 3 * SECOND },
      bursts: [{ purpose: "second", atUs: NOW + 7 * SECOND, repeat: 5 }],
    },
    actions: [send(), ADD, announce(), changed("backup", "active", "active-down")],
  },
  {
    name: "backup, fault",
    state: BACKUP,
    event: DOWN,
    next: {
      kind: "fault",
      cause: "fault",
      faults: ["interface-down"],
      router: { kind: "initialize", cause: "shutdown" },
    },
    actions: [changed("backup", "fault", "fault")],
  },
  {
    name: "backup, shutdown",
    state: BACKUP,
    event: { kind: "shutdown" },
    next: {
      kind: "initialize",
      cause: "shutdown",
      running: false,
      router: { kind: "initialize", cause: "shutdown" },
    },
    actions: [changed("backup", "initialize", "shutdown")],
  },
  {
    name: "backup, priority adjusted",
    state: BACKUP,
    event: { kind: "priority", adjustment: -30 },
    next: { adjustment: -30 },
    actions: [{ kind: "priority-changed", state: "backup", priority: 70 }],
  },
  {
    name: "backup, priority adjusted beyond the range: as high as it goes",
    state: { ...BACKUP, adjustment: 200 },
    event: { kind: "priority", adjustment: 250 },
    next: { adjustment: 250 },
  },
  { name: "backup, same priority", state: BACKUP, event: { kind: "priority", adjustment: 0 } },
  {
    name: "backup, lower priority under a preempt delay: tolerated from now on",
    config: { ...EXAMPLE, preemptDelayUs: 9 * SECOND },
    state: BACKUP,
    event: advertisement(90),
    next: {
      toleratedUntilUs: NOW + 9 * SECOND,
      router: {
        kind: "backup",
        cause: "startup",
        activeDownAtUs: NOW + 3_609_375,
        activeAdverIntervalUs: SECOND,
        heard: { source: PEER, priority: 90 },
        candidate: false,
      },
    },
  },
  {
    name: "backup, lower priority after the preempt delay: the timer runs on",
    config: { ...EXAMPLE, preemptDelayUs: 9 * SECOND },
    state: { ...BACKUP, toleratedUntilUs: NOW },
    event: advertisement(90),
  },
  {
    name: "backup, higher priority: the preempt delay is forgotten",
    config: { ...EXAMPLE, preemptDelayUs: 9 * SECOND },
    state: { ...BACKUP, toleratedUntilUs: NOW },
    event: advertisement(100),
    next: {
      toleratedUntilUs: null,
      router: {
        kind: "backup",
        cause: "startup",
        activeDownAtUs: NOW + 3_609_375,
        activeAdverIntervalUs: SECOND,
        heard: { source: PEER, priority: 100 },
        candidate: false,
      },
    },
  },
  {
    name: "backup, announcement requested",
    state: BACKUP,
    event: { kind: "announcement-requested" },
  },
  {
    name: "backup, last word requested: it names the interval of whom it follows",
    state: {
      ...BACKUP,
      router: { ...BACKUP.router, activeAdverIntervalUs: 3 * SECOND } as InstanceState["router"],
    },
    event: { kind: "last-word-requested" },
    next: {},
    actions: [send(100, 3 * SECOND)],
  },
  {
    name: "backup, local address",
    state: BACKUP,
    event: { kind: "local-address", address: "10.0.0.7" },
    next: { localAddress: "10.0.0.7" },
  },
  {
    name: "backup, local address lost",
    state: BACKUP,
    event: { kind: "local-address", address: undefined },
    next: { localAddress: null },
  },
  {
    name: "backup, same local address",
    state: BACKUP,
    event: { kind: "local-address", address: LOCAL },
  },
  {
    name: "active, timeout: advertises",
    state: ACTIVE,
    event: TIMEOUT,
    next: { router: { kind: "active", cause: "active-down", adverAtUs: NOW + SECOND } },
    actions: [send()],
  },
  {
    name: "active, timeout of a burst only",
    state: {
      ...ACTIVE,
      router: { kind: "active", cause: "active-down", adverAtUs: NOW + 1 },
      bursts: [{ purpose: "second", atUs: NOW, repeat: 4 }],
    },
    event: TIMEOUT,
    next: { bursts: [] },
    actions: [announce(4)],
  },
  {
    name: "active, timeout of both",
    config: { ...EXAMPLE, announcement: { ...EXAMPLE.announcement, refreshUs: 60 * SECOND } },
    state: { ...ACTIVE, bursts: [{ purpose: "refresh", atUs: NOW, repeat: 1 }] },
    event: TIMEOUT,
    next: {
      router: { kind: "active", cause: "active-down", adverAtUs: NOW + SECOND },
      bursts: [{ purpose: "refresh", atUs: NOW + 60 * SECOND, repeat: 1 }],
    },
    actions: [send(), announce(1)],
  },
  {
    name: "active, higher priority: Backup",
    state: { ...ACTIVE, bursts: [{ purpose: "second", atUs: NOW + 5, repeat: 5 }] },
    event: advertisement(200),
    next: {
      kind: "backup",
      cause: "higher-priority",
      bursts: [],
      router: {
        kind: "backup",
        cause: "higher-priority",
        activeDownAtUs: NOW + 3_609_375,
        activeAdverIntervalUs: SECOND,
        heard: { source: PEER, priority: 200 },
        candidate: false,
      },
    },
    actions: [REMOVE, changed("active", "backup", "higher-priority")],
  },
  {
    name: "active, lower priority: a second burst follows",
    state: ACTIVE,
    event: advertisement(90),
    next: {
      router: { kind: "active", cause: "active-down", adverAtUs: NOW + SECOND },
      bursts: [{ purpose: "lower-priority", atUs: NOW + 5 * SECOND, repeat: 5 }],
    },
    actions: [
      send(),
      announce(),
      { kind: "lower-priority-heard", source: PEER, priority: 90 },
    ],
  },
  {
    name: "active, fault: resigns",
    state: ACTIVE,
    event: DOWN,
    next: {
      kind: "fault",
      cause: "fault",
      faults: ["interface-down"],
      router: { kind: "initialize", cause: "shutdown" },
    },
    actions: [send(0), REMOVE, changed("active", "fault", "fault")],
  },
  {
    name: "active, shutdown: resigns",
    state: ACTIVE,
    event: { kind: "shutdown" },
    next: {
      kind: "initialize",
      cause: "shutdown",
      running: false,
      router: { kind: "initialize", cause: "shutdown" },
    },
    actions: [send(0), REMOVE, changed("active", "initialize", "shutdown")],
  },
  {
    name: "active, address lost: Backup for the skew",
    state: ACTIVE,
    event: { kind: "owned-address-lost" },
    next: {
      kind: "backup",
      cause: "address-lost",
      router: {
        kind: "backup",
        cause: "address-lost",
        activeDownAtUs: NOW + 609_375,
        activeAdverIntervalUs: SECOND,
        heard: null,
        candidate: false,
      },
    },
    actions: [REMOVE, changed("active", "backup", "address-lost")],
  },
  {
    name: "active, priority adjusted: the next advertisement says so",
    state: ACTIVE,
    event: { kind: "priority", adjustment: 20 },
    next: { adjustment: 20 },
    actions: [{ kind: "priority-changed", state: "active", priority: 120 }],
  },
  {
    name: "active owner, priority adjusted: stays the owner",
    config: OWNER,
    state: ACTIVE,
    event: { kind: "priority", adjustment: -20 },
    next: { adjustment: -20 },
  },
  {
    name: "backup, last word requested, though it is always said",
    config: { ...EXAMPLE, higherPrioritySendAdvert: true },
    state: BACKUP,
    event: { kind: "last-word-requested" },
  },
  {
    name: "active, last word requested",
    state: ACTIVE,
    event: { kind: "last-word-requested" },
  },
  {
    name: "active, announcement requested",
    state: ACTIVE,
    event: { kind: "announcement-requested" },
    next: {},
    actions: [announce()],
  },
  {
    name: "active, configured with another name",
    config: { ...EXAMPLE, name: "two" },
    state: ACTIVE,
    event: { kind: "configured", previous: EXAMPLE },
  },
  {
    name: "active, configured with another priority",
    config: { ...EXAMPLE, priority: 120 },
    state: ACTIVE,
    event: { kind: "configured", previous: EXAMPLE },
    next: { router: { kind: "active", cause: "active-down", adverAtUs: NOW + SECOND } },
    actions: [send(120), { kind: "priority-changed", state: "active", priority: 120 }],
  },
  {
    name: "active, configured with a refresh",
    config: { ...EXAMPLE, announcement: { ...EXAMPLE.announcement, refreshUs: 60 * SECOND } },
    state: ACTIVE,
    event: { kind: "configured", previous: EXAMPLE },
    next: { bursts: [{ purpose: "refresh", atUs: NOW + 60 * SECOND, repeat: 1 }] },
  },
  {
    name: "active owner, another owner with a higher address: steps down to 254",
    config: OWNER,
    state: ACTIVE,
    event: advertisement(255),
    next: {
      kind: "backup",
      cause: "higher-priority",
      rivalOwner: true,
      router: {
        kind: "backup",
        cause: "higher-priority",
        activeDownAtUs: NOW + 3_003_906,
        activeAdverIntervalUs: SECOND,
        heard: { source: PEER, priority: 255 },
        candidate: false,
      },
    },
    actions: [
      { kind: "owner-conflict", source: PEER, yielded: true },
      REMOVE,
      changed("active", "backup", "higher-priority", 254),
    ],
  },
  {
    name: "backup beside a rival owner, silence: the owner again",
    config: OWNER,
    state: { ...BACKUP, rivalOwner: true },
    event: TIMEOUT,
    nowUs: NOW + 2 * SECOND,
    next: {
      kind: "active",
      cause: "active-down",
      rivalOwner: false,
      router: { kind: "active", cause: "active-down", adverAtUs: NOW + 3 * SECOND },
      bursts: [{ purpose: "second", atUs: NOW + 7 * SECOND, repeat: 5 }],
    },
    actions: [send(255), ADD, announce(), changed("backup", "active", "active-down", 255)],
  },
  {
    name: "backup beside a rival owner, somebody else is Active: the owner again",
    config: OWNER,
    state: { ...BACKUP, rivalOwner: true },
    event: advertisement(200),
    next: { rivalOwner: false },
    actions: [{ kind: "priority-changed", state: "backup", priority: 255 }],
  },
  { name: "fault, the same reason again", state: FAULT, event: DOWN },
  {
    name: "fault, another reason",
    state: FAULT,
    event: { kind: "fault", reason: "no-source-address", present: true },
    next: { faults: ["interface-down", "no-source-address"] },
  },
  {
    name: "fault, one of two reasons gone",
    state: { ...FAULT, faults: ["interface-down", "no-source-address"] },
    event: UP,
    next: { faults: ["no-source-address"] },
  },
  {
    name: "fault, the last reason gone: Backup with the whole wait",
    config: { ...EXAMPLE, initialState: "active" },
    state: FAULT,
    event: UP,
    next: {
      kind: "backup",
      cause: "recovery",
      faults: [],
      router: {
        kind: "backup",
        cause: "recovery",
        activeDownAtUs: NOW + 3_609_375,
        activeAdverIntervalUs: SECOND,
        heard: null,
        candidate: false,
      },
    },
    actions: [changed("fault", "backup", "recovery")],
  },
  {
    name: "fault, the last reason gone for the owner: Active",
    config: OWNER,
    state: FAULT,
    event: UP,
    next: {
      kind: "active",
      cause: "recovery",
      faults: [],
      router: { kind: "active", cause: "recovery", adverAtUs: NOW + SECOND },
      bursts: [{ purpose: "second", atUs: NOW + 5 * SECOND, repeat: 5 }],
    },
    actions: [send(255), ADD, announce(), changed("fault", "active", "recovery", 255)],
  },
  { name: "fault, advertisement", state: FAULT, event: advertisement(0) },
  { name: "fault, timeout", state: FAULT, event: TIMEOUT },
  { name: "fault, address lost", state: FAULT, event: { kind: "owned-address-lost" } },
  {
    name: "fault, configured",
    config: { ...EXAMPLE, addresses: [] },
    state: FAULT,
    event: { kind: "configured", previous: EXAMPLE },
  },
  {
    name: "fault, shutdown: the reasons stay",
    state: FAULT,
    event: { kind: "shutdown" },
    next: { kind: "initialize", cause: "shutdown", running: false },
    actions: [changed("fault", "initialize", "shutdown")],
  },
];

for (const row of ROWS) {
  test(`instance in ${row.name}`, () => {
    const config = row.config ?? EXAMPLE;
    const step = instance.step(config, row.state, row.event, row.nowUs ?? NOW);
    if (row.next === undefined) assert.equal(step.state, row.state);
    assert.deepEqual(step.state, { ...row.state, ...row.next });
    assert.deepEqual(step.actions, row.actions ?? []);
  });
}

test("instance waits for its first deadline", () => {
  assert.equal(instance.nextDeadlineUs(STOPPED), undefined);
  assert.equal(instance.nextDeadlineUs({ ...STOPPED, startAtUs: 7 }), 7);
  assert.equal(instance.nextDeadlineUs(BACKUP), NOW + 2 * SECOND);
  const burst = { purpose: "second", repeat: 5 } as const;
  const early = { ...ACTIVE, bursts: [{ ...burst, atUs: NOW - 1 }] };
  assert.equal(instance.nextDeadlineUs(early), NOW - 1);
  const late = { ...ACTIVE, bursts: [{ ...burst, atUs: NOW + 1 }] };
  assert.equal(instance.nextDeadlineUs(late), NOW);
});

test("effectivePriority() stays within 1–254 unless it is the owner's", () => {
  assert.equal(effectivePriority(100, 20), 120);
  assert.equal(effectivePriority(100, -200), 1);
  assert.equal(effectivePriority(100, 200), 254);
  assert.equal(effectivePriority(255, -200), 255);
});

test("priorityOf() is 254 for an owner beside another one", () => {
  assert.equal(priorityOf(OWNER, ACTIVE), 255);
  assert.equal(priorityOf(OWNER, { ...ACTIVE, rivalOwner: true }), 254);
  assert.equal(priorityOf(EXAMPLE, { ...ACTIVE, rivalOwner: true, adjustment: 5 }), 105);
});

test("instance starts idle, and so does its router", () => {
  const state = instance.start(EXAMPLE, 0);
  assert.deepEqual(state.router, { kind: "initialize", cause: "startup" });
  assert.deepEqual([state.kind, state.cause], ["initialize", "startup"]);
  assert.deepEqual(router.start({ ...EXAMPLE, localAddress: null }, 0), state.router);
});

test("instance keeps its doubt of a rival owner when a timeout comes early", () => {
  const doubtful = { ...ACTIVE, rivalOwner: true };
  assert.equal(instance.step(OWNER, doubtful, TIMEOUT, NOW - 1).state, doubtful);
  assert.equal(instance.step(OWNER, doubtful, TIMEOUT, NOW).state.rivalOwner, false);
});

test("the preempt delay tolerates any lower router, and none that resigns", () => {
  const config = { ...EXAMPLE, preemptDelayUs: 30 * SECOND };
  const after = (priority: number) =>
    instance.step(config, BACKUP, advertisement(priority), NOW).state.toleratedUntilUs;
  assert.deepEqual([after(1), after(99), after(100), after(0)], [
    NOW + 30 * SECOND,
    NOW + 30 * SECOND,
    null,
    null,
  ]);
});

test("describeInstance() counts hours in seconds", () => {
  const state = { ...STOPPED, startAtUs: NOW + 36_000 * SECOND };
  assert.equal(
    describeInstance(EXAMPLE, state, NOW),
    "initialize: startup delay, 36000 s left",
  );
});
