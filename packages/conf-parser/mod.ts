/**
 * The syntax of keepalived.conf: a tree in which every word knows its place. No knowledge of keywords.
 *
 * @example
 * ```ts
 * import { diagnosticPrinter, parse } from "@keepalived/conf-parser";
 *
 * const text = "vrrp_instance A {\n  priority 100\n";
 * const { entries, diagnostics, sources } = parse("a.conf", (path) => [{ path, text }]);
 * entries[0]?.block?.entries[0]?.words[1]; // { text: "100", at: { file: "a.conf", line: 2, column: 12, length: 3 }, … }
 * diagnostics.map(diagnosticPrinter(sources)); // a.conf:1:17: error[missing-brace]: …
 * ```
 *
 * @module
 */

export { collector, type Diagnostic, type Report, type Span } from "./diagnostic.ts";
export { expandBraces, hasWildcard } from "./include.ts";
export type { LoadedFile, Loader } from "./include.ts";
export { type Brace, clip, isWord, lexAt, type Token, type TokenLine, type Word } from "./lex.ts";
export { parse, type Parsed, type ParseOptions } from "./parse.ts";
export { diagnosticPrinter, type Sources } from "./print.ts";
export { type Quoted, splitQuoted } from "./quoted.ts";
export type { Block, Entry, Grammar } from "./tree.ts";
