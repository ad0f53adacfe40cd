/** What holds for each machine, whatever is told in whatever order. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Common, Machine } from "@keepalived/machine";
import { check } from "./check.ts";
import { failed } from "./ending.ts";
import { habits } from "./habits.ts";
import type { CheckKind } from "./habits.ts";
import { http } from "./http.ts";
import { probe } from "./probe.ts";
import { smtp } from "./smtp.ts";

const time = fc.integer({ min: 1, max: 500 });
const few = fc.integer({ min: 1, max: 4 });
const failure = { code: "refused", text: "refused" } as const;
const ending = fc.oneof(
  fc.constant({ ok: true } as const),
  fc.constant({ ok: true, weight: 3 } as const),
  fc.constant(failed("refused", "refused")),
);

law("check", check, {
  config: fc.record({
    kind: fc.constantFrom(...Object.keys(habits) as CheckKind[]),
    delayLoopUs: time,
    retry: fc.nat(3),
    delayBeforeRetryUs: fc.nat(300),
    warmupUs: fc.nat(300),
    alpha: fc.boolean(),
    rise: few,
    parts: few,
    fastRecovery: fc.boolean(),
  }),
  event: fc.oneof(
    { weight: 4, arbitrary: ending.map((ending) => ({ kind: "finished", ending } as const)) },
    fc.constantFrom({ kind: "suspended" } as const, { kind: "resumed" } as const),
  ),
});
law("probe", probe, {
  config: fc.record({ timeoutUs: time, silenceIsGood: fc.boolean() }),
  event: fc.constantFrom(
    { kind: "sent" } as const,
    { kind: "reply", judgement: "good" } as const,
    { kind: "reply", judgement: "foreign" } as const,
    { kind: "failed", failure } as const,
  ),
});
law("smtp", smtp, {
  config: fc.record({ timeoutUs: time, heloName: fc.constant("a") }),
  event: fc.oneof(
    fc.constantFrom({ kind: "started" } as const, { kind: "connected" } as const),
    fc.constantFrom("220 a", "220-a", "250 b", "what").map((
      text,
    ) => ({ kind: "line", text } as const)),
    fc.constantFrom(
      { kind: "too-long" } as const,
      { kind: "closed" } as const,
      { kind: "failed", failure } as const,
    ),
  ),
});
law("http", http, {
  config: fc.record({
    timeoutUs: time,
    statusCodes: fc.constant([[200, 299]] as const),
    maxBodyBytes: fc.constant(100),
    closeNotify: fc.boolean(),
  }),
  event: fc.oneof(
    fc.constantFrom({ kind: "started" } as const, { kind: "connected" } as const),
    fc.constantFrom(200, 500).map((status) => ({ kind: "head", status } as const)),
    fc.nat(150).map((bodyBytes) => ({ kind: "progress", bodyBytes } as const)),
    fc.constantFrom(failure, null).map((failure) => ({ kind: "body", failure } as const)),
    fc.boolean().map((notified) => ({ kind: "closed", notified } as const)),
    fc.constant({ kind: "failed", failure } as const),
  ),
});

function law<Config, State, Event, Action extends { readonly kind: string }>(
  name: string,
  machine: Machine<Config, State, Event, Action>,
  given: { config: fc.Arbitrary<Config>; event: fc.Arbitrary<Event> },
): void {
  const input = fc.oneof(
    { weight: 3, arbitrary: given.event.map((event) => ({ event })) },
    { weight: 3, arbitrary: fc.constant("due" as const) },
    { weight: 1, arbitrary: fc.constant({ event: { kind: "timeout" } as Common<Config> }) },
    { weight: 1, arbitrary: given.config.map((config) => ({ config })) },
  );
  const life = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), input), { maxLength: 60 });
  test(`${name}: unchanged is identical, all is JSON, deadlines lie ahead, one end`, () => {
    fc.assert(
      fc.property(given.config, life, fc.nat(), (first, inputs, seed) => {
        let config = first;
        let state = machine.start(config, seed);
        let nowUs = 1_000_000;
        let ends = 0;
        for (const [waitUs, input] of inputs) {
          const dueUs = machine.nextDeadlineUs(state);
          nowUs = input === "due" ? Math.max(nowUs, dueUs ?? 0) : nowUs + waitUs;
          const previous = config;
          if (input !== "due" && "config" in input) config = input.config;
          const event = input === "due"
            ? { kind: "timeout" } as const
            : "config" in input
            ? { kind: "configured", previous } as const
            : input.event;
          const step = machine.step(config, state, event, nowUs);
          if (step.state !== state) assert.notDeepEqual(step.state, state);
          else assert.deepEqual(step.actions, []);
          if (input === "due" && dueUs !== undefined) assert.notEqual(step.state, state);
          assert.deepEqual(JSON.parse(JSON.stringify(step)), step);
          ends += step.actions.filter(({ kind }) => kind === "finish").length;
          state = step.state;
          const early = (machine.nextDeadlineUs(state) ?? 0) - 1;
          if (early < nowUs) continue;
          const stray = machine.step(config, state, { kind: "timeout" }, early);
          assert.equal(stray.state, state);
          assert.deepEqual(stray.actions, []);
        }
        assert.ok(ends <= 1, `${ends} ends`);
      }),
      { seed: 5, numRuns: 400 },
    );
  });
}

test("check: verdicts alternate, an attempt runs from begin to its end, and there is always a next one", () => {
  const config = {
    kind: fc.constantFrom(...Object.keys(habits) as CheckKind[]),
    delayLoopUs: time,
    retry: fc.nat(3),
    delayBeforeRetryUs: fc.nat(300),
    warmupUs: fc.nat(300),
    alpha: fc.boolean(),
    rise: few,
    parts: few,
    fastRecovery: fc.boolean(),
  };
  fc.assert(
    fc.property(fc.record(config), fc.array(ending, { maxLength: 80 }), (config, endings) => {
      let state = check.start(config, 1);
      let told: boolean | undefined = config.alpha ? undefined : true;
      let nowUs = 0;
      state = check.step(config, state, { kind: "timeout" }, nowUs).state;
      for (const ending of endings) {
        const dueUs = check.nextDeadlineUs(state);
        assert.ok(dueUs !== undefined && dueUs >= nowUs);
        const begun = check.step(config, state, { kind: "timeout" }, dueUs);
        assert.deepEqual(begun.actions, [{ kind: "begin", part: state.part }]);
        nowUs = dueUs + 10;
        const done = check.step(config, begun.state, { kind: "finished", ending }, nowUs);
        for (const action of done.actions) {
          if (action.kind !== "verdict-changed") continue;
          assert.notEqual(action.up, told);
          assert.equal(action.up, ending.ok);
          told = action.up;
        }
        state = done.state;
        if (told !== undefined) assert.equal(state.up, told);
      }
    }),
    { seed: 6, numRuns: 300 },
  );
});
