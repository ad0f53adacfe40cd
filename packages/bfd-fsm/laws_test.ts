import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Common } from "@keepalived/machine";
import { session, type SessionConfig, type SessionEvent, type SessionState } from "./mod.ts";

type Input =
  | { readonly afterUs: number; readonly event: SessionEvent | { readonly kind: "timeout" } }
  | { readonly afterUs: number; readonly config: SessionConfig };

const plain = { noNullPrototype: true } as const;
const interval = fc.constantFrom(1000, 50_000, 100_000, 1_500_000);
const config: fc.Arbitrary<SessionConfig> = fc.record({
  localDiscriminator: fc.constant(0xa),
  desiredMinTxIntervalUs: interval,
  requiredMinRxIntervalUs: interval,
  idleTxIntervalUs: fc.constantFrom(1_000_000, 2_000_000),
  detectMult: fc.constantFrom(1, 3, 255),
  passive: fc.boolean(),
}, plain);
const event: fc.Arbitrary<SessionEvent | { readonly kind: "timeout" }> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: "timeout" } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: "startup" } as const) },
  fc.constant({ kind: "shutdown" } as const),
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("packet" as const),
      state: fc.constantFrom("admin-down", "down", "init", "up"),
      diagnostic: fc.nat(31),
      poll: fc.boolean(),
      final: fc.boolean(),
      demand: fc.boolean(),
      detectMult: fc.constantFrom(1, 3, 255),
      myDiscriminator: fc.constantFrom(0xb, 0xffff_ffff),
      desiredMinTxIntervalUs: fc.constantFrom(0, 10_000, 1_000_000, 0xffff_ffff),
      requiredMinRxIntervalUs: fc.constantFrom(0, 1, 100_000, 0xffff_ffff),
    }, plain),
  },
);
/** -1: at the deadline. */
const afterUs = fc.constantFrom(-1, -1, -1, 0, 1, 80_000, 5_000_000);
const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ afterUs, event }, plain) },
  fc.record({ afterUs, config }, plain),
);

type Seen = {
  readonly config: SessionConfig;
  readonly before: SessionState;
  readonly event: SessionEvent | Common<SessionConfig>;
  readonly nowUs: number;
};
type After = ReturnType<typeof session.step>;

function law(name: string, see: (seen: Seen, after: After) => void): void {
  test(name, () => {
    fc.assert(
      fc.property(config, fc.array(input, { maxLength: 40, size: "max" }), (first, inputs) => {
        let current = first;
        let state = session.start(current, 1);
        let nowUs = 0;
        for (const next of inputs) {
          const deadlineUs = session.nextDeadlineUs(state) ?? nowUs;
          nowUs = next.afterUs < 0 ? Math.max(nowUs, deadlineUs) : nowUs + next.afterUs;
          const event = "config" in next
            ? { kind: "configured", previous: current } as const
            : next.event;
          if ("config" in next) current = next.config;
          const after = session.step(current, state, event, nowUs);
          see({ config: current, before: state, event, nowUs }, after);
          state = after.state;
        }
      }),
      { numRuns: 300, seed: 5880 },
    );
  });
}

const text = JSON.stringify;
const packets = (after: After) =>
  after.actions.flatMap((it) => it.kind === "send-packet" ? [it.packet] : []);

law("states and actions are JSON", (_, after) => {
  assert.deepEqual(JSON.parse(text(after.actions)), after.actions);
  assert.deepEqual(JSON.parse(text(after.state)), after.state);
});

law("an unchanged state is the identical one", ({ before, event }, after) => {
  if (after.actions.length > 0 || event.kind === "packet") return;
  if (after.state !== before) assert.notEqual(text(after.state), text(before));
});

law("deadlines are integers, and lie in the future once they were met", (seen, after) => {
  const deadlineUs = session.nextDeadlineUs(after.state);
  if (deadlineUs === undefined) return;
  assert.ok(Number.isInteger(deadlineUs));
  if (seen.event.kind === "timeout") {
    assert.ok(deadlineUs > seen.nowUs, `${deadlineUs} after ${seen.nowUs}`);
  }
});

law("a timeout before the deadline changes nothing", ({ config }, after) => {
  const deadlineUs = session.nextDeadlineUs(after.state);
  const nowUs = deadlineUs === undefined ? Number.MAX_SAFE_INTEGER : deadlineUs - 1;
  const stray = session.step(config, after.state, { kind: "timeout" }, nowUs);
  assert.equal(stray.state, after.state);
  assert.deepEqual(stray.actions, []);
});

law("a configuration that is the same changes nothing", ({ config, nowUs }, after) => {
  const event = { kind: "configured", previous: structuredClone(config) } as const;
  const again = session.step(config, after.state, event, nowUs);
  assert.equal(again.state, after.state);
  assert.deepEqual(again.actions, []);
});

law("a state change is told once, and truly", ({ before }, after) => {
  const told = after.actions.filter((action) => action.kind === "state-changed");
  if (before.kind === after.state.kind) return assert.deepEqual(told, []);
  assert.equal(told.length, 1);
  assert.equal(told[0]?.from, before.kind);
  assert.equal(told[0]?.to, after.state.kind);
  assert.equal(told[0]?.diagnostic, after.state.diagnostic);
});

law("no packet has the Poll and the Final bit", (_, after) => {
  for (const { poll, final } of packets(after)) assert.ok(!(poll && final));
});

law("Init and Up are said only to somebody", (_, after) => {
  for (const { state, yourDiscriminator } of packets(after)) {
    if (state === "init" || state === "up") assert.notEqual(yourDiscriminator, 0);
  }
});

law("while not Up the desired interval is a second at least", (_, after) => {
  for (const packet of packets(after)) {
    if (packet.state !== "up") assert.ok(packet.desiredMinTxIntervalUs >= 1_000_000);
  }
});

law("each poll is answered at once with Final, and nothing else is", (seen, after) => {
  const finals = packets(after).filter(({ final }) => final).length;
  const isPoll = seen.event.kind === "packet" && seen.event.poll &&
    seen.before.kind !== "admin-down";
  assert.equal(finals, isPoll ? 1 : 0);
});

law("AdminDown is left by startup only, and says nothing after its last word", (seen, after) => {
  if (seen.before.kind !== "admin-down") return;
  if (seen.event.kind !== "startup") assert.equal(after.state, seen.before);
});

law("who is passive says nothing before it is spoken to", ({ config }, after) => {
  if (!config.passive) return;
  for (const { yourDiscriminator } of packets(after)) assert.notEqual(yourDiscriminator, 0);
});

law("packets of the timer keep their distance", ({ config, before, event, nowUs }, after) => {
  if (event.kind !== "timeout" || after.actions.every((it) => it.kind !== "send-packet")) return;
  if (before.kind !== after.state.kind || before.detectAtUs === nowUs) return;
  const { remote, desiredTxUs } = before;
  // What counts is what was known when the packet was due; after a silence it is less.
  if (before.detectAtUs !== null && nowUs >= before.detectAtUs) return;
  const intervalUs = Math.max(desiredTxUs, remote.requiredMinRxIntervalUs);
  assert.ok(nowUs - before.sentAtUs >= Math.floor(intervalUs * 0.75), text(config));
});
