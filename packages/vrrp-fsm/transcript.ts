/** How the transcripts in testdata write settings, events and actions. For tests. */

import { virtualAddress } from "./fixture.ts";
import type { Action, Holding, InstanceConfig, InstanceEvent } from "./mod.ts";

const SECOND = 1_000_000;

/** `key=value` pairs; addresses as a list with commas, `none` for no value. */
export function configure(config: InstanceConfig, words: readonly string[]): InstanceConfig {
  let next: Record<string, unknown> = { ...config };
  for (const word of words) {
    const [key = "", value = ""] = word.split("=");
    if (key === "addresses") next["addresses"] = value.split(",").map(virtualAddress);
    else if (key === "holdings") next["holdings"] = value.split(",").map(holding);
    else if (key === "lateBackupPriority") next[key] = Number(value);
    else if (key in config.announcement) {
      next = { ...next, announcement: { ...next["announcement"] as object, [key]: Number(value) } };
    } else if (key in config) next[key] = /^[a-z]+$/.test(value) ? parseWord(value) : Number(value);
    else throw new RangeError(`No such setting: ${key}`);
  }
  return next as InstanceConfig;
}

/** `key` or `key:value` */
function holding(text: string): Holding {
  const [key = "", value = ""] = text.split(":");
  return { key, value };
}

function parseWord(value: string): boolean | string {
  return value === "true" || (value === "false" ? false : value);
}

export function parseEvent(command: string, words: readonly string[]): InstanceEvent {
  const [first = "", second = ""] = words;
  switch (command) {
    case "startup":
      return first === "resume" ? { kind: command, resume: true } : { kind: command };
    case "shutdown":
    case "owned-address-lost":
    case "announcement-requested":
    case "last-word-requested":
      return { kind: command };
    case "hear":
      return {
        kind: "advertisement",
        source: first,
        priority: Number(second),
        maxAdvertiseIntervalUs: Number(words[2] ?? 1) * SECOND,
      };
    case "local-address":
      return { kind: command, address: first };
    case "fault":
    case "clear":
      return { kind: "fault", reason: words.join(" "), present: command === "fault" };
    case "group":
      return { kind: command, command: first as "activate" };
    case "weight":
      return { kind: "priority", adjustment: Number(first) };
  }
  throw new RangeError(`No such command: ${command}`);
}

export function print(action: Action): string {
  const list = (addresses: readonly { readonly address: string }[]) =>
    addresses.map((a) => a.address).join(" ");
  switch (action.kind) {
    case "send-advertisement": {
      const { priority, maxAdvertiseIntervalUs, addresses } = action.advertisement;
      return `send priority ${priority} interval ${maxAdvertiseIntervalUs / SECOND} ${
        addresses.join(" ")
      }`;
    }
    case "add-addresses":
    case "remove-addresses":
      return `${action.kind} ${list(action.addresses)}`;
    case "add-holdings":
    case "remove-holdings":
      return `${action.kind} ${
        action.holdings.map(({ key, value }) => `${key}:${value}`).join(" ")
      }`;
    case "tell-group": {
      const { event } = action;
      if (event.kind === "lower-priority-heard") return "tell group: lower priority heard";
      const { state, reason, wantsActive, faulty } = event;
      const wish = wantsActive ? ", wants to be active" : "";
      return `tell group: ${state} (${reason})${wish}${faulty ? ", faulty" : ""}`;
    }
    case "announce":
      return `announce ${action.repeat} x ${list(action.addresses)}`;
    case "state-changed":
      return `${action.from} -> ${action.to}: ${action.reason}, priority ${action.priority}`;
    case "priority-changed":
      return `priority of ${action.state} now ${action.priority}`;
    case "lower-priority-heard":
      return `lower priority ${action.priority} heard from ${action.source}`;
    case "owner-conflict":
      return `owner conflict with ${action.source}${action.yielded ? ", yielded" : ""}`;
  }
}
