import "../kernel/stand_in.ts";
import { Dice } from "@keepalived/simulation";
import { Faults } from "./faults.ts";
import { type Invariant, Judge, type Violation } from "./judge.ts";
import { Network } from "./network.ts";
import { type NetworkPlan, planOf, timesOf } from "./plan.ts";

const SECOND = 1_000_000;

/** What became of one run. */
export type Run = {
  readonly plan: NetworkPlan;
  readonly violation: Violation | undefined;
  readonly checks: Readonly<Record<Invariant, number>>;
  readonly endUs: number;
  /** What was done to the network, one line each. */
  readonly deeds: readonly string[];
  /** Turns that the processes had. */
  readonly turns: number;
  /** The last lines of each node's log. */
  readonly logs: readonly string[];
};

export type SimulateOptions = {
  /** Deeds at most; default as the seed says, three to five. */
  readonly deeds?: number;
  /** Least virtual time. */
  readonly lastsUs?: number;
  /** Puts something wrong into the network. */
  readonly sabotage?: (network: Network) => void;
};

/** Runs the network of a seed until its first violation, or until it was calm after the last thing done to it. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Run> {
  const dice = new Dice(seed);
  const judge = new Judge();
  const network = judge.network = new Network(planOf(dice, seed), dice, judge);
  options.sabotage?.(network);
  const isOver = () => judge.violation !== undefined;
  const faults = new Faults(network, judge, dice);
  const { quietUs, calmUs } = timesOf(network.plan);
  const deeds: string[] = [];
  let quietAtUs = 0;

  /** Left alone for a quiet window, the network is in order, and stays so. */
  async function comeToRest(): Promise<void> {
    await network.run(quietAtUs, isOver);
    if (isOver()) return;
    judge.settled();
    judge.isCalm = true;
    await network.run(quietAtUs + calmUs, isOver);
    if (!isOver()) judge.settled();
    judge.isCalm = false;
  }

  for (const node of network.nodes) {
    const atUs = dice.integer(0, SECOND);
    network.at(atUs, () => node.start(network.text(node)));
    quietAtUs = Math.max(quietAtUs, atUs + quietUs);
  }
  const count = dice.integer(3, 5);
  const most = options.deeds ?? Infinity;
  for (let i = 0; i < most && (i < count || network.nowUs < (options.lastsUs ?? 0)); i++) {
    const isSettled = i === 0 || dice.oneIn(2);
    if (isSettled) await comeToRest();
    else await network.run(network.nowUs + dice.integer(0, 2 * SECOND), isOver);
    if (isOver()) break;
    const { text, lastsUs = 0 } = faults.next(isSettled);
    deeds.push(`${(network.nowUs / SECOND).toFixed(6)} ${text}`);
    for (const node of network.nodes) await network.turn(node);
    quietAtUs = Math.max(quietAtUs, network.nowUs + lastsUs + quietUs);
  }
  if (!isOver()) await comeToRest();
  const { plan, turns, nowUs } = network;
  const logs = network.nodes.flatMap(({ host, log }) =>
    log.slice(-12).map(({ atUs, text }) =>
      `node ${host.index} ${(atUs / SECOND).toFixed(6)} ${text}`
    )
  );
  for (const node of network.nodes) node.kill();
  const { violation, checks } = judge;
  return { plan, violation, checks, endUs: nowUs, deeds, turns, logs };
}

/** Runs a seed; if it fails, again with as few deeds as still fail. */
export async function findFailure(
  seed: number,
  options: SimulateOptions = {},
): Promise<Run | undefined> {
  const run = await simulate(seed, options);
  if (run.violation === undefined) return undefined;
  for (let deeds = 0; deeds < run.deeds.length; deeds++) {
    const shorter = await simulate(seed, { ...options, deeds });
    if (shorter.violation !== undefined) return shorter;
  }
  return run;
}

/** What to print of a failure. */
export function describeRun({ plan, violation, deeds, logs }: Run): string {
  const { seed, version, families, isUnicast, isGrouped, nodes } = plan;
  const outcome = violation === undefined
    ? "every invariant holds"
    : `${violation.invariant} at ${(violation.atUs / SECOND).toFixed(6)}: ${violation.text}`;
  return [
    `seed ${seed}: ${outcome}`,
    `  version ${version}, segments ${families.map((it) => `IPv${it}`).join(" ")}` +
    `${isUnicast ? ", unicast" : ""}${isGrouped ? ", one sync group" : ""}`,
    ...nodes.map((node, i) => `  node ${i}: ${JSON.stringify(node)}`),
    ...deeds.map((deed) => `  ${deed}`),
    ...logs.map((line) => `    ${line}`),
  ].join("\n");
}
