import type { Common } from "@keepalived/machine";
import type {
  Action,
  InstanceConfig,
  InstanceEvent,
  InstanceState,
  StateKind,
  SyncGroupConfig,
  SyncGroupEvent,
  SyncGroupState,
} from "@keepalived/vrrp-fsm";
import type { Machines, Member } from "./member.ts";

export type Input = InstanceEvent | Common<InstanceConfig>;
export type GroupInput = SyncGroupEvent | Common<SyncGroupConfig>;

/** What the machines of a router are: plain data. */
export type RouterState = {
  /** By segment; undefined where the router has no part. */
  readonly instances: readonly (InstanceState | undefined)[];
  /** In the order of the member's groups. */
  readonly groups: readonly SyncGroupState[];
};

/** What is to be stepped first: an instance by its segment, or a group by its number. */
export type Task =
  | { readonly segment: number; readonly event: Input }
  | { readonly group: number; readonly event: GroupInput };

/** A step of an instance. */
export type Stepped = {
  readonly segment: number;
  readonly from: StateKind;
  readonly to: StateKind;
  readonly event: Input;
  readonly actions: readonly Action[];
};

/** What a turn made of a router. */
export type Turn = { readonly state: RouterState; readonly steps: readonly Stepped[] };

/** A router before anything happened to it. */
export function beginning(machines: Machines, member: Member, seed: number): RouterState {
  return {
    instances: member.instances.map((config) =>
      config === undefined ? undefined : machines.instance.start(config, seed)
    ),
    groups: member.groups.map((config) => machines.syncGroup.start(config, seed)),
  };
}

/**
 * Steps one machine of a router, and all that it tells to others, as hosts do: each machine has a queue, whoever is told
 * something acts at once unless it is acting already.
 */
export function turn(
  machines: Machines,
  member: Member,
  before: RouterState,
  task: Task,
  nowUs: number,
): Turn {
  const instances = [...before.instances];
  const groups = [...before.groups];
  const steps: Stepped[] = [];
  const queues = new Map<number, Task[]>();

  function tell(next: Task): void {
    const machine = "group" in next ? -1 - next.group : next.segment;
    const queue = queues.get(machine);
    if (queue !== undefined) {
      queue.push(next);
      return;
    }
    const own = [next];
    queues.set(machine, own);
    for (const task of own) {
      if ("group" in task) actOfGroup(task.group, task.event);
      else actOfInstance(task.segment, task.event);
    }
    queues.delete(machine);
  }

  function actOfInstance(segment: number, event: Input): void {
    const [config, state] = [member.instances[segment], instances[segment]];
    if (config === undefined || state === undefined) return;
    const { state: after, actions } = machines.instance.step(config, state, event, nowUs);
    instances[segment] = after;
    steps.push({ segment, from: state.kind, to: after.kind, event, actions });
    for (const action of actions) {
      if (action.kind !== "tell-group") continue;
      const group = member.groups.findIndex(({ members }) => members.includes(config.name));
      if (group >= 0) tell({ group, event: action.event });
    }
  }

  function actOfGroup(group: number, event: GroupInput): void {
    const [config, state] = [member.groups[group], groups[group]];
    if (config === undefined || state === undefined) return;
    const { state: after, actions } = machines.syncGroup.step(config, state, event, nowUs);
    groups[group] = after;
    for (const action of actions) {
      if (action.kind !== "tell-member") continue;
      const segment = member.instances.findIndex((it) => it?.name === action.member);
      if (segment >= 0) tell({ segment, event: action.event });
    }
  }

  tell(task);
  return { state: { instances, groups }, steps };
}

/** The first deadline of a router's instances. */
export function nextDeadlineUs(machines: Machines, state: RouterState): number | undefined {
  let first: number | undefined;
  for (const instance of state.instances) {
    if (instance === undefined) continue;
    const atUs = machines.instance.nextDeadlineUs(instance);
    if (atUs !== undefined && (first === undefined || atUs < first)) first = atUs;
  }
  return first;
}
