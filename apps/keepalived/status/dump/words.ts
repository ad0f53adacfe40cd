import type { Command } from "@keepalived/keepalived-config";
import type { Identity } from "../../machine/machine.ts";
import { consoleTime } from "../../log/format.ts";

/** Who runs a command; undefined: nobody can. */
export type WhoRuns = (command: Pick<Command, "user" | "group">) => Identity | undefined;

/** The head of a section: `------< VRRP Topology >------`. */
export function head(title: string): string {
  return `------< ${title} >------`;
}

export function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

export function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}

export function enabled(value: boolean): string {
  return value ? "enabled" : "disabled";
}

/** Unix time in seconds as `1795273338.842612 (Sat Nov 21 15:02:18.842612 2026)`, in local time. */
export function pointOfTime(at: number): string {
  const number = at.toFixed(6);
  const fraction = number.slice(number.indexOf("."));
  const words = consoleTime(new Date(at * 1000));
  return `${number} (${words.slice(0, -5)}${fraction}${words.slice(-5)})`;
}

/** `'/usr/bin/notify' 'x'` */
export function commandWords(argv: readonly string[]): string {
  return argv.map((word) => `'${word}'`).join(" ");
}

/** `'/usr/bin/notify' 'x', uid:gid 0:0` */
export function script(command: Command, who: WhoRuns): string {
  const identity = who(command);
  const as = identity === undefined ? "" : `, uid:gid ${identity.uid}:${identity.gid}`;
  return `${commandWords(command.argv)}${as}`;
}

/** `, weight 10 reverse` without the comma. */
export function weightWords({ weight, reverse }: { weight: number; reverse: boolean }): string {
  return `weight ${weight}${reverse ? " reverse" : ""}`;
}
