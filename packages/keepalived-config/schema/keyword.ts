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
    /** A time; the value is integer microseconds. The text counts seconds unless `unit` says otherwise. */
    | {
      readonly kind: "seconds";
      readonly min: number;
      readonly max: number;
      readonly decimals: boolean;
      /** Most decimals; six without it. */
      readonly places?: number;
      readonly unit?: "ms";
    }
    | { readonly kind: "boolean" }
    | {
      readonly kind: "word";
      readonly of: string;
      readonly longest?: number;
      /** A longer one is refused, not truncated. */
      readonly exact?: true;
      /** Both kinds of quotes and all escapes work in it, as in a command line. */
      readonly escapes?: true;
    }
    | {
      readonly kind: "choice";
      readonly of: readonly string[];
      /** The case of the letters does not matter. */
      readonly anyCase?: true;
    }
    | {
      readonly kind: "address";
      readonly family?: 4 | 6;
      readonly multicast?: true;
      /** A prefix length behind it has no meaning. */
      readonly mask?: true;
    }
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
  /** What to say of a wrong value besides what is wrong with it; `{}` stands for the value. */
  readonly invalid?: string;
  /** The first one holds; of other keywords the last. */
  readonly once?: true;
  /** The C daemon does not know it. */
  readonly addition?: true;
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
  | {
    readonly kind: "lines";
    readonly name: string;
    readonly of: string;
    /** The words that a line may hold after its first, or anywhere. */
    readonly words?: readonly Keyword[];
  };

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

/** Seconds with up to three decimals. */
export function milliseconds(min: number, max: number): Argument {
  return { kind: "seconds", min, max, decimals: true, places: 3 };
}

/** Milliseconds with up to three decimals. */
export function decimalMilliseconds(min: number, max: number): Argument {
  return { kind: "seconds", min, max, decimals: true, places: 3, unit: "ms" };
}

export function word(of: string, longest?: number): Extract<Argument, { kind: "word" }> {
  return { kind: "word", of, ...(longest === undefined ? {} : { longest }) };
}

/** A longer one is refused rather than truncated. */
export function exactWord(of: string, longest: number): Argument {
  return { kind: "word", of, longest, exact: true };
}

export function choice(...of: readonly string[]): Argument {
  return { kind: "choice", of };
}

/** One of some words, in capitals or not. */
export function anyCase(...of: readonly string[]): Argument {
  return { kind: "choice", of, anyCase: true };
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

/** An address of the checkers, which may have a prefix length behind it. */
export function hostAddress(): Argument {
  return { kind: "address", mask: true };
}

export function multicast(family?: 4 | 6): Argument {
  return { kind: "address", multicast: true, ...(family === undefined ? {} : { family }) };
}

export function command(): Argument {
  return { kind: "command" };
}

export function lines(name: string, of: string, words?: readonly Keyword[]): Table {
  return { kind: "lines", name, of, ...(words === undefined ? {} : { words }) };
}

/** `N [reverse]`: what a tracker adds to the priority, or takes from it. */
export function weight(most: number): readonly Argument[] {
  return [integer(-most, most), optional(choice("reverse"))];
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
