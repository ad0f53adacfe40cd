import assert from "node:assert/strict";
import { test } from "node:test";
import {
  explore,
  type ExploreOptions,
  inGroups,
  instanceName,
  lone,
  type Machines,
  type Member,
} from "@keepalived/simulation";
import { instance, type InstanceConfig, syncGroup } from "@keepalived/vrrp-fsm";
import { MUTANTS } from "./mutants.ts";

const SECOND = 1_000_000;
const MACHINES: Machines = { instance, syncGroup };

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
  return lone(address, config);
}

/** The same with two instances in a group. */
function grouped(one: Member): Member {
  const [config] = one.instances;
  const instances = [0, 1].map((i) => config && { ...config, name: instanceName(i) });
  return inGroups({ ...one, instances }, [[0, 1]]);
}

type Case = { readonly members: readonly Member[] } & ExploreOptions;

const PAIR = { depth: 8, faults: 2 };
const THREE = { depth: 6, faults: 2 };
const CASES: Readonly<Record<string, Case>> = {
  "distinct priorities": { members: [member("10.0.0.9", 150), member("10.0.0.10", 100)], ...PAIR },
  "equal priorities": { members: [member("10.0.0.9", 100), member("10.0.0.10", 100)], ...PAIR },
  "two owners": { members: [member("10.0.0.9", 255), member("10.0.0.10", 255)], ...PAIR },
  "no preemption": {
    members: [
      member("10.0.0.9", 150, { preempt: false }),
      member("10.0.0.10", 100, { preempt: false }),
    ],
    ...PAIR,
  },
  "preempt delay and last word": {
    members: [
      member("10.0.0.9", 150, { preemptDelayUs: 2 * SECOND }),
      member("10.0.0.10", 100, { higherPrioritySendAdvert: true }),
    ],
    ...PAIR,
  },
  "three routers": {
    members: [member("10.0.0.9", 150), member("10.0.0.10", 100), member("10.0.0.11", 50)],
    ...THREE,
  },
  "three equals": {
    members: [member("10.0.0.9", 100), member("10.0.0.10", 100), member("10.0.0.11", 100)],
    ...THREE,
  },
  "three, two of them owners": {
    members: [member("10.0.0.9", 255), member("10.0.0.10", 255), member("10.0.0.11", 100)],
    depth: 5,
    faults: 1,
  },
  "sync groups": {
    members: [grouped(member("10.0.0.9", 150)), grouped(member("10.0.0.10", 100))],
    depth: 6,
    faults: 2,
  },
  "sync groups of equals": {
    members: [grouped(member("10.0.0.9", 100)), grouped(member("10.0.0.10", 100))],
    depth: 6,
    faults: 2,
  },
};

for (const [name, { members, ...options }] of Object.entries(CASES)) {
  test(`explore() finds no way to break ${members.length} routers: ${name}`, () => {
    const { situations, failure } = explore(MACHINES, members, options);
    assert.deepEqual(failure, undefined);
    assert.ok(situations > 1_000, `only ${situations} situations`);
  });
}

test("explore() finds the shortest way to break a mutant", () => {
  const found = (name: string, of: keyof typeof CASES) => {
    const mutant = MUTANTS.find((m) => m.name === name);
    const { members, ...options } = CASES[of] ?? assert.fail();
    assert.ok(mutant !== undefined, name);
    const { failure } = explore(mutant.machines, members, options);
    return [failure?.violation.invariant, ...failure?.path ?? []];
  };
  assert.deepEqual(found("no choice among equals", "equal priorities"), [
    "convergence",
    "wait",
    "lose 0/0 for 1",
  ]);
  assert.deepEqual(found("addresses kept on demotion", "distinct priorities"), [
    "in-step",
    "wait",
    "address of 0/0 lost",
  ]);
  assert.deepEqual(found("equal priority ignored", "equal priorities"), ["stability"]);
  assert.deepEqual(found("recovery forgotten", "distinct priorities"), [
    "convergence",
    "stop 0",
    "fault of 1/0",
    "recovery of 1/0",
  ]);
  assert.deepEqual(found("the fall of a member changes nothing", "sync groups"), [
    "together",
    "stop 0",
    "wait",
    "start 0",
  ]);
});
