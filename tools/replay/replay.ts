/** Steps the machines of a recording again, and compares what they do. */

import { isDeepStrictEqual } from "node:util";
import type { Machine } from "@keepalived/machine";
import type { Recording } from "@keepalived/reactor";
import { link, script } from "@keepalived/tracking";
import { contest, instance, pacer, syncGroup } from "@keepalived/vrrp-fsm";

type AnyMachine = Machine<unknown, unknown, unknown, unknown>;

/** Machines by the first word of the names of their hosts. */
const machines: Readonly<Record<string, AnyMachine>> = {
  instance: instance as unknown as AnyMachine,
  group: syncGroup as unknown as AnyMachine,
  contest: contest as unknown as AnyMachine,
  garp: pacer as unknown as AnyMachine,
  gna: pacer as unknown as AnyMachine,
  link: link as unknown as AnyMachine,
  script: script as unknown as AnyMachine,
};

/** The first step that did not do what it did then. */
export type Difference = {
  readonly machine: string;
  /** Line of the recording with the event, from 1. */
  readonly line: number;
  readonly event: unknown;
  readonly recorded: readonly unknown[];
  readonly replayed: readonly unknown[];
};

export type Replay = {
  readonly machines: number;
  readonly events: number;
  readonly actions: number;
  readonly difference: Difference | undefined;
};

type Replayed = {
  readonly kind: AnyMachine;
  config: unknown;
  state: unknown;
  /** What its last step did, and what the recording has of that so far. */
  last: Omit<Difference, "machine"> | undefined;
};

/**
 * Replays a recording until the first action that differs.
 *
 * @throws RangeError for what is no recording, or for one that lacks lines
 */
export function replay(lines: Iterable<string>): Replay {
  const running = new Map<string, Replayed>();
  const count = { machines: 0, events: 0, actions: 0 };
  let number = 0;
  for (const text of lines) {
    number++;
    if (text === "") continue;
    const line = parse(text, number);
    const name = line.machine;
    if ("start" in line) {
      const kind = machines[name.split(" ")[0] ?? ""];
      if (kind === undefined) throw new RangeError(`Line ${number}: no machine is called ${name}`);
      const before = running.get(name);
      const difference = before && differenceOf(name, before);
      if (difference !== undefined) return { ...count, difference };
      const { config, seed } = line.start;
      running.set(name, { kind, config, state: kind.start(config, seed), last: undefined });
      count.machines++;
      continue;
    }
    const machine = running.get(name);
    if (machine === undefined) throw new RangeError(`Line ${number}: ${name} has not begun`);
    if ("actions" in line) {
      const { actions } = line;
      if (machine.last === undefined) throw new RangeError(`Line ${number}: actions of nothing`);
      machine.last = { ...machine.last, recorded: actions };
      count.actions += actions.length;
      continue;
    }
    const difference = differenceOf(name, machine);
    if (difference !== undefined) return { ...count, difference };
    step(machine, line, number);
    count.events++;
  }
  for (const [name, machine] of running) {
    const difference = differenceOf(name, machine);
    if (difference !== undefined) return { ...count, difference };
  }
  return { ...count, difference: undefined };
}

function step(machine: Replayed, line: Recording, number: number): void {
  const { kind, config, state } = machine;
  let event = "event" in line ? line.event : undefined;
  if ("configured" in line) {
    event = { kind: "configured", previous: config };
    machine.config = line.configured;
  }
  const next = kind.step(machine.config, state, event, line.atUs);
  machine.state = next.state;
  machine.last = { line: number, event, recorded: [], replayed: next.actions };
}

/** Compares the last step of a machine, of which the recording has all by now. */
function differenceOf(machine: string, { last }: Replayed): Difference | undefined {
  if (last === undefined) return undefined;
  // As the recording has them: what is undefined is not there.
  const replayed = JSON.parse(JSON.stringify(last.replayed)) as readonly unknown[];
  return isDeepStrictEqual(replayed, last.recorded) ? undefined : { machine, ...last, replayed };
}

function parse(text: string, number: number): Recording {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    throw new RangeError(`Line ${number} is no JSON: the recording was cut off there`);
  }
  if (typeof line !== "object" || line === null) throw new RangeError(`Line ${number} is no line`);
  if ("lost" in line) throw new RangeError(`Line ${number}: ${line.lost} lines were lost here`);
  if (!("machine" in line) || !("atUs" in line)) {
    throw new RangeError(`Line ${number} is not of a recording`);
  }
  return line as Recording;
}

/** What to print of a replay, line by line. */
export function describeReplay({ machines, events, actions, difference }: Replay): string {
  const all = `${machines} machines, ${events} events, ${actions} actions`;
  if (difference === undefined) return `${all}: all as recorded`;
  const { machine, line, event, recorded, replayed } = difference;
  const place = recorded.findIndex((action, i) => !isDeepStrictEqual(action, replayed[i]));
  const at = place < 0 ? recorded.length : place;
  return [
    `${all}, then line ${line}: ${machine} does something else`,
    `  event     ${JSON.stringify(event)}`,
    `  recorded  ${JSON.stringify(recorded[at]) ?? "nothing more"}`,
    `  replayed  ${JSON.stringify(replayed[at]) ?? "nothing more"}`,
  ].join("\n");
}
