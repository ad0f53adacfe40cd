/**
 * Finds files for a pattern that may hold the wildcards `*`, `?` and `[…]`. [] if nothing matches.
 *
 * A relative pattern counts from the directory of `fromFile`; undefined: the main file itself. Braces never reach the
 * loader. For an include it returns regular files only, in the order of their names.
 */
export type Loader = (pattern: string, fromFile: string | undefined) => readonly LoadedFile[];

/** One file that was found: its text, or why it cannot be read. */
export type LoadedFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly error: string };

/** Which failures of an include are errors; others are warnings or nothing. */
export type IncludePolicy = {
  /** A file cannot be read. */
  readonly read: boolean;
  /** A name without wildcards does not exist. */
  readonly match: boolean;
  /** A name with wildcards matches nothing. */
  readonly wildcardMatch: boolean;
  /** One alternative of `{a,b}` matches nothing. */
  readonly braceMatch: boolean;
};

/** Nothing is an error. */
export const LENIENT: IncludePolicy = {
  read: false,
  match: false,
  wildcardMatch: false,
  braceMatch: false,
};

/** The include keywords. */
export const INCLUDE_POLICIES: Readonly<Record<string, IncludePolicy>> = {
  include: LENIENT,
  includer: { ...LENIENT, read: true },
  includem: { ...LENIENT, read: true, match: true },
  includew: { ...LENIENT, read: true, match: true, wildcardMatch: true },
  includeb: { ...LENIENT, read: true, braceMatch: true },
  includea: { read: true, match: true, wildcardMatch: true, braceMatch: true },
};

/** The words of `include_check`, and what of a policy they are. */
const CHECKS: ReadonlyMap<string, keyof IncludePolicy> = new Map([
  ["read", "read"],
  ["match", "match"],
  ["wildcard_match", "wildcardMatch"],
  ["brace_match", "braceMatch"],
]);

/**
 * What plain `include` does from a line `include_check [+|-]WORD…` on.
 *
 * A word with a sign changes what holds before, the first one without begins anew; no word at all is all of them. Every
 * check of names includes that of reading. Words that are none change nothing.
 */
export function includeCheck(before: IncludePolicy, words: readonly string[]): IncludePolicy {
  if (words.length === 0) return INCLUDE_POLICIES["includea"] ?? before;
  let policy = /^[+-]/.test(words[0] ?? "") ? before : LENIENT;
  for (const word of words) {
    const field = CHECKS.get(word.replace(/^[+-]/, ""));
    if (field !== undefined) policy = { ...policy, [field]: !word.startsWith("-") };
  }
  const { read, match, wildcardMatch, braceMatch } = policy;
  return { ...policy, read: read || match || wildcardMatch || braceMatch };
}

/** Whether a pattern has wildcards. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** Alternatives that one pattern may stand for. */
const MOST = 1000;

/**
 * The patterns that `{a,b}` stand for, in order; nested braces too. At most 1000: undefined if there are more.
 *
 * Braces without a comma or a partner are plain characters.
 */
export function expandBraces(pattern: string): readonly string[] | undefined {
  const done: string[] = [];
  const waiting = [pattern];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const choice = firstChoice(next);
    if (choice === undefined) done.push(next);
    else {
      for (const option of choice.options.reverse()) {
        waiting.push(choice.before + option + choice.after);
      }
    }
    if (done.length + waiting.length > MOST) return undefined;
  }
  return done;
}

type Choice = { before: string; options: string[]; after: string };

/** The first pair of braces with a comma in it, the outermost if there are some inside. */
function firstChoice(text: string): Choice | undefined {
  const open: { start: number; commas: number[] }[] = [];
  let outermost: { start: number; end: number; commas: number[] } | undefined;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") open.push({ start: i, commas: [] });
    else if (text[i] === ",") open.at(-1)?.commas.push(i);
    else if (text[i] === "}") {
      const pair = open.pop();
      if (pair === undefined || pair.commas.length === 0) continue;
      if (outermost === undefined || pair.start < outermost.start) outermost = { ...pair, end: i };
    }
  }
  if (outermost === undefined) return undefined;
  const { start, end, commas } = outermost;
  const bounds = [start, ...commas, end];
  const options: string[] = [];
  for (let i = 1; i < bounds.length; i++) {
    options.push(text.slice((bounds[i - 1] ?? 0) + 1, bounds[i]));
  }
  return { before: text.slice(0, start), options, after: text.slice(end + 1) };
}
