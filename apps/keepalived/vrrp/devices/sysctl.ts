import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Log } from "../../log.ts";

const root = "/proc/sys/net";

/** The value of a setting such as `ipv4/conf/eth0/rp_filter`, or undefined if there is none. */
export function readSetting(path: string): number | undefined {
  try {
    return Number(readFileSync(`${root}/${path}`, "utf8"));
  } catch {
    return undefined; // No such interface, or no such setting in this kernel.
  }
}

/** `sysctl -w net.PATH=VALUE`. A failure is logged: in a container /proc/sys is often read-only. */
export function writeSetting(path: string, value: number, log: Log): void {
  if (readSetting(path) === value) return;
  try {
    writeFileSync(`${root}/${path}`, String(value));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The interface has just gone, or this kernel has no IPv6.
    if (code !== "ENOENT") log("warning", `Cannot set net/${path} to ${value}: ${code}`);
  }
}

/**
 * `net.ipv4.conf.all.rp_filter`, out of the way of interfaces that must not filter.
 *
 * The kernel takes the greater of this value and an interface's own. So 0 goes here, and what was here goes to every
 * interface that had less, and to those to come.
 */
export class ReversePathFilter {
  readonly #log: Log;
  /** What was there before. */
  #before: { readonly all: number; readonly own: ReadonlyMap<string, number> } | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  spread(): void {
    const all = readSetting(pathOf("all")) ?? 0;
    if (this.#before !== undefined || all === 0) return;
    const own = new Map<string, number>();
    for (const name of readdirSync(`${root}/ipv4/conf`)) {
      const value = readSetting(pathOf(name));
      if (name === "all" || value === undefined || value >= all) continue;
      own.set(name, value);
      writeSetting(pathOf(name), all, this.#log);
    }
    writeSetting(pathOf("all"), 0, this.#log);
    this.#before = { all, own };
  }

  /** Ends {@linkcode ReversePathFilter.spread}, but for what somebody else has changed since. */
  restore(): void {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined || readSetting(pathOf("all")) !== 0) return;
    writeSetting(pathOf("all"), before.all, this.#log);
    for (const [name, value] of before.own) {
      if (readSetting(pathOf(name)) === before.all) writeSetting(pathOf(name), value, this.#log);
    }
  }
}

function pathOf(name: string): string {
  return `ipv4/conf/${name}/rp_filter`;
}
