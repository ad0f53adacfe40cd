import { operatorState } from "../names.ts";
import type { NotifyEvent } from "./event.ts";
import type { Mail } from "./mail.ts";

/** Something that the parent is to tell others over the network: the process where it happened has no time for that. */
export type Delivery = {
  /** When it happened, Unix time in milliseconds. */
  readonly atMs: number;
  readonly mail?: Mail;
  /** For webhooks. */
  readonly told?: Told;
};

/** Hands something to the parent. */
export type Deliver = (delivery: Delivery) => void;

/** An event in the words of operators. */
export type Told = {
  readonly kind: NotifyEvent["kind"];
  readonly name: string;
  /** `MASTER`, `BACKUP`, `FAULT`; of what ends and of priorities too. */
  readonly state?: string;
  readonly priority?: number;
  readonly virtualServer?: string;
  readonly up?: boolean;
};

export function toldOf(event: NotifyEvent): Told {
  const { kind, name } = event;
  return {
    kind,
    name,
    ...("state" in event ? { state: operatorState(event.state) } : {}),
    ...("priority" in event ? { priority: event.priority } : {}),
    ...("virtualServer" in event ? { virtualServer: event.virtualServer } : {}),
    ...("up" in event ? { up: event.up } : {}),
  };
}
