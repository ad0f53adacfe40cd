/** The process that acts on a keyword. */
export type Process = "core" | "vrrp" | "checker" | "bfd" | "snmp" | "dbus";

/** One argument of a keyword. The bounds are those of the file, in the unit of the file. */
export type Argument =
  & (
    | {
      readonly kind: "integer";
      readonly min: number;
      readonly max: number;
      readonly clamp?: true;
    }
    /** Seconds with up to six decimals; the value is integer microseconds. */
    | {
      readonly kind: "seconds";
      readonly min: number;
      readonly max: number;
      readonly decimals: boolean;
    }
    | { readonly kind: "boolean" }
    | { readonly kind: "word"; readonly of: string; readonly longest?: number }
    | { readonly kind: "choice"; readonly of: readonly string[] }
    | { readonly kind: "address"; readonly family?: 4 | 6; readonly multicast?: true }
    /** A command line, then perhaps user and group: takes all words that are left. */
    | { readonly kind: "command" }
    /** All words that are left; the keyword's own reader looks at them. */
    | { readonly kind: "rest"; readonly of: string }
  )
  & { readonly optional?: true };

/** One row of a keyword table: parsing, checks, defaults, suggestions and documentation come from it. */
export type Keyword = {
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** What holds without it, as the manual says it. */
  readonly default?: string;
  readonly process: Process;
  readonly help: string;
  /** What its braces hold; without it braces are an error. */
  readonly block?: Table;
  /** The keyword that this one is another name of. */
  readonly aliasOf?: string;
  /** Set: worth a message; its text says what to use, or why. "quiet": the C daemon takes it without a word. */
  readonly deprecated?: { readonly message: string; readonly quiet: boolean };
  /** What to say if the argument is missing, for keywords that go on without. */
  readonly missing?: string;
  /** The first one holds; of other keywords the last. */
  readonly once?: true;
};

/** What a block holds: keywords, or one value a line that the reader of the block looks at. */
export type Table =
  | {
    readonly kind: "keywords";
    readonly name: string;
    readonly keywords: readonly Keyword[];
    /** Lines that begin with no keyword are values too, as in `virtual_server_group`. */
    readonly values?: true;
  }
  | { readonly kind: "lines"; readonly name: string; readonly of: string };

const MOST = 4294967295;

export function integer(min: number, max: number = MOST): Argument {
  return { kind: "integer", min, max };
}

/** Out of range: the nearest end is used, with a message. */
export function clamped(min: number, max: number): Argument {
  return { kind: "integer", min, max, clamp: true };
}

/** Whole seconds. */
export function seconds(min: number, max: number): Argument {
  return { kind: "seconds", min, max, decimals: false };
}

/** Seconds with up to six decimals. */
export function decimalSeconds(min: number, max: number): Argument {
  return { kind: "seconds", min, max, decimals: true };
}

export function word(of: string, longest?: number): Argument {
  return { kind: "word", of, ...(longest === undefined ? {} : { longest }) };
}

export function choice(...of: readonly string[]): Argument {
  return { kind: "choice", of };
}

export function rest(of: string): Argument {
  return { kind: "rest", of };
}

export function optional(argument: Argument): Argument {
  return { ...argument, optional: true };
}

/** The longest name of a network interface. */
export const INTERFACE_LENGTH = 15;

export function interfaceName(): Argument {
  return word("IFNAME", INTERFACE_LENGTH);
}

/** `[on|off|true|false|yes|no]`. */
export function boolean(): Argument {
  return { kind: "boolean", optional: true };
}

export function address(family?: 4 | 6): Argument {
  return { kind: "address", ...(family === undefined ? {} : { family }) };
}

export function multicast(family?: 4 | 6): Argument {
  return { kind: "address", multicast: true, ...(family === undefined ? {} : { family }) };
}

export function command(): Argument {
  return { kind: "command" };
}

export function lines(name: string, of: string): Table {
  return { kind: "lines", name, of };
}

/** Rows of one process: name, arguments, help, and what else there is to say. */
export function keyword(
  process: Process,
  name: string,
  args: readonly Argument[],
  help: string,
  more: Partial<Keyword> = {},
): Keyword {
  return { name, arguments: args, process, help, ...more };
}
