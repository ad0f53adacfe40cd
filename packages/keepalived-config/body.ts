import type { Body, Statement } from "./bind.ts";
import type { Command } from "./model.ts";
import type { NetlinkBuffer } from "./model_global.ts";

/** The last statement of a name: the one that holds if there are several. */
export function last(body: Body, name: string): Statement | undefined {
  return body.statements.get(name)?.at(-1);
}

/** Whether a keyword is there at all. */
export function has(body: Body, name: string): boolean {
  return body.statements.has(name);
}

export function numberOf(body: Body, name: string, index = 0): number | undefined {
  const value = last(body, name)?.values[index];
  return typeof value === "number" ? value : undefined;
}

export function textOf(body: Body, name: string, index = 0): string | undefined {
  const value = last(body, name)?.values[index];
  return typeof value === "string" ? value : undefined;
}

/** `KEYWORD [on|off]`: true without a word; undefined if the keyword is not there. */
export function flagOf(body: Body, name: string): boolean | undefined {
  const statement = last(body, name);
  return statement === undefined ? undefined : statement.values[0] !== false;
}

export function commandOf(body: Body, name: string): Command | undefined {
  const value = last(body, name)?.values[0];
  return typeof value === "object" ? value : undefined;
}

/** An object without the fields that are undefined. */
export function defined<T extends object>(
  fields: { [K in keyof T]: T[K] | undefined },
): { [K in keyof T]?: T[K] } {
  const present: { [K in keyof T]?: T[K] } = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) present[name] = value;
  }
  return present;
}

/** A netlink buffer: `NAME_bufs BYTES` and `NAME_bufs_force`. */
export function readBuffer(body: Body, name: string): NetlinkBuffer {
  return { bytes: numberOf(body, name) ?? 0, force: flagOf(body, `${name}_force`) ?? false };
}
