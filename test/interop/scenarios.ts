import assert from "node:assert/strict";
import { nowUs } from "@keepalived/linux";
import { sleep } from "../../tools/lab/lab.ts";
import { both, type Duel, seconds } from "./duel.ts";
import type { Peer } from "./formats.ts";
import { scriptWeight } from "./router.ts";

/** What happens to the first of two routers, `a`, or between both. */
export type Scenario = {
  readonly name: string;
  /** Returns what was measured. @throws Error if anything is not as it should be */
  readonly run: (duel: Duel) => Promise<string>;
  /** Why a peer cannot be `a`. */
  readonly impossible?: Partial<Readonly<Record<Peer, string>>>;
};

const high = { priority: 200 };
const low = { priority: 100 };

/** Each leaves the routers as the next one needs them, which saves most of the waiting; none depends on it. */
export const scenarios: readonly Scenario[] = [
  { name: "tie", run: tie },
  { name: "preempt", run: preempt },
  { name: "script", run: script, impossible: { frr: "no scripts" } },
  { name: "link down", run: linkDown },
  { name: "kill", run: kill },
  { name: "nopreempt", run: noPreempt },
  { name: "SIGTERM", run: resign },
];

/** Two masters of equal priority meet: the one with the lower address yields, within an interval. */
async function tie(duel: Duel): Promise<string> {
  const { a, b, lab, format } = duel;
  await duel.reset();
  lab.network.setBridged("a", false);
  const startUs = nowUs();
  await Promise.all([duel.start(a, low), duel.start(b, low)]);
  // Not seen on the wire in unicast: a peer that is not there has no Ethernet address to send to.
  await duel.heldBy([a, b], duel.downUs(100));
  assert.ok(nowUs() - startUs >= duel.downUs(100), "they did not listen first");
  // FRR's first advertisement over IPv6 fails, and before its second it does not know its own address.
  await sleep(2 * format.intervalUs / 1000);
  const healedUs = nowUs();
  lab.network.setBridged("a", true);
  await duel.heldBy([b]);
  const lastUs = duel.lab.wire.adverts.findLast(({ port }) => port === "a")?.atUs ?? 0;
  const tookUs = Math.max(0, lastUs - healedUs);
  const mostUs = (format.intervalsToAgree ?? 1) * format.intervalUs;
  assert.ok(tookUs <= mostUs + duel.marginUs, `a yielded after ${seconds(tookUs)}`);
  await duel.onlyHeard(b, 2 * format.intervalUs);
  return `${seconds(tookUs)} (≤ ${seconds(mostUs)})`;
}

/** A better router comes: it listens for Active_Down_Interval, takes over, and the other falls silent. */
async function preempt(duel: Duel): Promise<string> {
  const { a, b, format } = duel;
  await duel.given(b, low);
  const beganUs = nowUs();
  await duel.start(a, { ...high, tracked: a.peer !== "frr" });
  // The log tells of the start a little late: no sooner than from the very beginning, no later than from now.
  const startedUs = nowUs();
  const theoryUs = duel.downUs(200);
  const first = await duel.firstFrom(a, beganUs, startedUs - beganUs + theoryUs);
  assert.ok(first.atUs - beganUs >= theoryUs, `a listened only ${seconds(first.atUs - beganUs)}`);
  await duel.heldBy([a]);
  await duel.onlyHeard(a, 2 * format.intervalUs);
  return both(first.atUs - startedUs, theoryUs);
}

/** The master dies without a word, as by a power failure. */
async function kill(duel: Duel): Promise<string> {
  const { a, b } = duel;
  await duel.given(a, high, low);
  const sinceUs = nowUs();
  await duel.crash(a);
  return await duel.takeover(b, 200, sinceUs, duel.downUs(100));
}

/** A better router comes that does not pre-empt: it takes over only when the master resigns. */
async function noPreempt(duel: Duel): Promise<string> {
  const { a, b } = duel;
  await duel.given(b, low);
  await duel.start(a, { ...high, preempt: false });
  await duel.onlyHeard(b, duel.downUs(200) + duel.marginUs);
  await duel.heldBy([b]);
  const sinceUs = nowUs();
  await duel.stop(b);
  return await duel.takeover(a, 0, sinceUs, duel.skewUs(200));
}

/** The master is told to stop: it says so with priority 0, and the backup waits only Skew_Time. */
async function resign(duel: Duel): Promise<string> {
  const { a, b } = duel;
  await duel.given(a, high, low);
  const sinceUs = nowUs();
  await duel.stop(a);
  return await duel.takeover(b, 0, sinceUs, duel.skewUs(100));
}

/** A script lowers the master's priority below the backup's, which takes over in Active_Down_Interval; and back. */
async function script(duel: Duel): Promise<string> {
  const { a, b } = duel;
  await duel.given(a, { ...high, tracked: true }, low);
  const sinceUs = nowUs();
  a.router.setHealthy(false);
  const text = await duel.takeover(b, 200, sinceUs, duel.downUs(100));
  const lowered = duel.lab.wire.adverts.some(({ port, priority, atUs }) =>
    port === "a" && priority === 200 - scriptWeight && atUs >= sinceUs
  );
  assert.ok(lowered, "a did not advertise the lowered priority");
  const healthyUs = nowUs();
  a.router.setHealthy(true);
  // The script runs each second.
  await duel.firstFrom(a, healthyUs, 2_000_000 + duel.downUs(200));
  await duel.heldBy([a]);
  return text;
}

/** The master's cable is pulled: the backup takes over, and gives back when the cable is in again. */
async function linkDown(duel: Duel): Promise<string> {
  const { a, b, lab } = duel;
  await duel.given(a, high, low);
  const sinceUs = nowUs();
  lab.network.setCable("a", false);
  const text = await duel.takeover(b, 200, sinceUs, duel.downUs(100));
  const backUs = nowUs();
  lab.network.setCable("a", true);
  await duel.firstFrom(a, backUs, duel.downUs(200));
  await duel.heldBy([a]);
  return text;
}
