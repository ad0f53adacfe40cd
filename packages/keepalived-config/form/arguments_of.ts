import { clip, splitQuoted } from "@keepalived/conf-parser";
import type { Command } from "../model.ts";
import type { Argument, Keyword } from "../schema/keyword.ts";
import { readCommand } from "../value.ts";
import { printCommand, printEscaped } from "./command_line.ts";
import { type Context, into, refuse, refuseType } from "./context.ts";
import type { DataNode } from "./data.ts";
import { addLine, addWord, type Draft } from "./draft.ts";
import { unprintable } from "./quote.ts";

/**
 * Adds the words of a keyword's arguments.
 *
 * Only types are looked at; whether the words are right is for `bind` to say, as it does for a file.
 *
 * @returns false after a report
 */
export function addArguments(
  draft: Draft,
  { arguments: args }: Keyword,
  node: DataNode,
  context: Context,
): boolean {
  const [first, ...others] = args;
  if (first === undefined) {
    if (isNothing(node)) return true;
    refuseType("true", node, context);
    return false;
  }
  if (node.kind !== "list" || others.length === 0) return addValue(draft, first, node, context);
  let next = 0;
  for (const [i, item] of node.items.entries()) {
    const text = item.kind === "scalar" ? String(item.value) : "";
    for (let skipped = args[next]; skipped !== undefined; skipped = args[next]) {
      const leaves = skipped.kind === "choice" && skipped.optional === true &&
        next < args.length - 1 && !skipped.of.includes(text);
      if (!leaves) break;
      next++;
    }
    // A value too many goes on as a word: `bind` reports it.
    const argument = args[next++] ?? SURPLUS;
    if (!addValue(draft, argument, item, into(context, i))) return false;
  }
  return true;
}

const SURPLUS: Argument = { kind: "word", of: "" };

/** `true` and nothing say that the keyword stands alone. */
function isNothing(node: DataNode): boolean {
  return node.kind === "scalar" && (node.value === true || node.value === null);
}

function addValue(draft: Draft, argument: Argument, node: DataNode, context: Context): boolean {
  if (argument.optional === true && argument.kind !== "boolean" && isNothing(node)) return true;
  if (argument.kind === "command") return addCommand(draft, node, context);
  const value = node.kind === "scalar" ? node.value : undefined;
  if (value === null) return true;
  if (typeof value === "boolean" && argument.kind === "boolean") {
    addWord(draft, value ? "on" : "off", node.at);
    return true;
  }
  if (typeof value === "string") {
    if (argument.kind === "rest") return addText(draft, value, node, context);
    if (argument.kind === "word" && argument.escapes === true) {
      return addLine(draft, printEscaped(value), node.at, context.report);
    }
    const bad = unprintable(value);
    if (bad === undefined) return addPlain(draft, value, node, context);
    refuse("invalid-value", `${bad} cannot stand in a configuration`, node, context);
    return false;
  }
  if (typeof value === "number" && argument.kind !== "boolean") {
    addWord(draft, numberText(node, argument), node.at);
    return true;
  }
  refuseType(wantedOf(argument), node, context);
  return false;
}

function addPlain(draft: Draft, text: string, node: DataNode, context: Context): true {
  warnReference(text, node, context);
  addWord(draft, text, node.at);
  return true;
}

/** Adds a text of several words. */
export function addText(draft: Draft, text: string, node: DataNode, context: Context): boolean {
  if (/[\n\0]/.test(text.trim())) {
    refuse("invalid-value", "a line break cannot stand in a configuration line", node, context);
    return false;
  }
  warnReference(text, node, context);
  return addLine(draft, text, node.at, context.report);
}

/** Plain data has no definitions, but printed as a configuration these names would mean something. */
function warnReference(text: string, node: DataNode, { report }: Context): void {
  const found =
    /\$(?:\{_(?:PWD|INSTANCE|RANDOM|ENV|HASH|BANG)\b[^}]*\}|_(?:PWD|INSTANCE|RANDOM|ENV|HASH|BANG)(?=[\s)]|$))/
      .exec(text)?.[0];
  if (found === undefined) return;
  const message = `'${clip(found)}' is not replaced in plain data`;
  report({ severity: "warning", code: "not-expanded", message, at: node.at });
}

/** A number in the notation of a file. As a word it stays as it is written. */
function numberText(node: DataNode, argument: Argument): string {
  if (node.kind !== "scalar") return "";
  const { source, value } = node;
  const numeric = argument.kind === "integer" || argument.kind === "seconds";
  if (source !== undefined && (!numeric || /^[+-]?[0-9]+(?:\.[0-9]*)?$/.test(source))) {
    return source;
  }
  const text = String(value);
  return /e-/.test(text) ? Number(value).toFixed(6) : text;
}

function wantedOf(argument: Argument): string {
  switch (argument.kind) {
    case "integer":
      return "a number";
    case "seconds":
      return argument.unit === "ms" ? "a number of milliseconds" : "a number of seconds";
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${argument.of.map((word) => `"${word}"`).join(", ")}`;
    case "address":
      return "an address as a string";
    default:
      return "a string";
  }
}

/** A command line, or `{ command, user, group }`. */
function addCommand(draft: Draft, node: DataNode, context: Context): boolean {
  const command = node.kind === "object"
    ? commandOfObject(node, context)
    : commandOfLine(node, context);
  if (command === undefined) return false;
  const line = printCommand(command);
  if (isSame(command, readCommand(line)?.command)) {
    return addLine(draft, line, node.at, context.report);
  }
  const text = "user and group of a command with arguments cannot hold double quotes";
  refuse("invalid-command", text, node, context);
  return false;
}

function isSame(a: Command, b: Command | undefined): boolean {
  return b !== undefined && a.user === b.user && a.group === b.group &&
    a.argv.length === b.argv.length && a.argv.every((argument, i) => argument === b.argv[i]);
}

function commandOfLine(node: DataNode, context: Context): Command | undefined {
  const line = textOf(node);
  if (line === undefined) {
    refuseType("a command line, or an object with 'command'", node, context);
    return undefined;
  }
  const split = splitQuoted(line);
  if (split.ok && split.words.length > 0) return { argv: split.words };
  refuse("invalid-command", "no command, or a quote without its partner", node, context);
  return undefined;
}

function commandOfObject(
  node: DataNode & { readonly kind: "object" },
  context: Context,
): Command | undefined {
  let argv: readonly string[] | undefined;
  const owner: { user?: string; group?: string } = {};
  for (const { key, at, value } of node.fields) {
    const inner = into(context, key);
    if (key === "command") argv = argvOf(value, inner);
    else if (key === "user" || key === "group") {
      const name = textOf(value);
      if (name === undefined) {
        refuseType(`the name of a ${key}`, value, inner);
        return undefined;
      }
      owner[key] = name;
    } else {
      const message = `unknown field '${clip(key)}' of a command`;
      const hint = "write command, user or group";
      context.report({ severity: "error", code: "unknown-keyword", message, at, hint });
    }
  }
  if (argv === undefined) {
    if (!node.fields.some(({ key }) => key === "command")) refuseType("'command'", node, context);
    return undefined;
  }
  return { argv, ...owner };
}

function argvOf(node: DataNode, context: Context): readonly string[] | undefined {
  if (node.kind !== "list") return commandOfLine(node, context)?.argv;
  const argv = node.items.map(textOf).filter((item) => item !== undefined);
  if (argv.length === node.items.length && argv.length > 0) return argv;
  refuseType("a list of strings", node, context);
  return undefined;
}

/** A string, or a number as it is written. */
export function textOf(node: DataNode): string | undefined {
  if (node.kind !== "scalar") return undefined;
  const { value, source } = node;
  if (typeof value === "number") return source ?? String(value);
  return typeof value === "string" ? value : undefined;
}
