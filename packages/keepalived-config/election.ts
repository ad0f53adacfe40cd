import type { Body } from "./bind.ts";
import { has, last, numberOf, textOf } from "./body.ts";
import type { VrrpInstanceConfig } from "./model.ts";
import type { Say } from "./read_instance.ts";

/** What decides who is MASTER. */
type Election = Pick<
  VrrpInstanceConfig,
  "initialState" | "priority" | "preempt" | "preemptDelayUs"
>;

/** Priority, state and preemption: the owner and an instance that wants to start as MASTER always preempt at once. */
export function resolveElection(body: Body, strict: boolean, say: Say): Election {
  const state = textOf(body, "state");
  const priority = numberOf(body, "priority") ?? (state === "MASTER" ? 255 : 100);
  if (priority === 255 && state === "BACKUP") {
    const message =
      "Initial state of an address owner (priority 255) must be MASTER - setting MASTER";
    say("warning", "adjusted", message, last(body, "state")?.words[1]?.at);
  }
  const starts = priority === 255 || state === "MASTER";
  let preempt = preempts(body);
  const refused = last(body, "nopreempt");
  if (!preempt && priority === 255) {
    say(
      "warning",
      "adjusted",
      "nopreempt is incompatible with priority 255. resetting nopreempt",
      refused?.words[0].at,
    );
    preempt = true;
  } else if (!preempt && starts) {
    const message = "Warning - nopreempt will not work with initial state MASTER - clearing";
    say("warning", "adjusted", message, refused?.words[0].at);
    preempt = true;
  }
  const delay = last(body, "preempt_delay");
  let preemptDelayUs = numberOf(body, "preempt_delay") ?? 0;
  const why = preemptDelayUs === 0
    ? undefined
    : strict
    ? "preempt_delay is incompatible with strict mode - resetting"
    : starts
    ? "Warning - preempt delay will not work with initial state MASTER - clearing"
    : preempt
    ? undefined
    : "preempt_delay is incompatible with nopreempt mode - resetting";
  if (why !== undefined) {
    say("warning", "adjusted", why, delay?.words[0].at);
    preemptDelayUs = 0;
  }
  return { initialState: starts ? "active" : "backup", priority, preempt, preemptDelayUs };
}

/** `preempt` after `nopreempt` cancels it. */
function preempts(body: Body): boolean {
  const order = body.order.filter(({ name }) => name === "preempt" || name === "nopreempt");
  return order.at(-1)?.name !== "nopreempt";
}

/** Priority of the peer that must have taken over after a gap; only where `nopreempt` holds. */
export function resolveTimerExpired(body: Body, preempt: boolean): number | undefined {
  if (!has(body, "timer_expired_backup") || preempt) return undefined;
  return numberOf(body, "timer_expired_backup") ?? 254;
}
