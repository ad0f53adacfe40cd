import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Common } from "@keepalived/machine";
import { EXAMPLE, virtualAddress } from "./fixture.ts";
import { instance, type InstanceConfig, type InstanceEvent, type InstanceState } from "./mod.ts";

type Input =
  | { readonly afterUs: number; readonly event: InstanceEvent | { readonly kind: "timeout" } }
  | { readonly afterUs: number; readonly config: InstanceConfig };

const priority = fc.constantFrom(1, 99, 100, 101, 254, 255);
const interval = fc.constantFrom(10_000, 1_000_000, 3_000_000);
const config: fc.Arbitrary<InstanceConfig> = fc.record({
  name: fc.constant("one"),
  virtualRouterId: fc.constant(51),
  version: fc.constantFrom(2, 3),
  family: fc.constant(4 as const),
  initialState: fc.constantFrom("backup", "active"),
  priority,
  advertisementIntervalUs: interval,
  downTimerAdverts: fc.integer({ min: 1, max: 4 }),
  preempt: fc.boolean(),
  preemptDelayUs: fc.constantFrom(0, 5_000_000),
  startupDelayUs: fc.constantFrom(0, 0, 2_000_000),
  addresses: fc.subarray([...EXAMPLE.addresses, virtualAddress("10.0.0.102")]),
  holdings: fc.subarray([{ key: "one", value: 1 }, { key: "two", value: { to: "::/0" } }]),
  grouped: fc.boolean(),
  lowerPriorityNoAdvert: fc.boolean(),
  higherPrioritySendAdvert: fc.boolean(),
  announcement: fc.record({
    repeat: fc.constantFrom(0, 5),
    delayUs: fc.constantFrom(0, 5_000_000),
    refreshUs: fc.constantFrom(0, 1, 60_000_000),
    refreshRepeat: fc.constantFrom(0, 1),
    extraUs: fc.constantFrom(0, 2),
    extraAddresses: fc.constantFrom([], [virtualAddress("192.0.2.1")]),
    lowerPriorityRepeat: fc.constantFrom(0, 5),
    lowerPriorityDelayUs: fc.constantFrom(0, 5_000_000),
  }),
}, {
  noNullPrototype: true,
}).chain((base) => fc.constantFrom(base, { ...base, lateBackupPriority: 254 }));

const event: fc.Arbitrary<InstanceEvent | { readonly kind: "timeout" }> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: "timeout" } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: "startup" } as const) },
  fc.constant({ kind: "shutdown" } as const),
  fc.constant({ kind: "owned-address-lost" } as const),
  fc.constant({ kind: "announcement-requested" } as const),
  fc.constant({ kind: "last-word-requested" } as const),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("advertisement" as const),
      source: fc.constantFrom("10.0.0.8", "10.0.0.9", "10.0.0.10"),
      priority: fc.oneof(priority, fc.constant(0)),
      maxAdvertiseIntervalUs: fc.oneof(interval, fc.constant(0)),
    }),
  },
  fc.record({
    kind: fc.constant("local-address" as const),
    address: fc.constantFrom("10.0.0.9", "10.0.0.8", undefined),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      reason: fc.constantFrom("interface-down", "script"),
      present: fc.boolean(),
    }),
  },
  fc.record({
    kind: fc.constant("priority" as const),
    adjustment: fc.constantFrom(-300, -1, 0, 1, 300),
  }),
);

/** -1: at the deadline. */
const afterUs = fc.constantFrom(-1, -1, -1, 0, 1, 600_000, 3_500_000, 70_000_000);
const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ afterUs, event }) },
  fc.record({ afterUs, config }),
);

type Seen = {
  readonly config: InstanceConfig;
  readonly before: InstanceState;
  readonly event: InstanceEvent | Common<InstanceConfig>;
  readonly nowUs: number;
};

/** Steps through the inputs from the start, and shows each step. */
function walk(
  first: InstanceConfig,
  inputs: readonly Input[],
  see: (seen: Seen, after: ReturnType<typeof instance.step>) => void,
): void {
  let current = first;
  let state = instance.start(current, 1);
  let nowUs = 0;
  for (const next of inputs) {
    const deadlineUs = instance.nextDeadlineUs(state) ?? nowUs;
    nowUs = next.afterUs < 0 ? Math.max(nowUs, deadlineUs) : nowUs + next.afterUs;
    const event = "config" in next
      ? { kind: "configured", previous: current } as const
      : next.event;
    if ("config" in next) current = next.config;
    const after = instance.step(current, state, event, nowUs);
    see({ config: current, before: state, event, nowUs }, after);
    state = after.state;
  }
}

function law(
  name: string,
  see: (seen: Seen, after: ReturnType<typeof instance.step>) => void,
): void {
  test(name, () => {
    fc.assert(
      fc.property(config, fc.array(input, { maxLength: 40, size: "max" }), (first, inputs) => {
        walk(first, inputs, see);
      }),
      { numRuns: 300, seed: 9568 },
    );
  });
}

const text = JSON.stringify;

law("an unchanged state is the identical one", ({ before, event }, after) => {
  // Within one microsecond an advertisement, heard or sent, sets a timer to what it is.
  if (after.actions.length > 0 || event.kind === "advertisement") return;
  if (after.state !== before) assert.notEqual(text(after.state), text(before));
});

law("states and actions are JSON", (_, after) => {
  assert.deepEqual(JSON.parse(text(after.actions)), after.actions);
  assert.deepEqual(JSON.parse(text(after.state)), after.state);
});

law("times are integers and the next deadline lies in the future", ({ event, nowUs }, after) => {
  const deadlineUs = instance.nextDeadlineUs(after.state);
  if (deadlineUs === undefined) return;
  assert.ok(Number.isInteger(deadlineUs));
  if (event.kind === "timeout") assert.ok(deadlineUs > nowUs, `${deadlineUs} after ${nowUs}`);
});

law("a timeout before the deadline changes nothing", ({ config }, after) => {
  const deadlineUs = instance.nextDeadlineUs(after.state);
  const nowUs = deadlineUs === undefined ? Number.MAX_SAFE_INTEGER : deadlineUs - 1;
  const stray = instance.step(config, after.state, { kind: "timeout" }, nowUs);
  assert.equal(stray.state, after.state);
  assert.deepEqual(stray.actions, []);
});

law("a configuration that is the same changes nothing", ({ config, nowUs }, after) => {
  const event = { kind: "configured", previous: structuredClone(config) } as const;
  const again = instance.step(config, after.state, event, nowUs);
  assert.equal(again.state, after.state);
  assert.deepEqual(again.actions, []);
});

law("a state change is told once, and truly", ({ before }, after) => {
  const told = after.actions.filter((action) => action.kind === "state-changed");
  if (before.kind === after.state.kind) return assert.deepEqual(told, []);
  assert.equal(told.length, 1);
  assert.equal(told[0]?.from, before.kind);
  assert.equal(told[0]?.to, after.state.kind);
  assert.equal(told[0]?.reason, after.state.cause);
});

law("a fault or a stopped instance has no timers and sends nothing but its resignation", (
  { before },
  after,
) => {
  if (after.state.kind !== "fault" && after.state.running) return;
  if (after.state.startAtUs === null) assert.equal(instance.nextDeadlineUs(after.state), undefined);
  for (const action of after.actions) {
    if (action.kind !== "send-advertisement") continue;
    assert.equal(action.advertisement.priority, 0);
    assert.equal(before.kind, "active");
  }
});

test("the addresses held are the configured ones while Active and none otherwise", () => {
  fc.assert(
    fc.property(config, fc.array(input, { maxLength: 60, size: "max" }), (first, inputs) => {
      const held = new Set<string>();
      walk(first, inputs, ({ config }, after) => {
        for (const action of after.actions) {
          if (action.kind === "add-addresses") {
            for (const address of action.addresses) {
              assert.ok(!held.has(text(address)), "added twice");
              held.add(text(address));
            }
          }
          if (action.kind === "remove-addresses") {
            for (const address of action.addresses) assert.ok(held.delete(text(address)));
          }
        }
        // Whether an address is advertised is nothing that a kernel holds.
        const bare = (list: Iterable<string>) => [...list].map((a) => JSON.parse(a).address).sort();
        const wanted = after.state.kind === "active" ? config.addresses : [];
        assert.deepEqual(bare(held), bare(wanted.map((a) => text(a))));
      });
    }),
    { numRuns: 500, seed: 51 },
  );
});
