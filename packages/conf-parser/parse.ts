import { nextRandom } from "@keepalived/machine";
import {
  addTokens,
  type Builder,
  type Correction,
  finishTree,
  startTree,
  type Wrong,
} from "./build.ts";
import {
  DEEPEST,
  type Definition,
  definitionOf,
  expandLine,
  linesOf,
  reportEndless,
  type Scope,
} from "./definitions.ts";
import { collector, type Diagnostic, type Report, type Span } from "./diagnostic.ts";
import { expandBraces, hasWildcard, INCLUDE_POLICIES, includeCheck, LENIENT } from "./include.ts";
import type { IncludePolicy, LoadedFile, Loader } from "./include.ts";
import { clip, lex } from "./lex.ts";
import { type Line, readLines, restOf, spanOf } from "./line.ts";
import type { Sources } from "./print.ts";
import { sequenceOf } from "./sequences.ts";
import type { Entry, Grammar } from "./tree.ts";

export type ParseOptions = {
  /** What `@ID` lines are compared with, and `${_INSTANCE}`. */
  readonly configId?: string;
  /** For `${_ENV NAME}`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For `${_RANDOM}`: asked only if a file draws a number without a `random_seed`. */
  readonly seed?: () => number;
  /** Every failure of an include is an error. */
  readonly strictIncludes?: boolean;
  /** Finds the place of a brace that is missing or too many. */
  readonly grammar?: Grammar;
};

export type Parsed = {
  readonly entries: readonly Entry[];
  readonly diagnostics: readonly Diagnostic[];
  /** All texts that were read, for the printer. The main file is missing if it could not be read. */
  readonly sources: Sources;
};

/** Files of one configuration: a chain of includes could double for ever. */
const MOST_FILES = 10_000;
/** Characters that references may grow to, in all files together. */
const MOST_EXPANDED = 1 << 24;
/** What a line that is read again takes from that beside its length. */
const LINE_COST = 64;

/**
 * Reads a configuration with all files that it includes.
 *
 * Total: whatever the files hold, it returns a tree and says what is wrong with them. Time is linear in the text.
 *
 * @param mainFile handed to the loader as it is
 */
export function parse(mainFile: string, load: Loader, options: ParseOptions = {}): Parsed {
  const { grammar } = options;
  const once = remembering(load);
  let drawn: number | undefined;
  const seed = () => drawn ??= options.seed?.() ?? 0;
  const { parsed, wrong } = readAll(mainFile, once, { ...options, seed });
  const balanced = wrong.missing + wrong.extra === 0;
  return balanced || grammar === undefined
    ? parsed
    : readAll(mainFile, once, { ...options, seed }, { grammar, wrong }).parsed;
}

/** A loader that gives the same answer to the same question, so that a second pass sees the same files. */
function remembering(load: Loader): Loader {
  const answers = new Map<string, readonly LoadedFile[]>();
  return (pattern, fromFile) => {
    const question = `${fromFile ?? ""}\0${pattern}`;
    const answer = answers.get(question) ?? load(pattern, fromFile);
    answers.set(question, answer);
    return answer;
  };
}

function readAll(
  mainFile: string,
  load: Loader,
  options: ParseOptions,
  correction?: Correction,
): { parsed: Parsed; wrong: Wrong } {
  const { list, report } = collector();
  const reader: Reader = {
    load,
    options,
    report,
    sources: new Map(),
    definitions: new Map(),
    included: LENIENT,
    seed: undefined,
    files: 0,
    endless: false,
    budget: { left: MOST_EXPANDED },
    builder: startTree(correction),
  };
  const at: Span = { file: mainFile, line: 1, column: 1, length: 1 };
  const [main] = load(mainFile, undefined);
  if (main === undefined || "error" in main) {
    const message = `Unable to read configuration file '${mainFile}': ${
      main?.error ?? "not found"
    }`;
    report({ severity: "error", code: "no-configuration", message, at });
  } else readFile(reader, main, []);
  const { entries, diagnostics, wrong } = finishTree(reader.builder);
  diagnostics.forEach(report);
  return { parsed: { entries, diagnostics: list, sources: reader.sources }, wrong };
}

type Reader = {
  readonly load: Loader;
  readonly options: ParseOptions;
  readonly report: Report;
  readonly sources: Map<string, string>;
  readonly definitions: Map<string, Definition>;
  /** What plain `include` does in the file that is read. */
  included: IncludePolicy;
  /** Of the next `${_RANDOM}`; undefined: the first draws its own. */
  seed: number | undefined;
  files: number;
  /** Whether a definition without end was reported. */
  endless: boolean;
  readonly budget: { left: number };
  readonly builder: Builder;
};

/** The include lines that lead to a file, outermost first. */
type Chain = readonly Span[];

function readFile(reader: Reader, file: { path: string; text: string }, chain: Chain): void {
  reader.files++;
  reader.sources.set(file.path, file.text);
  const { included } = reader;
  for (const line of readLines(file.path, file.text, reader.report)) {
    readLine(reader, line, chain, 0);
  }
  reader.included = included;
}

/** What keywords do to the lines after them: `include_check` to the end of its file, `random_seed` for good. */
function obey(reader: Reader, text: string): void {
  const check = /(?:^|\{)\s*include_check(?=[\s}]|$)([^{}]*)/.exec(text)?.[1];
  if (check !== undefined) {
    const words = check.split(/\s+/).filter((word) => word !== "");
    reader.included = includeCheck(reader.included, words);
  }
  const seed = /(?:^|\{)\s*random_seed\s+([0-9]{1,10})(?=[\s}]|$)/.exec(text)?.[1];
  if (seed !== undefined && Number(seed) <= 0xffffffff) reader.seed = Number(seed);
}

/** What no line has that stands for itself alone: conditions, definitions, repetitions, includes, orders to the reader. */
const SPECIAL = /^\s*(?:[@$~]|include|random_seed)|\$|\{\s*(?:include_check|random_seed)/;

function readLine(reader: Reader, raw: Line, chain: Chain, depth: number): void {
  if (!SPECIAL.test(raw.text)) {
    addTokens(reader.builder, lex(raw, reader.report));
    return;
  }
  const kept = conditional(raw, reader.options.configId);
  if (kept === undefined) return;
  const defined = definitionOf(kept);
  if (defined !== undefined) {
    reader.definitions.set(defined.name, defined.definition);
    return;
  }
  const scope: Scope = {
    definitions: reader.definitions,
    predefined: (name, argument) => predefined(reader, kept.file, name, argument),
    budget: reader.budget,
  };
  const lines = linesOf(kept, scope);
  if (lines !== undefined) {
    for (const line of lines) if (!readAgain(reader, line, kept, chain, depth)) break;
    return;
  }
  const sequence = sequenceOf(kept, scope, reader.report);
  if (sequence === null) return;
  if (sequence !== undefined) {
    for (const row of sequence.rows) {
      for (const [i, name] of sequence.names.entries()) {
        reader.definitions.set(name, { kind: "text", text: row[i] ?? "" });
      }
      if (!readAgain(reader, sequence.rest, kept, chain, depth)) break;
    }
    return;
  }
  const line = expandLine(kept, scope, reader.report);
  // A definition of ${_HASH} at the head of lines turns them all into comments.
  if (line !== kept && /^\s*[#!]/.test(line.text)) return;
  const include = /^\s*(include[a-z]?)(?:\s+|$)/.exec(line.text);
  const keyword = include?.[1] ?? "";
  const policy = keyword === "include" ? reader.included : INCLUDE_POLICIES[keyword];
  if (include === null || policy === undefined) {
    obey(reader, line.text);
    addTokens(reader.builder, lex(line, reader.report));
  } else includeFiles(reader, line, include[0].length, policy, chain);
}

/** Reads a line that stands for another; false if definitions and repetitions go on without end. */
function readAgain(reader: Reader, line: Line, from: Line, chain: Chain, depth: number): boolean {
  reader.budget.left -= line.text.length + LINE_COST;
  if (depth < DEEPEST && reader.budget.left >= 0) {
    readLine(reader, line, chain, depth + 1);
    return true;
  }
  if (!reader.endless) reportEndless(spanOf(from, 0, from.text.length), reader.report);
  reader.endless = true;
  return false;
}

/** The line without its `@ID` or `@^ID`, or undefined if it does not apply. */
function conditional(line: Line, configId: string | undefined): Line | undefined {
  const match = /^\s*@(\^?)(\S+)(?=\s|$)/.exec(line.text);
  if (match === null) return line;
  const wanted = match[1] === "^" ? match[2] !== configId : match[2] === configId;
  const start = match[0].length;
  if (!wanted || line.text.slice(start).trim() === "") return undefined;
  return restOf(line, start);
}

/** The names that the language itself defines. */
function predefined(
  reader: Reader,
  file: string,
  name: string,
  argument: string,
): string | undefined {
  switch (argument === "" ? name : `${name} `) {
    case "_PWD":
      return file.includes("/") ? file.slice(0, Math.max(1, file.lastIndexOf("/"))) : ".";
    case "_INSTANCE":
      return reader.options.configId;
    case "_HASH":
      return "#";
    case "_BANG":
      return "!";
    case "_ENV ":
      return reader.options.environment?.[argument];
    case "_RANDOM":
    case "_RANDOM ":
      return random(reader, argument);
    default:
      return undefined;
  }
}

function random(reader: Reader, argument: string): string | undefined {
  const [low = 0, high = 32767, ...more] = argument === "" ? [] : argument.split(/\s+/).map(Number);
  if (more.length > 0 || !Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high < low) {
    return undefined;
  }
  const { value, seed } = nextRandom(reader.seed ?? reader.options.seed?.() ?? 0);
  reader.seed = seed;
  return String(low + Math.floor(value * (high - low + 1)));
}

function includeFiles(
  reader: Reader,
  line: Line,
  start: number,
  policy: IncludePolicy,
  chain: Chain,
): void {
  const { report, options } = reader;
  const strict = options.strictIncludes === true ? INCLUDE_POLICIES["includea"] ?? policy : policy;
  const pattern = line.text.slice(start).trim().replaceAll('"', "");
  const at = spanOf(line, Math.min(start, line.text.length - 1), line.text.length);
  const fail = (code: string, message: string, error: boolean) => {
    const hint = [...chainHint(chain), ...includeHint(code)].join("; ");
    report({
      severity: error ? "error" : "warning",
      code,
      message,
      at,
      ...(hint === "" ? {} : { hint }),
    });
  };
  if (pattern === "") return fail("missing-argument", "Include without a file name", true);
  const alternatives = expandBraces(pattern);
  if (alternatives === undefined) {
    return fail("include-limit", `Too many alternatives in '${clip(pattern)}'`, true);
  }
  let found = 0;
  for (const alternative of alternatives) {
    const files = reader.load(alternative, line.file);
    found += files.length;
    if (files.length === 0 && alternatives.length > 1 && strict.braceMatch) {
      fail("file-not-found", `Config files missing '${clip(alternative)}'`, true);
    }
    for (const file of files) includeFile(reader, file, [...chain, at], strict, fail);
  }
  const wild = alternatives.some(hasWildcard);
  if (found > 0 || (wild && !strict.wildcardMatch)) return;
  if (alternatives.length > 1 && strict.braceMatch) return;
  fail("file-not-found", `Config files missing '${clip(pattern)}'`, wild || strict.match);
}

function includeFile(
  reader: Reader,
  file: LoadedFile,
  chain: Chain,
  policy: IncludePolicy,
  fail: (code: string, message: string, error: boolean) => void,
): void {
  if (chain.some((span) => span.file === file.path)) {
    fail("include-cycle", `'${file.path}' includes itself`, true);
  } else if (chain.length > DEEPEST) {
    fail("include-limit", `Files include each other more than ${DEEPEST} deep`, true);
  } else if (reader.files >= MOST_FILES) {
    fail("include-limit", `More than ${MOST_FILES} files are included`, true);
  } else if ("error" in file) {
    fail("file-not-readable", `Unable to read '${file.path}': ${file.error}`, policy.read);
  } else readFile(reader, file, chain);
}

function chainHint(chain: Chain): readonly string[] {
  if (chain.length === 0) return [];
  return [`included from ${chain.map((at) => `${at.file}:${at.line}`).join(", ")}`];
}

/** What to do about an include that failed. */
function includeHint(code: string): readonly string[] {
  switch (code) {
    case "include-cycle":
      return ["take this line out: the file is being read already"];
    case "file-not-found":
      return ["create the file, or take this line out"];
    default:
      return [];
  }
}
