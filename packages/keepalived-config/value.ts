import { clip, splitQuoted } from "@keepalived/conf-parser";
import { familyOf, isMulticast, parseIp } from "@keepalived/ip-address";
import type { Command } from "./model.ts";
import type { Argument } from "./schema/keyword.ts";

/** The value of an argument: times are integer microseconds. Undefined: an optional argument that is not there. */
export type Value = number | boolean | string | Command | undefined;

/** A value, perhaps with something to say about it; or what is wrong with the text. */
export type Read =
  | { readonly ok: true; readonly value: Value; readonly warning?: string; readonly code?: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Reads one word. `command` and `rest` take several and are read elsewhere. */
export function readValue(argument: Argument, text: string): Read {
  switch (argument.kind) {
    case "integer":
      return readInteger(argument, text);
    case "seconds":
      return readSeconds(argument, text);
    case "boolean":
      if (["on", "true", "yes"].includes(text)) return { ok: true, value: true };
      if (["off", "false", "no"].includes(text)) return { ok: true, value: false };
      return fail(
        "invalid-value",
        `Invalid value '${clip(text)}' specified (range on, off, true, false, yes, no)`,
      );
    case "choice": {
      if (argument.of.includes(text)) return { ok: true, value: text };
      const wanted = argument.anyCase === true ? text.toLowerCase() : text;
      const found = argument.of.find((one) =>
        (argument.anyCase === true ? one.toLowerCase() : one) === wanted
      );
      if (found !== undefined) return { ok: true, value: found };
      return fail(
        "invalid-value",
        `unknown word '${clip(text)}' (range ${argument.of.join(", ")})`,
      );
    }
    case "address":
      return readAddress(argument, text);
    case "word": {
      const { longest } = argument;
      if (text === "") return fail("invalid-value", "empty name");
      if (longest === undefined || text.length <= longest) return { ok: true, value: text };
      if (argument.exact === true) {
        return fail("invalid-value", `'${clip(text)}' has more than ${longest} characters`);
      }
      const warning = `'${clip(text)}' more than ${longest} characters, truncating`;
      return { ok: true, value: text.slice(0, longest), warning, code: "truncated" };
    }
    case "command":
    case "rest":
      return { ok: true, value: text };
  }
}

function fail(code: string, message: string): Read {
  return { ok: false, code, message };
}

type Of<Kind> = Extract<Argument, { readonly kind: Kind }>;

function readInteger(argument: Of<"integer">, text: string): Read {
  const { min, max } = argument;
  const isNumber = /^[+-]?[0-9]+$/.test(text);
  const value = Number(text);
  if (isNumber && value >= min && value <= max) return { ok: true, value: value + 0 };
  const range = `[${min}, ${max}]`;
  if (!isNumber) {
    return fail("invalid-number", `invalid number '${clip(text)}' (range ${range})`);
  }
  if (value < 0 && min >= 0) {
    return fail("out-of-range", `negative number '${clip(text)}' (range ${range})`);
  }
  const message = `number '${clip(text)}' outside range ${range}`;
  if (argument.clamp !== true) return fail("out-of-range", message);
  const nearest = value < min ? min : max;
  return {
    ok: true,
    value: nearest,
    warning: `${message} - setting to ${nearest}`,
    code: "out-of-range",
  };
}

/** As many decimals as the keyword takes make microseconds exactly; further ones are rounded off with a message. */
function readSeconds(argument: Of<"seconds">, text: string): Read {
  const { min, max, decimals, places = 6 } = argument;
  // Nearly all of them.
  if (/^[0-9]{1,9}$/.test(text)) {
    const value = Number(text);
    if (value >= min && value <= max) return { ok: true, value: value * microsecondsOf(argument) };
  }
  const range = `[${min}, ${max}]`;
  const match = decimals
    ? /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(text)
    : /^([+-]?)([0-9]+)$/.exec(text);
  const [, sign, whole = "", fraction = ""] = match ?? [];
  if (match === null || whole + fraction === "") {
    return fail("invalid-number", `invalid number '${clip(text)}' (range ${range})`);
  }
  if (sign === "-" && /[1-9]/.test(whole + fraction)) {
    return fail("out-of-range", `negative number '${clip(text)}' (range ${range})`);
  }
  const rounding = (fraction[places] ?? "0") >= "5" ? 1 : 0;
  const scale = 10 ** places;
  const unitUs = microsecondsOf(argument);
  const steps = Number(whole) * scale + Number(fraction.slice(0, places).padEnd(places, "0"));
  const value = Math.round((steps + rounding) * (unitUs / scale));
  // Rounding does not carry a number into the range.
  const exact = Number(`${whole || "0"}.${fraction || "0"}`);
  if (exact < min || exact > max) {
    return fail("out-of-range", `number '${clip(text)}' outside range ${range}`);
  }
  if (fraction.length <= places) return { ok: true, value };
  const warning = `number '${clip(text)}' has too many decimal places`;
  return { ok: true, value, warning, code: "invalid-number" };
}

/** Microseconds in what the text of a time counts. */
export function microsecondsOf(argument: Of<"seconds">): number {
  return argument.unit === "ms" ? 1_000 : 1_000_000;
}

function readAddress(argument: Of<"address">, text: string): Read {
  const address = parseIp(argument.mask === true ? text.replace(/\/[0-9]{1,3}$/, "") : text);
  const wanted = argument.family === undefined ? "IP" : `IPv${argument.family}`;
  if (address === undefined || (argument.family ?? familyOf(address)) !== familyOf(address)) {
    return fail("invalid-address", `malformed address [${clip(text)}] (range ${wanted} addresses)`);
  }
  if (argument.multicast === true && !isMulticast(address)) {
    return fail("invalid-address", `[${clip(text)}] is not multicast. Skipping`);
  }
  return { ok: true, value: address };
}

/**
 * A command line with user and group: `CMD [USER [GROUP]]` or `"CMD ARGS" [USER [GROUP]]`.
 *
 * @returns the command and the words that are too many, or undefined for an unmatched quote or no command
 */
export function readCommand(text: string): { command: Command; surplus: number } | undefined {
  const quoted = /^\s*(["'])/.exec(text);
  const quote = quoted?.[1];
  let argv: readonly string[];
  let after: string;
  if (quoted !== null && quote !== undefined) {
    const start = quoted[0].length;
    const end = closingQuote(text, start, quote);
    if (end === undefined) return undefined;
    const inner = splitQuoted(text.slice(start, end));
    if (!inner.ok) return undefined;
    argv = inner.words;
    after = text.slice(end + 1);
  } else {
    const all = splitQuoted(text);
    if (!all.ok) return undefined;
    const [first, ...others] = all.words;
    argv = first === undefined ? [] : [first];
    return finish(argv, others);
  }
  return finish(argv, wordsOf(after));
}

/** Ordinary words, in which only double quotes count. */
function wordsOf(text: string): readonly string[] {
  return (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

function finish(argv: readonly string[], more: readonly string[]) {
  if (argv.length === 0) return undefined;
  const [user, group] = more;
  const command = {
    argv,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
  return { command, surplus: Math.max(0, more.length - 2) };
}

function closingQuote(text: string, start: number, quote: string): number | undefined {
  for (let i = start; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i;
  }
  return undefined;
}
