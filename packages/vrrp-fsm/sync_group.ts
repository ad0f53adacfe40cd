import { type Machine, move, stay, type Step } from "@keepalived/machine";
import type { StateKind, SyncGroupEvent } from "./action.ts";
import { GROUP_FAULT, type InstanceEvent } from "./instance.ts";

/** Instances that change state together. */
export type SyncGroupConfig = {
  readonly name: string;
  /** Names of instances; none dissolves the group. */
  readonly members: readonly string[];
};

type Report = Extract<SyncGroupEvent, { readonly kind: "member" }>;

/** What a group knows of a member. */
export type GroupMember = Omit<Report, "kind"> & {
  /** It started as a member, and did not come as what it was. */
  readonly began: boolean;
};

/** Plain JSON data. */
export type SyncGroupState = {
  /** What all members that run are; changes when the last of them has followed. */
  readonly kind: StateKind;
  /** What they are told to be; "initialize" until each runs, and again when none does. */
  readonly aim: StateKind;
  /** Whether they were told of a fault. */
  readonly faulty: boolean;
  /** Those that were heard of. */
  readonly members: readonly GroupMember[];
};

export type SyncGroupAction =
  /** An event for the instance of that name. */
  | { readonly kind: "tell-member"; readonly member: string; readonly event: InstanceEvent }
  | {
    readonly kind: "group-state-changed";
    readonly name: string;
    readonly from: StateKind;
    readonly to: StateKind;
  };

type GroupStep = Step<SyncGroupState, SyncGroupAction>;

/**
 * keepalived's sync group: it is Active if all members are, and a member that falls takes the others with it.
 *
 * Members wait for each other before they become Active, so `state MASTER` counts only if all ask for it. A fault of one
 * is a fault of all. A member that does not run, be it new or removed, leaves the others as they are; an Active group
 * activates it when it comes, and so does a group that a reload makes of instances that are Active and of others that begin.
 *
 * After a reload the host tells the group about each member anew, before those that are new start.
 */
export const syncGroup: Machine<SyncGroupConfig, SyncGroupState, SyncGroupEvent, SyncGroupAction> =
  {
    start: () => ({ kind: "initialize", aim: "initialize", faulty: false, members: [] }),
    step(config, state, event) {
      switch (event.kind) {
        case "member":
          return hear(config, state, event);
        case "lower-priority-heard":
          return announceOthers(config, state, event.member);
        case "configured":
          return reconfigure(config, event.previous, state);
        case "timeout":
          return stay(state);
      }
    },
    nextDeadlineUs: () => undefined,
  };

function hear(config: SyncGroupConfig, state: SyncGroupState, event: Report): GroupStep {
  const { kind: _, ...report } = event;
  if (!config.members.includes(report.member)) return stay(state);
  const before = state.members.find((other) => other.member === report.member);
  const runs = report.state !== "initialize";
  const began = runs && (before?.state === "initialize" || before?.began === true);
  const now = { ...report, began };
  if (JSON.stringify(before) === JSON.stringify(now)) return stay(state);
  const others = state.members.filter((other) => other !== before);
  const next = { ...state, members: [...others, now] };
  return settle(config, state, next, {
    now,
    isNew: (before?.state ?? "initialize") === "initialize",
  });
}

function announceOthers(
  config: SyncGroupConfig,
  state: SyncGroupState,
  hearer: string,
): GroupStep {
  if (state.aim !== "active" || !config.members.includes(hearer)) return stay(state);
  const others = config.members.filter((member) => member !== hearer);
  const event: InstanceEvent = { kind: "group", command: "announce" };
  return move(state, others.map((member) => ({ kind: "tell-member", member, event })));
}

function reconfigure(
  config: SyncGroupConfig,
  previous: SyncGroupConfig,
  state: SyncGroupState,
): GroupStep {
  const gone = previous.members.filter((member) => !config.members.includes(member));
  const come = config.members.filter((member) => !previous.members.includes(member));
  if (gone.length === 0 && come.length === 0) return stay(state);
  const members = state.members.filter(({ member }) => config.members.includes(member));
  const told = state.faulty
    ? [...tellFault(previous, gone, false), ...tellFault(config, come, true)]
    : [];
  const { state: next, actions } = settle(config, state, { ...state, members });
  return move(next, [...told, ...actions]);
}

/** Decides what the members have to be, tells them, and says so when all have followed. */
function settle(
  config: SyncGroupConfig,
  state: SyncGroupState,
  changed: SyncGroupState,
  report?: { readonly now: GroupMember; readonly isNew: boolean },
): GroupStep {
  const { members } = changed;
  const faulty = members.some((member) => member.faulty);
  const hasFallen = report !== undefined && !report.isNew && report.now.state === "backup" &&
    !report.now.wantsActive;
  const aim = aimOf(config, changed, hasFallen);
  const actions: SyncGroupAction[] = [];
  if (faulty !== state.faulty) actions.push(...tellFault(config, config.members, faulty));
  // Who has not followed yet was told already.
  const told = aim !== state.aim ? members : report === undefined ? [] : [report.now];
  const brief = report?.now.reason === "address-lost";
  for (const member of told) actions.push(...command(aim, member, brief));
  const running = members.filter((member) => member.state !== "initialize");
  const hasArrived = aim !== state.kind && running.every((member) => member.state === aim);
  if (hasArrived) {
    actions.push({ kind: "group-state-changed", name: config.name, from: state.kind, to: aim });
  }
  return move({ kind: hasArrived ? aim : state.kind, aim, faulty, members }, actions);
}

function aimOf(config: SyncGroupConfig, state: SyncGroupState, hasFallen: boolean): StateKind {
  const { members, aim } = state;
  const running = members.filter((member) => member.state !== "initialize");
  if (running.length === 0) return "initialize";
  const isComplete = running.length === config.members.length;
  if (aim === "initialize" && !isComplete) return "initialize";
  if (members.some((member) => member.faulty)) return "fault";
  if (aim === "initialize" && hasFormedAround(members)) return "active";
  if (aim === "active" && !hasFallen) return "active";
  return isComplete && members.every(isReady) ? "active" : "backup";
}

/** Whether a reload put members that are Active together with others that began. */
function hasFormedAround(members: readonly GroupMember[]): boolean {
  return members.some(isActive) && members.every((member) => isActive(member) || member.began);
}

function isActive({ state }: GroupMember): boolean {
  return state === "active";
}

function isReady(member: GroupMember): boolean {
  return isActive(member) || member.wantsActive;
}

/**
 * What a member has to do for the aim, if anything. A fault needs no command.
 *
 * @param brief whether the group means to be Active again at once
 */
function command(aim: StateKind, member: GroupMember, brief: boolean): SyncGroupAction[] {
  const tell = (command: "activate" | "yield" | "yield-briefly"): SyncGroupAction[] => [
    { kind: "tell-member", member: member.member, event: { kind: "group", command } },
  ];
  if (aim === "active" && member.state === "backup") return tell("activate");
  if (aim === "backup" && member.state === "active") return tell(brief ? "yield-briefly" : "yield");
  return [];
}

function tellFault(
  { name }: SyncGroupConfig,
  members: readonly string[],
  present: boolean,
): SyncGroupAction[] {
  const event: InstanceEvent = { kind: "fault", reason: `${GROUP_FAULT}${name}`, present };
  return members.map((member) => ({ kind: "tell-member", member, event }));
}
