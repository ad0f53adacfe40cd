import { usageOf } from "../bind.ts";
import type { Argument, Process } from "../schema/keyword.ts";
import type { KeywordPlace } from "./places.ts";

/** What there is to say about a keyword at a place. */
export type KeywordHelp = {
  /** `priority 1..255`, with ` { … }` if it has a block. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** `["Default", "100"]` */
  readonly facts: readonly (readonly [label: string, text: string])[];
};

/** Help from the keyword tables. */
export function describeKeyword({ keyword, aliases, inLine }: KeywordPlace): KeywordHelp {
  const { block, deprecated, aliasOf, once, addition, process, help } = keyword;
  const facts: [string, string][] = keyword.arguments.map((argument, i) => [
    keyword.arguments.length === 1 ? "Argument" : `Argument ${i + 1}`,
    describeArgument(argument),
  ]);
  if (block?.kind === "lines") facts.push(["Lines", block.of]);
  if (keyword.default !== undefined) facts.push(["Default", keyword.default]);
  if (aliases.length > 0) facts.push(["Other names", aliases.join(", ")]);
  if (aliasOf !== undefined) facts.push(["Same as", aliasOf]);
  if (deprecated !== undefined) facts.push(["Deprecated", deprecated.message]);
  if (once === true) facts.push(["If repeated", "the first one holds"]);
  if (addition === true) facts.push(["Addition", "the C daemon does not know it"]);
  if (!inLine) facts.push(["Process", PROCESSES[process]]);
  return {
    usage: block === undefined ? usageOf(keyword) : `${usageOf(keyword)} { … }`,
    summary: help,
    facts,
  };
}

const PROCESSES: Readonly<Record<Process, string>> = {
  core: "all",
  vrrp: "VRRP",
  checker: "checkers",
  bfd: "BFD",
  snmp: "SNMP agent",
  dbus: "DBus",
};

/** What may stand for an argument: type, range, unit. */
export function describeArgument(argument: Argument): string {
  const text = describeRequired(argument);
  return argument.optional === true ? `${text} (may be left out)` : text;
}

function describeRequired(argument: Argument): string {
  switch (argument.kind) {
    case "integer": {
      const range = `whole number from ${argument.min} to ${argument.max}`;
      return argument.clamp === true ? `${range}; beyond them the nearest one is used` : range;
    }
    case "seconds": {
      const { min, max, decimals, places = 6, unit } = argument;
      const of = unit === "ms" ? "milliseconds" : "seconds";
      return `${of} from ${min} to ${max}${decimals ? `, up to ${places} decimals` : ""}`;
    }
    case "boolean":
      return "on, true, yes, off, false or no";
    case "word": {
      const { of, longest, exact, escapes } = argument;
      const limit = longest === undefined ? "" : `, at most ${longest} characters`;
      const beyond = longest === undefined || exact === true ? "" : " (a longer one is cut)";
      return `${of}${limit}${beyond}${escapes === true ? ", in quotes, with escapes" : ""}`;
    }
    case "choice": {
      const [first = "", ...others] = argument.of;
      const last = others.pop();
      const list = last === undefined ? first : `${[first, ...others].join(", ")} or ${last}`;
      return argument.anyCase === true ? `${list}, in capitals or not` : list;
    }
    case "address": {
      const family = argument.family === undefined ? "IP" : `IPv${argument.family}`;
      return `${family} ${argument.multicast === true ? "multicast " : ""}address`;
    }
    case "command":
      return "command line without a shell, in quotes if it has arguments; then user and group";
    case "rest":
      return argument.of;
  }
}

/** Where a keyword stands, for people: `vrrp_instance` or `virtual_server / real_server`. */
export function pathText(path: readonly string[]): string {
  return path.length === 0 ? "outside all blocks" : path.join(" / ");
}
