import type { DataField, DataNode, Diagnostic, Span } from "@keepalived/keepalived-config";
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** The value of a text, and what is wrong with its syntax. */
export type Placed = {
  /** Undefined if the syntax is wrong. */
  readonly node: DataNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
};

/** Levels of lists and objects; a configuration has about ten. */
const deepest = 100;
/** Values in all, aliases counted as often as they are used: a few of them could double for ever. */
const most = 5_000_000;

/**
 * The value of a YAML text, each part with its place; JSON is YAML too.
 *
 * `@std/yaml` tells no places, so this is the one user of npm `yaml` itself.
 */
export function placeYaml(file: string, text: string): Placed {
  // Its own check of keys takes the square of the time.
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const lines = countLines(text);
  const spanOf = (start: number, end: number): Span => {
    const { line, col } = lines.linePos(start);
    const newline = text.indexOf("\n", start);
    const stop = Math.min(end, newline < 0 ? text.length : newline);
    return { file, line, column: col, length: Math.max(1, stop - start) };
  };
  const placer = new Placer(spanOf);
  for (const { message, pos } of document.errors) placer.say("error", message, spanOf(...pos));
  for (const { message, pos } of document.warnings) placer.say("warning", message, spanOf(...pos));
  const root = document.contents;
  const node = document.errors.length > 0
    ? undefined
    : root === null
    ? { kind: "scalar" as const, at: spanOf(0, 0), value: null }
    : placer.place(root, 0);
  return { node: placer.failed ? undefined : node, diagnostics: placer.diagnostics };
}

/** The parser itself would leave out the line breaks in what it finds broken. */
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

class Placer {
  readonly diagnostics: Diagnostic[] = [];
  failed = false;
  /** In the order of the text; one that is defined again means the later value from there on. */
  readonly #anchors = new Map<string, Node>();
  readonly #spanOf: (start: number, end: number) => Span;
  #left: number = most;

  constructor(spanOf: (start: number, end: number) => Span) {
    this.#spanOf = spanOf;
  }

  say(severity: "error" | "warning", message: string, at: Span): void {
    this.diagnostics.push({ severity, code: "invalid-syntax", message, at });
  }

  place(node: Node, depth: number): DataNode {
    const at = this.#at(node);
    const nothing: DataNode = { kind: "scalar", at, value: null };
    if (depth > deepest || this.#left-- < 0) {
      const what = depth > deepest ? `More than ${deepest} levels` : `More than ${most} values`;
      if (!this.failed) this.say("error", what, at);
      this.failed = true;
      return nothing;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.place(target, depth + 1);
      this.say("error", `No anchor '${node.source}' before this alias`, at);
      this.failed = true;
      return nothing;
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) {
      const fields = node.items.flatMap(({ key, value }) => this.#field(key, value, depth));
      this.#refuseTwice(fields);
      return { kind: "object", at, fields };
    }
    if (isSeq(node)) {
      return {
        kind: "list",
        at,
        items: node.items.map((item) => this.place(item as Node, depth + 1)),
      };
    }
    return isScalar(node) ? { ...scalarOf(node), at } : nothing;
  }

  #field(key: unknown, value: unknown, depth: number): DataField | readonly [] {
    const at = this.#at(key as Node);
    if (!isScalar(key)) {
      this.say("error", "A key must be a word", at);
      this.failed = true;
      return [];
    }
    const placed: DataNode = value === null
      ? { kind: "scalar", at, value: null }
      : this.place(value as Node, depth + 1);
    return { key: key.source ?? String(key.value), at, value: placed };
  }

  #refuseTwice(fields: readonly DataField[]): void {
    const seen = new Set<string>();
    for (const { key, at } of fields) {
      if (seen.has(key)) {
        this.say("error", `The key '${key}' stands here twice: write a list`, at);
        this.failed = true;
      }
      seen.add(key);
    }
  }

  #at(node: Node): Span {
    const [start, end] = node.range ?? [0, 0];
    return this.#spanOf(start, end);
  }
}

type Scalar = Omit<Extract<DataNode, { readonly kind: "scalar" }>, "at">;

/** Numbers keep the form in which they are written. */
function scalarOf(
  { value, source }: { readonly value: unknown; readonly source?: string },
): Scalar {
  if (typeof value === "number") {
    return { kind: "scalar", value, ...(source === undefined ? {} : { source }) };
  }
  const plain = value === null || typeof value === "boolean" || typeof value === "string";
  return { kind: "scalar", value: plain ? value : String(value) };
}
