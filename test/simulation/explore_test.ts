import assert from "node:assert/strict";
import { test } from "node:test";
import { explore, type Member } from "@keepalived/simulation";
import { instance, type InstanceConfig } from "@keepalived/vrrp-fsm";
import { MUTANTS } from "./mutants.ts";

const SECOND = 1_000_000;

function member(address: string, priority: number, change: Partial<InstanceConfig> = {}): Member {
  const config: InstanceConfig = {
    name: address,
    virtualRouterId: 51,
    version: 3,
    family: 4,
    initialState: "backup",
    priority,
    advertisementIntervalUs: SECOND,
    downTimerAdverts: 3,
    preempt: true,
    preemptDelayUs: 0,
    startupDelayUs: 0,
    addresses: [{
      address: "10.0.0.200",
      prefixLength: 24,
      interface: "eth0",
      scope: 0,
      advertised: true,
    }],
    holdings: [],
    grouped: false,
    lowerPriorityNoAdvert: false,
    higherPrioritySendAdvert: false,
    announcement: {
      repeat: 5,
      delayUs: 0,
      refreshUs: 0,
      refreshRepeat: 1,
      extraUs: 0,
      extraAddresses: [],
      lowerPriorityRepeat: 5,
      lowerPriorityDelayUs: 0,
    },
    ...change,
  };
  return { address, config };
}

const PAIRS: Readonly<Record<string, readonly [Member, Member]>> = {
  "distinct priorities": [member("10.0.0.9", 150), member("10.0.0.10", 100)],
  "equal priorities": [member("10.0.0.9", 100), member("10.0.0.10", 100)],
  "two owners": [member("10.0.0.9", 255), member("10.0.0.10", 255)],
  "no preemption": [
    member("10.0.0.9", 150, { preempt: false }),
    member("10.0.0.10", 100, { preempt: false }),
  ],
  "preempt delay and last word": [
    member("10.0.0.9", 150, { preemptDelayUs: 2 * SECOND }),
    member("10.0.0.10", 100, { higherPrioritySendAdvert: true }),
  ],
};

for (const [name, pair] of Object.entries(PAIRS)) {
  test(`explore() finds no way to break two routers: ${name}`, () => {
    const { situations, failure } = explore(instance, pair, 7, 2);
    assert.deepEqual(failure, undefined);
    assert.ok(situations > 1_000, `only ${situations} situations`);
  });
}

test("explore() finds the shortest way to break a mutant", () => {
  const found = (name: string, pair: keyof typeof PAIRS) => {
    const mutant = MUTANTS.find((m) => m.name === name);
    const members = PAIRS[pair];
    assert.ok(mutant !== undefined && members !== undefined, name);
    const { failure } = explore(mutant.machine, members, 7, 2);
    return [failure?.violation.invariant, ...failure?.path ?? []];
  };
  assert.deepEqual(found("no choice among equals", "equal priorities"), [
    "convergence",
    "wait",
    "lose for 1",
  ]);
  assert.deepEqual(found("addresses kept on demotion", "distinct priorities"), [
    "in-step",
    "wait",
    "address of 0 lost",
  ]);
  assert.deepEqual(found("equal priority ignored", "equal priorities"), ["stability"]);
  assert.deepEqual(found("recovery forgotten", "distinct priorities"), [
    "convergence",
    "stop 0",
    "fault of 1",
    "recovery of 1",
  ]);
});
