import assert from "node:assert/strict";
import { test } from "node:test";
import { session, type SessionEvent, type SessionState } from "@keepalived/bfd-fsm";
import { sessionConfig } from "../../bfd/session_config.ts";
import { Counters } from "../../vrrp/counters.ts";
import { configOf } from "../testing/fixture.ts";
import { bfdSnapshot, type BfdSources } from "./bfd_of.ts";

const SECOND = 1_000_000;
const moment = { nowUs: 10 * SECOND, unixMs: 1_000_000 };
const self = { pid: 1, at: 1000, startedAt: 990, residentBytes: 0, cpuS: 0 };
const [config] = configOf(
  "bfd_instance B {\nneighbor_ip 192.0.2.2\nsource_ip 192.0.2.1\nmin_tx 200\nmin_rx 100\nmultiplier 3\n}\n",
).bfdInstances;

/** The snapshot of a session after some events at 8 s. */
function after(
  events: readonly SessionEvent[],
  more: Partial<BfdSources["sessions"][number]> = {},
) {
  assert.ok(config !== undefined);
  const settings = sessionConfig(config, 7);
  const state = events.reduce<SessionState>(
    (state, event) => session.step(settings, state, event, 8 * SECOND).state,
    session.start(settings, 1),
  );
  const counters = new Counters();
  counters.add("sent", 5);
  counters.add("up", 2);
  const faults = new Counters();
  faults.add("hop-limit");
  const source = { config, state, counters, changedAtUs: 9 * SECOND, problem: undefined };
  const sources = { sessions: [{ ...source, localDiscriminator: 7, ...more }], faults };
  return bfdSnapshot(sources, self, moment);
}

const heard: SessionEvent = {
  kind: "packet",
  state: "init",
  diagnostic: 7,
  poll: false,
  final: false,
  demand: true,
  detectMult: 5,
  myDiscriminator: 9,
  desiredMinTxIntervalUs: 50_000,
  requiredMinRxIntervalUs: 300_000,
};

test("bfdSnapshot() shows both ends, and the times that they agree on", () => {
  const { sessions: [shown], discarded } = after([{ kind: "startup" }, heard]);
  assert.deepEqual(discarded, { "hop-limit": 1 });
  assert.deepEqual(shown, {
    name: "B",
    neighbor: "192.0.2.2",
    source: "192.0.2.1",
    multihop: false,
    passive: false,
    local: {
      state: "Up",
      discriminator: 7,
      diagnostic: "No Diagnostic",
      desiredMinTxS: 0.2,
      requiredMinRxS: 0.1,
      detectMult: 3,
      intervalS: 0.3,
      detectionTimeS: 0.5,
    },
    remote: {
      state: "Init",
      discriminator: 9,
      diagnostic: "Administratively Down",
      desiredMinTxS: 0.05,
      requiredMinRxS: 0.3,
      detectMult: 5,
      intervalS: 0.1,
      detectionTimeS: 0.9,
      demand: true,
    },
    changedAt: 999,
    heardAt: 998,
    polling: true,
    counters: { sent: 5, received: 0, becameUp: 2, becameDown: 0 },
  });
});

test("bfdSnapshot() leaves out a neighbour that is not heard, and says what is wrong", () => {
  const { sessions: [shown] } = after([{ kind: "startup" }], { problem: "no route" });
  assert.equal(shown?.local.state, "Down");
  assert.equal(shown?.local.intervalS, 1);
  assert.equal(shown?.problem, "no route");
  assert.ok(shown !== undefined && !("remote" in shown) && !("heardAt" in shown));
});
