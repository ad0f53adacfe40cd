import { describeFault, durationUs } from "./fault.ts";
import { type Invariant, Judge, type Violation } from "./judge.ts";
import type { Machines, Member } from "./member.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";
import { type Watch, World } from "./world.ts";

/** What became of one run. */
export type Run = {
  readonly violation: Violation | undefined;
  /** How often each invariant was put to the test. */
  readonly checks: Readonly<Record<Invariant, number>>;
  /** Virtual time. */
  readonly endUs: number;
};

/**
 * Runs a scenario until its first violation, or until it was calm after its last fault.
 *
 * @param witness sees what the judge sees
 */
export function simulate(machines: Machines, scenario: Scenario, witness?: Watch): Run {
  const judge = new Judge();
  const watch = witness === undefined ? judge : both(judge, witness);
  const world = new World(machines, scenario.members, scenario.seed, watch);
  const isOver = () => judge.violation !== undefined;
  const { quietUs, calmUs } = scenario;
  let quietAtUs = quietUs;
  /** Whether the world was settled then: in order at the end of its quiet window, and ever since. */
  const reach = (atUs: number): boolean => {
    const isSettled = atUs >= quietAtUs && world.lans.every((lan) => lan.lossPercent === 0);
    for (const untilUs of isSettled ? [quietAtUs, atUs] : [atUs]) {
      world.run(untilUs, isOver);
      if (isSettled && !isOver()) judge.checkSettled(world);
    }
    return isSettled;
  };
  for (const { atUs, fault } of scenario.faults) {
    const isSettled = reach(atUs);
    if (isOver()) break;
    judge.beforeFault(world, fault, isSettled);
    world.apply(fault);
    quietAtUs = Math.max(quietAtUs, atUs + durationUs(fault) + quietUs);
  }
  if (!isOver()) reach(quietAtUs + calmUs);
  return { violation: judge.violation, checks: judge.checks, endUs: world.nowUs };
}

function both(first: Watch, second: Watch): Watch {
  return {
    turned: (...seen) => (first.turned(...seen), second.turned(...seen)),
    rested: (...seen) => (first.rested(...seen), second.rested(...seen)),
  };
}

/** A scenario that fails, cut to the shortest beginning of its script that still does. */
export type Failure = { readonly scenario: Scenario; readonly violation: Violation };

/** Runs the scenario of a seed; undefined if all invariants hold. */
export function findFailure(machines: Machines, seed: number): Failure | undefined {
  const scenario = scenarioOf(seed);
  if (simulate(machines, scenario).violation === undefined) return undefined;
  for (let length = 0; length <= scenario.faults.length; length++) {
    const shorter = { ...scenario, faults: scenario.faults.slice(0, length) };
    const { violation } = simulate(machines, shorter);
    if (violation !== undefined) return { scenario: shorter, violation };
  }
  throw new RangeError(`Seed ${seed} fails only now and then: a machine is not pure`);
}

/** What to print of a failure: the seed, the broken invariant, the routers and the script. */
export function describeFailure({ scenario, violation }: Failure): string {
  const { seed, members, faults } = scenario;
  const at = (violation.atUs / 1_000_000).toFixed(6);
  return [
    `seed ${seed}: ${violation.invariant} at ${at}: ${violation.text}`,
    ...members.flatMap((member, i) => describeMember(member, `router ${i}`)),
    ...faults.map((scheduled) => `  ${describeFault(scheduled)}`),
  ].join("\n");
}

function describeMember({ address, instances, groups }: Member, name: string): string[] {
  const layout = groups.map(({ members }) => `{${members.join(", ")}}`).join(" ");
  return [
    `  ${name}: ${address}${layout === "" ? "" : `, groups ${layout}`}`,
    ...instances.flatMap((config) => {
      if (config === undefined) return [];
      const { version, priority, preempt, initialState } = config;
      const interval = config.advertisementIntervalUs / 1_000_000;
      return `    ${config.name}: version ${version} priority ${priority} interval ${interval} ` +
        `${initialState}${preempt ? "" : " nopreempt"} delay ${config.preemptDelayUs / 1_000_000}`;
    }),
  ];
}
