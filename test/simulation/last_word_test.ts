import assert from "node:assert/strict";
import { test } from "node:test";
import { move } from "@keepalived/machine";
import { lone, type Machines, scenarioFor, scenarioOf, simulate } from "@keepalived/simulation";
import { instance, syncGroup } from "@keepalived/vrrp-fsm";

/** A loser's last word that names its own interval instead of the winner's. */
const mutant: Machines["instance"] = {
  ...instance,
  step(config, state, event, nowUs) {
    const next = instance.step(config, state, event, nowUs);
    if (event.kind !== "advertisement" || next.state.kind !== "backup") return next;
    const actions = next.actions.map((action) => {
      if (action.kind !== "send-advertisement") return action;
      const maxAdvertiseIntervalUs = config.advertisementIntervalUs;
      return { ...action, advertisement: { ...action.advertisement, maxAdvertiseIntervalUs } };
    });
    return move(next.state, actions);
  },
};

test("a last word does not make others wait for the loser's shorter interval", () => {
  // Found by seed 7742; the scenario is kept although the seeds may come to mean others.
  const config = scenarioOf(1).members[0]?.instances[0] ?? assert.fail();
  const member = (address: string, priority: number, intervalS: number) =>
    lone(address, {
      ...config,
      version: 3 as const,
      priority,
      preempt: priority === 200,
      preemptDelayUs: 0,
      startupDelayUs: 0,
      initialState: "backup" as const,
      advertisementIntervalUs: intervalS * 1_000_000,
      lowerPriorityNoAdvert: true,
      higherPrioritySendAdvert: true,
    });
  const members = [
    member("10.0.0.9", 200, 4),
    member("10.0.0.10", 150, 1),
    member("10.0.0.11", 100, 1),
  ];
  const faults = [0, 1, 2].map((router) =>
    ({ atUs: router, fault: { kind: "restart", router } }) as const
  );
  // Which of the two advertisements comes last is up to the seed.
  const scenarios = Array.from(
    { length: 20 },
    (_, seed) => scenarioFor(seed, members, () => faults),
  );
  const found = (machine: Machines["instance"]) =>
    new Set(
      scenarios.map((scenario) =>
        simulate({ instance: machine, syncGroup }, scenario).violation?.invariant
      ),
    );
  assert.deepEqual(found(instance), new Set([undefined]));
  assert.ok(found(mutant).has("stability"));
});
