import type { Body } from "../bind.ts";
import { has } from "../body.ts";
import type { Scheduler, VirtualServer } from "../model_lvs.ts";
import type { Say } from "./say.ts";
import type { Report } from "@keepalived/conf-parser";

/** Keywords for flags of a scheduler, with the number of the flag. 0: without effect. */
const FLAGS: Readonly<Record<string, 0 | 1 | 2 | 3>> = {
  "flag-1": 1,
  "flag-2": 2,
  "flag-3": 3,
  "sh-fallback": 1,
  "sh-port": 2,
  "mh-fallback": 1,
  "mh-port": 2,
  hashed: 0,
};

/** Scheduler and its flags. The flags of sh and mh hold only behind the line that chooses the scheduler. */
export function readScheduling(
  body: Body,
  name: string,
  say: Say,
  report: Report,
): Pick<VirtualServer, "scheduler" | "schedulerFlags"> {
  let scheduler: Scheduler | undefined;
  const flags = new Set<1 | 2 | 3>();
  for (const { name, words: [{ at }], values } of body.order) {
    if (name === "lvs_sched") scheduler = values[0] as Scheduler;
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (flag === undefined) continue;
    if (name.startsWith("flag-") || scheduler === "sh" || scheduler === "mh") {
      if (flag !== 0) flags.add(flag);
      continue;
    }
    const message = `${name} only applies to ${name.startsWith("mh") ? "mh" : "sh"} scheduler` +
      " - ignoring";
    const hint = "write it behind lvs_sched";
    report({ severity: "warning", code: "adjusted", message, at, hint });
  }
  if (scheduler === undefined && !body.dropped.has("lvs_sched")) {
    const message = `Virtual server ${name}: no scheduler set, setting default 'wlc'`;
    say("warning", "defaulted", message);
  }
  return { scheduler: scheduler ?? "wlc", schedulerFlags: [...flags].sort() };
}

/** `ops`, which is for datagrams. */
export function readOnePacket(
  body: Body,
  protocol: VirtualServer["protocol"],
  name: string,
  say: Say,
): boolean {
  if (!has(body, "ops")) return false;
  if (protocol === "udp" || protocol === undefined) return true;
  const message = `Virtual server ${name}: one packet scheduling requires UDP - resetting`;
  say("warning", "adjusted", message, "ops");
  return false;
}
