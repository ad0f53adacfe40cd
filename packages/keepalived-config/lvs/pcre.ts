/** A PCRE2 pattern as JavaScript has it. */
export type TranslatedRegex =
  | {
    readonly ok: true;
    readonly source: string;
    readonly flags: string;
    /** The match must begin in the first line. */
    readonly firstLine: boolean;
  }
  | { readonly ok: false; readonly problem: string };

/**
 * Says in the regular expressions of JavaScript what a PCRE2 pattern means.
 *
 * What JavaScript lacks is refused: atomic groups, possessive quantifiers, recursion, conditions, verbs, `\G \K \X \C`.
 *
 * @param options names of PCRE2 compile options
 */
export function translateRegex(pattern: string, options: readonly string[]): TranslatedRegex {
  try {
    const translation = new Translation(pattern, new Set(options));
    const source = translation.translate();
    const { flags } = translation;
    new RegExp(source, flags); // It says whether the rest is right.
    return { ok: true, source, flags, firstLine: options.includes("firstline") };
  } catch (error) {
    if (!(error instanceof Unknown) && !(error instanceof SyntaxError)) throw error;
    return { ok: false, problem: error.message.replace(/^Invalid regular expression: /, "") };
  }
}

class Unknown extends Error {}

/** What `(?imsx)` can change. */
type Modes = { readonly dotAll: boolean; readonly multiline: boolean; readonly extended: boolean };

const anything = "[\\s\\S]";
const atEnd = `(?!${anything})`;
const blanks = "\\t \\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000";
const breaks = "\\n-\\r\\x85\\u2028\\u2029";
const spaces = "\\t-\\r ";
const noSpaces = "\\0-\\x08\\x0e-\\x1f!-\\uffff";

/** What stands inside brackets for a class of characters. */
const posix: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\0-\\x7f",
  blank: "\\t ",
  cntrl: "\\0-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-/:-@\\[-`{-~",
  space: spaces,
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

class Translation {
  readonly #pattern: string;
  readonly #options: ReadonlySet<string>;
  readonly #unicode: boolean;
  #at = 0;
  #groups = 0;

  constructor(pattern: string, options: ReadonlySet<string>) {
    this.#pattern = pattern;
    this.#options = options;
    this.#unicode = options.has("utf");
  }

  get flags(): string {
    return (this.#options.has("caseless") ? "i" : "") + (this.#unicode ? "u" : "");
  }

  translate(): string {
    const source = this.#alternatives({
      dotAll: this.#options.has("dotall"),
      multiline: this.#options.has("multiline"),
      extended: this.#options.has("extended"),
    });
    if (this.#at < this.#pattern.length) throw new Unknown("a ')' without its '('");
    return source;
  }

  /** Everything up to the end of a group. */
  #alternatives(outer: Modes): string {
    const { modes, wrap } = this.#leadingModes(outer);
    let source = "";
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      source += this.#piece(modes);
    }
    return wrap === "" ? source : `(?${wrap}:${source})`;
  }

  /** `(?im-sx)` at the beginning of a group. */
  #leadingModes(outer: Modes): { readonly modes: Modes; readonly wrap: string } {
    const [found, on = "", off = ""] = this.#match(/\(\?([imsx]*)(?:-([imsx]*))?\)/y) ?? [];
    if (found === undefined) return { modes: outer, wrap: "" };
    return { modes: changed(outer, on, off), wrap: caseOf(on, off) };
  }

  #piece(modes: Modes): string {
    const char = this.#next();
    if (modes.extended) {
      if (/\s/.test(char)) return "";
      if (char === "#") {
        this.#match(/[^\n]*\n?/y);
        return "";
      }
    }
    switch (char) {
      case "\\":
        return this.#escape() + this.#quantifier();
      case "[":
        return this.#brackets() + this.#quantifier();
      case "(":
        return this.#group(modes);
      case ".":
        return (modes.dotAll ? anything : "[^\\n]") + this.#quantifier();
      case "^":
        return this.#start(modes);
      case "$":
        return this.#end(modes);
      case "|":
        return "|";
      case "{":
      case "}":
      case "]":
      case "/":
        return `\\${char}${this.#quantifier()}`;
      default:
        return char + this.#quantifier();
    }
  }

  #start({ multiline }: Modes): string {
    if (!multiline) return `(?<!${anything})`;
    const before = this.#options.has("alt_circumflex") ? "" : `(?=${anything})`;
    return `(?:(?<!${anything})|(?<=\\n)${before})`;
  }

  #end({ multiline }: Modes): string {
    if (multiline) return `(?=\\n|${atEnd})`;
    return this.#options.has("dollar_endonly") ? atEnd : `(?=\\n?${atEnd})`;
  }

  #quantifier(): string {
    const [found] = this.#match(/[*+?]|\{[0-9]+(?:,[0-9]*)?\}/y) ?? [];
    if (found === undefined) return "";
    if (this.#match(/\+/y) !== null) throw new Unknown(`a possessive quantifier: ${found}+`);
    const lazy = (this.#match(/\?/y) !== null) !== this.#options.has("ungreedy");
    return lazy ? `${found}?` : found;
  }

  #group(modes: Modes): string {
    if (this.#match(/\?#[^)]*\)/y) !== null) return "";
    const [, name] = this.#match(/\?P=([A-Za-z_]\w*)\)/y) ?? [];
    if (name !== undefined) return `\\k<${name}>${this.#quantifier()}`;
    const { open, inner } = this.#opening(modes);
    const body = this.#alternatives(inner);
    if (this.#match(/\)/y) === null) throw new Unknown("a '(' without its ')'");
    return `${open}${body})${this.#quantifier()}`;
  }

  #opening(modes: Modes): { readonly open: string; readonly inner: Modes } {
    const [look] = this.#match(/\?(?:[:=!]|<[=!])/y) ?? [];
    if (look !== undefined) return { open: `(${look}`, inner: modes };
    const named = this.#match(/\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y);
    if (named !== null) {
      this.#groups++;
      return { open: `(?<${named[1] ?? named[2]}>`, inner: modes };
    }
    const scoped = this.#match(/\?([imsx]*)(?:-([imsx]*))?:/y);
    if (scoped !== null) {
      const [, on = "", off = ""] = scoped;
      return { open: `(?${caseOf(on, off)}:`, inner: changed(modes, on, off) };
    }
    const [special] = this.#match(/[?*][^)]{0,3}/y) ?? [];
    if (special !== undefined) throw new Unknown(`a group that begins with (${special}`);
    if (this.#options.has("no_auto_capture")) return { open: "(?:", inner: modes };
    this.#groups++;
    return { open: "(", inner: modes };
  }

  /** What follows a backslash outside of brackets. */
  #escape(): string {
    const literal = this.#literal();
    if (literal !== undefined) return [...literal].map(quote).join("");
    const code = this.#code();
    if (code !== undefined) return code;
    const [, name, relative, number] = this.#match(
      /k(?:<(\w+)>|'\w+'|\{\w+\})|g\{?(-[0-9]+)\}?|g?\{?([1-9][0-9]*)\}?/y,
    ) ?? [];
    if (name !== undefined) return `\\k<${name}>`;
    if (relative !== undefined) return `(?:\\${this.#groups + 1 + Number(relative)})`;
    if (number !== undefined) return `(?:\\${number})`;
    const char = this.#next();
    if (char === "A") return `(?<!${anything})`;
    if (char === "z") return atEnd;
    if (char === "Z") return `(?=\\n?${atEnd})`;
    if (char === "b" || char === "B") return `\\${char}`;
    if (char === "R") return `(?:\\r\\n|[${breaks}])`;
    if (char === "N") return "[^\\n]";
    const set = this.#set(char);
    if (set !== undefined) return set.negated ? `[^${set.inside}]` : `[${set.inside}]`;
    if (/[A-Za-z0-9]/.test(char)) throw new Unknown(`the escape \\${char}`);
    return quote(char);
  }

  /** `\Q…\E` */
  #literal(): string | undefined {
    const [, text] = this.#match(/Q([\s\S]*?)(?:\\E|$)/y) ?? [];
    return text ?? (this.#match(/E/y) === null ? undefined : "");
  }

  /** A character by its number, or by a letter for it. */
  #code(): string | undefined {
    const hex = this.#match(/x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{0,2}))/y);
    if (hex !== null) return codeOf(Number.parseInt(hex[1] ?? (hex[2] || "0"), 16));
    const octal = this.#match(/o\{([0-7]+)\}|(0[0-7]{0,2})/y);
    if (octal !== null) return codeOf(Number.parseInt(octal[1] ?? octal[2] ?? "0", 8));
    if (this.#options.has("alt_bsux")) {
      const [, four] = this.#match(/u([0-9A-Fa-f]{4})/y) ?? [];
      if (four !== undefined) return codeOf(Number.parseInt(four, 16));
    }
    const [letter] = this.#match(/[aefnrt]/y) ?? [];
    return letter === undefined ? undefined : codeOf(
      { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }[letter] ?? 0,
    );
  }

  /** `\d`, `\s` and their like. */
  #set(char: string): { readonly inside: string; readonly negated: boolean } | undefined {
    const negated = char === char.toUpperCase();
    const wide = this.#unicode && this.#options.has("ucp");
    switch (char.toLowerCase()) {
      case "d":
        return { inside: wide ? "\\p{Nd}" : "0-9", negated };
      case "w":
        return { inside: wide ? "\\p{L}\\p{N}_" : "0-9A-Za-z_", negated };
      case "s":
        return { inside: wide ? `\\p{Z}${breaks}\\t` : spaces, negated };
      case "h":
        return { inside: blanks, negated };
      case "v":
        return { inside: breaks, negated };
      case "p": {
        if (!this.#unicode) throw new Unknown(`\\${char} without the option utf`);
        const [, long, short] = this.#match(/\{([A-Za-z&_]+)\}|([A-Z])/y) ?? [];
        const name = long ?? short ?? "";
        const known = name.length <= 2 ? name : `Script=${name}`;
        return { inside: `\\p{${known}}`, negated };
      }
      default:
        return undefined;
    }
  }

  #brackets(): string {
    const open = this.#match(/\^/y) === null ? "[" : "[^";
    let inside = "";
    if (!this.#options.has("allow_empty_class") && this.#match(/\]/y) !== null) inside = "\\]";
    for (;;) {
      if (this.#at >= this.#pattern.length) throw new Unknown("a '[' without its ']'");
      const [, not, name] = this.#match(/\[:(\^?)([a-z]+):\]/y) ?? [];
      if (name !== undefined) {
        inside += posixClass(name, not === "^");
        continue;
      }
      const char = this.#next();
      if (char === "]") return `${open}${inside}]`;
      inside += char === "\\" ? this.#escapeInside() : char === "[" ? "\\[" : char;
    }
  }

  #escapeInside(): string {
    const literal = this.#literal();
    if (literal !== undefined) return [...literal].map(quote).join("");
    const [, octal] = this.#match(/([0-7]{1,3})/y) ?? [];
    if (octal !== undefined) return codeOf(Number.parseInt(octal, 8));
    const code = this.#code();
    if (code !== undefined) return code;
    const char = this.#next();
    if (char === "b") return "\\x08";
    const set = this.#set(char);
    if (set === undefined) {
      if (/[A-Za-z0-9]/.test(char)) throw new Unknown(`the escape \\${char} in brackets`);
      return quote(char);
    }
    return set.negated ? negatedInside(char, set.inside) : set.inside;
  }

  #next(): string {
    const code = this.#pattern.codePointAt(this.#at);
    if (code === undefined) throw new Unknown("an end where more is to come");
    const char = this.#unicode ? String.fromCodePoint(code) : this.#pattern[this.#at] ?? "";
    this.#at += char.length;
    return char;
  }

  /** What stands here, and goes on behind it. @param what sticky */
  #match(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.#at;
    const found = what.exec(this.#pattern);
    if (found !== null) this.#at = what.lastIndex;
    return found;
  }
}

function changed(modes: Modes, on: string, off: string): Modes {
  const mode = (letter: string, before: boolean) =>
    on.includes(letter) || (before && !off.includes(letter));
  return {
    dotAll: mode("s", modes.dotAll),
    multiline: mode("m", modes.multiline),
    extended: mode("x", modes.extended),
  };
}

/** What JavaScript has to be told of modes: only the case of letters. */
function caseOf(on: string, off: string): string {
  return on.includes("i") ? "i" : off.includes("i") ? "-i" : "";
}

function codeOf(code: number): string {
  if (code > 0x10ffff) throw new Unknown(`a character of the number ${code}`);
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\u{${code.toString(16)}}`;
}

/** A character that means itself, also inside brackets. */
function quote(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char === "-" ? "\\u002d" : char;
}

function posixClass(name: string, negated: boolean): string {
  const inside = posix[name];
  if (inside === undefined) throw new Unknown(`the class [:${name}:]`);
  if (!negated) return inside;
  if (name === "space") return noSpaces;
  if (name === "digit") return "\\D";
  if (name === "word") return "\\W";
  throw new Unknown(`the class [:^${name}:]`);
}

function negatedInside(char: string, inside: string): string {
  if (char === "S") return noSpaces;
  if (inside.startsWith("\\p{") && inside.endsWith("}")) return `\\P${inside.slice(2)}`;
  if (char === "D" || char === "W") return `\\${char}`;
  throw new Unknown(`the escape \\${char} in brackets`);
}
