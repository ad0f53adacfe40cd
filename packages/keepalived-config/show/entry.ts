import type { Command } from "../model.ts";
import type { PlainStatement } from "../plain.ts";

/** A statement of a keyword without its name. */
export type Said = Omit<PlainStatement, "name">;

/**
 * What a keyword says about a subject: nothing, one statement, or several. Or the reason why the effective configuration
 * has no word of it.
 */
export type Entry<Subject> = ((subject: Subject) => readonly Said[]) | { readonly never: string };

/** The entries of a table by keyword, in the order in which they are shown. */
export type Entries<Subject> = Readonly<Record<string, Entry<Subject>>>;

/** The statements of all keywords of a table about a subject. */
export function showTable<Subject>(
  entries: Entries<Subject>,
  subject: Subject,
): readonly PlainStatement[] {
  return Object.entries(entries).flatMap(([name, entry]) =>
    typeof entry === "function" ? entry(subject).map((said) => ({ name, ...said })) : []
  );
}

/** Words after the keyword; undefined: the keyword is not there. */
export function words(...all: readonly (string | number | undefined)[]): readonly Said[] {
  if (all[0] === undefined) return [];
  return [{ arguments: all.filter((one) => one !== undefined).map(String) }];
}

/** A keyword without arguments: there or not. */
export function flag(on: boolean): readonly Said[] {
  return on ? [{ arguments: [] }] : [];
}

/** `KEYWORD on|off`; undefined: not set. */
export function onOff(on: boolean | undefined): readonly Said[] {
  return words(on === undefined ? undefined : on ? "on" : "off");
}

/** Microseconds in seconds, exactly. */
export function seconds(us: number): string {
  const fraction = String(us % 1_000_000).padStart(6, "0").replace(/0+$/, "");
  const whole = String(Math.trunc(us / 1_000_000));
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Microseconds in milliseconds, exactly. */
export function milliseconds(us: number): string {
  return seconds(us * 1000);
}

/** A time that the keyword cannot say if it is zero. */
export function positiveSeconds(us: number): readonly Said[] {
  return us > 0 ? words(seconds(us)) : [];
}

export function command(one: Command | undefined): readonly Said[] {
  return one === undefined ? [] : [{ arguments: [one] }];
}

/** Braces with lines of values; none, no block. */
export function lines(all: readonly (readonly string[])[]): readonly Said[] {
  if (all.length === 0) return [];
  const block = all.map(([name = "", ...others]) => ({ name, arguments: others }));
  return [{ arguments: [], block }];
}

/** Braces with statements. */
export function block<Subject>(
  entries: Entries<Subject>,
  subject: Subject,
  ...head: readonly string[]
): Said {
  return { arguments: head, block: showTable(entries, subject) };
}

/** All words of a line whose keywords are words too. */
export function lineWords<Subject>(
  entries: Entries<Subject>,
  subject: Subject,
): readonly string[] {
  return showTable(entries, subject).flatMap(({ name, arguments: given }) =>
    [name, ...given].map(String)
  );
}
