import type { Command, SyncGroupConfig, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { operatorState } from "../names.ts";
import type { LvsEvent, NotifyEvent, VrrpEvent } from "./event.ts";

/** What is to be told of one event, and to whom. */
export type Notice = {
  readonly about: "INSTANCE" | "GROUP" | "RS" | "VS";
  readonly name: string;
  /** As readers of FIFOs get it, without its end. */
  readonly line: string;
  /** What it is about: the state, of which only the last one counts in the end, or something else. */
  readonly topic: "state" | "priority" | "rival" | "contest";
  /** Commands to run one after the other. */
  readonly commands: readonly Command[];
};

/** Who wants to hear what. */
export type Listeners = {
  readonly instance: (name: string) => VrrpInstanceConfig | undefined;
  readonly group: (name: string) => SyncGroupConfig | undefined;
};

/** The notice of an event, or undefined if nobody asked for it. */
export function noticeOf(event: NotifyEvent, listeners: Listeners): Notice | undefined {
  if (event.kind === "real-server" || event.kind === "virtual-server") return lvsNotice(event);
  if (event.kind === "group-state" || event.kind === "group-stopped") {
    const group = listeners.group(event.name);
    if (group === undefined) return undefined;
    const { notify } = group;
    const [word, own] = event.kind === "group-state"
      ? [operatorState(event.state), notify[event.state]]
      : ["STOP", notify.stop];
    return general({ about: "GROUP", name: event.name, word, priority: 0 }, own, notify.any);
  }
  const instance = listeners.instance(event.name);
  return instance === undefined ? undefined : instanceNotice(event, instance);
}

function lvsNotice(event: LvsEvent): Notice {
  const { name, up, command } = event;
  const word = up ? "UP" : "DOWN";
  const commands = listOf(command);
  if (event.kind === "virtual-server") {
    return { about: "VS", name, line: `VS ${name} ${word}`, topic: "state", commands };
  }
  const { virtualServer } = event;
  return {
    about: "RS",
    name: `${name} ${virtualServer}`,
    line: `RS ${name} ${virtualServer} ${word}`,
    topic: "state",
    commands,
  };
}

/** What is said of an instance or a group. */
type Head = {
  readonly about: "INSTANCE" | "GROUP";
  readonly name: string;
  /** `MASTER`, `BACKUP_PRIORITY`, `STOP`. */
  readonly word: string;
  readonly priority: number;
};

type InstanceEvent = Exclude<VrrpEvent, { readonly kind: "group-state" | "group-stopped" }>;

function instanceNotice(event: InstanceEvent, config: VrrpInstanceConfig): Notice | undefined {
  const { notify, notifyContested, notifyDeleted, notifyPriorityChanges } = config;
  const { any } = notify;
  const head = (word: string) =>
    ({ about: "INSTANCE", name: event.name, word, priority: event.priority }) satisfies Head;
  switch (event.kind) {
    case "instance-state":
      return general(head(operatorState(event.state)), notify[event.state], any);
    case "stopped":
      return general(head("STOP"), notify.stop, any);
    case "deleted":
      return notifyDeleted
        ? general(head("DELETED"), notify.deleted, any)
        : general(head("FAULT"), undefined, any);
    case "contested":
      return notifyContested
        ? general(head("CONTESTED"), notify.contested, any, "contest")
        : undefined;
    case "uncontested":
      return notifyContested ? general(head("UNCONTESTED"), undefined, any, "contest") : undefined;
    case "lower-priority-received":
      return noticeWith(head("MASTER_RX_LOWER_PRI"), listOf(notify.lowerPriorityReceived), "rival");
    case "priority":
      return notifyPriorityChanges && event.state !== "fault"
        ? noticeWith(head(`${operatorState(event.state)}_PRIORITY`), [], "priority")
        : undefined;
    default:
      return event satisfies never;
  }
}

/** First the script for this very thing, then the one for everything, with four more arguments. */
function general(
  head: Head,
  own: Command | undefined,
  any: Command | undefined,
  topic: Notice["topic"] = "state",
): Notice {
  const { about, name, word, priority } = head;
  const extended = any && { ...any, argv: [...any.argv, about, name, word, String(priority)] };
  return noticeWith(head, [...listOf(own), ...listOf(extended)], topic);
}

function noticeWith(
  { about, name, word, priority }: Head,
  commands: readonly Command[],
  topic: Notice["topic"],
): Notice {
  return { about, name, line: `${about} "${name}" ${word} ${priority}`, topic, commands };
}

function listOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
