/** What holds for each machine, whatever is told in whatever order. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Common, Machine } from "@keepalived/machine";
import { link } from "./link.ts";
import { processQuorum } from "./process_quorum.ts";
import { script } from "./script.ts";

const time = fc.integer({ min: 0, max: 500 });
const few = fc.integer({ min: 1, max: 4 });

law("link", link, {
  config: fc.record({ downUs: time, upUs: time }),
  event: fc.oneof(
    fc.boolean().map((up) => ({ kind: "observed", up } as const)),
    fc.constant({ kind: "absent" } as const),
  ),
});
law("processQuorum", processQuorum, {
  config: fc.record(
    {
      quorum: few,
      quorumMax: fc.integer({ min: 0, max: 5 }),
      forkDelayUs: time,
      terminateDelayUs: time,
    },
    { requiredKeys: ["quorum", "forkDelayUs", "terminateDelayUs"] },
  ),
  event: fc.integer({ min: 0, max: 5 }).map((count) => ({ kind: "counted", count } as const)),
});
law("script", script, {
  config: fc.record({
    intervalUs: fc.integer({ min: 1, max: 500 }),
    rise: few,
    fall: few,
    initFail: fc.boolean(),
  }),
  event: fc.boolean().map((success) => ({ kind: "ended", success } as const)),
});

function law<Config, State, Event, Action>(
  name: string,
  machine: Machine<Config, State, Event, Action>,
  given: { config: fc.Arbitrary<Config>; event: fc.Arbitrary<Event> },
): void {
  const input = fc.oneof(
    given.event.map((event) => ({ event })),
    fc.constant({ event: { kind: "timeout" } as Common<Config> }),
    given.config.map((config) => ({ config })),
  );
  const life = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), input), { maxLength: 60 });
  test(`${name}: unchanged is identical, states are JSON, deadlines lie ahead`, () => {
    fc.assert(
      fc.property(given.config, life, (first, inputs) => {
        let config = first;
        let state = machine.start(config, 0);
        let nowUs = 1_000_000;
        for (const [waitUs, input] of inputs) {
          nowUs += waitUs;
          const previous = config;
          if ("config" in input) config = input.config;
          const event = "config" in input ? { kind: "configured", previous } as const : input.event;
          const step = machine.step(config, state, event, nowUs);
          if (step.state !== state) assert.notDeepEqual(step.state, state);
          else assert.deepEqual(step.actions, []);
          assert.deepEqual(JSON.parse(JSON.stringify(step)), step);
          state = step.state;
          const early = (machine.nextDeadlineUs(state) ?? 0) - 1;
          if (early < nowUs) continue;
          const stray = machine.step(config, state, { kind: "timeout" }, early);
          assert.equal(stray.state, state);
          assert.deepEqual(stray.actions, []);
        }
        settle(machine, config, state, nowUs);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
}

/** At its deadline a machine does something, and is not due again at once. */
function settle<Config, State, Event, Action>(
  machine: Machine<Config, State, Event, Action>,
  config: Config,
  from: State,
  fromUs: number,
): void {
  let state = from;
  for (let i = 0; i < 3; i++) {
    const deadlineUs = machine.nextDeadlineUs(state);
    if (deadlineUs === undefined) return;
    const atUs = Math.max(fromUs, deadlineUs);
    const step = machine.step(config, state, { kind: "timeout" }, atUs);
    assert.notEqual(step.state, state);
    assert.ok(step.actions.length > 0);
    state = step.state;
    assert.ok((machine.nextDeadlineUs(state) ?? Infinity) > atUs);
  }
}
