/**
 * Small changes to a source file, each of which a test should notice: other operators, other constants, statements left
 * out. Types are not touched.
 */

import { createHash } from "node:crypto";
import { parse } from "@babel/parser";

/** A source file with one thing wrong. */
export type Mutant = {
  /** Stays the same as long as its line does, wherever that line goes in its file. */
  readonly key: string;
  /** Path of the file. */
  readonly path: string;
  readonly line: number;
  /** `a < b → a <= b` */
  readonly change: string;
  /** What of the source is replaced, and by what. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
};

type Node =
  & { readonly type: string; readonly start: number; readonly end: number }
  & Readonly<
    Record<string, unknown>
  >;
type Replace = (node: Node, replacement: string) => void;

/** What each operator becomes. */
const operators: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["|"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
};

const assignments: Readonly<Record<string, string>> = {
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "|=": "&=",
  "&=": "|=",
  "<<=": ">>=",
  ">>=": "<<=",
  "??=": "=",
  "||=": "=",
  "&&=": "=",
};

const methods: ReadonlyMap<string, string> = new Map([
  ["min", "max"],
  ["max", "min"],
  ["floor", "ceil"],
  ["ceil", "floor"],
  ["some", "every"],
  ["every", "some"],
]);

/** Expressions that wear a type; other nodes of TypeScript's are types and nothing else. */
const typed = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"]);

/** Every mutant of a file, in the order of the source. */
export function mutantsOf(path: string, source: string): readonly Mutant[] {
  const lines = source.split("\n");
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();

  const replace: Replace = ({ start, end }, replacement) => {
    const line = starts.findLastIndex((at) => at <= start);
    const change = `${brief(source.slice(start, end))} → ${brief(replacement)}`;
    const context = [path, lines[line]?.trim(), source.slice(start, end), replacement].join("\0");
    const nth = seen.get(context) ?? 0;
    seen.set(context, nth + 1);
    const key = createHash("sha256").update(`${context}\0${nth}`).digest("base64url").slice(0, 6);
    mutants.push({ key, path, line: line + 1, change, start, end, replacement });
  };

  const visit = (node: Node, parent?: Node): void => {
    if (node.type.startsWith("TS") && !typed.has(node.type)) return;
    if (/^(Import|ExportAll)/.test(node.type)) return;
    change(node, parent, source, replace);
    for (const [name, value] of Object.entries(node)) {
      if (name === "typeAnnotation" || name === "loc") continue;
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) visit(child, node);
      }
    }
  };
  const { program } = parse(source, { sourceType: "module", plugins: ["typescript"] });
  visit(program as unknown as Node);
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The source with the mutant in it. */
export function mutate(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

function change(node: Node, parent: Node | undefined, source: string, replace: Replace): void {
  const textOf = ({ start, end }: Node) => source.slice(start, end);
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression": {
      const { left, right, operator } = node as unknown as Binary;
      for (const other of operators[operator] ?? []) {
        replace(node, `(${textOf(left)} ${other} ${textOf(right)})`);
      }
      return;
    }
    case "AssignmentExpression": {
      const { left, right, operator } = node as unknown as Binary;
      const other = assignments[operator];
      if (other !== undefined) replace(node, `${textOf(left)} ${other} ${textOf(right)}`);
      return;
    }
    case "UnaryExpression": {
      const { operator, argument } = node as unknown as Unary;
      if (operator === "!" || operator === "-" || operator === "~") {
        replace(node, `(${textOf(argument)})`);
      }
      return;
    }
    case "UpdateExpression": {
      const { operator } = node as unknown as Unary;
      replace(node, textOf(node).replace(operator, operator === "++" ? "--" : "++"));
      return;
    }
    case "NumericLiteral":
      if (!isKey(node, parent)) replace(node, String(Number(node["value"]) + 1));
      return;
    case "BooleanLiteral":
      replace(node, node["value"] === true ? "false" : "true");
      return;
    case "StringLiteral":
      if (isKey(node, parent) || parent?.type.startsWith("Export")) return;
      replace(node, node["value"] === "" ? '"mutant"' : '""');
      return;
    case "ConditionalExpression":
    case "IfStatement": {
      const test = node["test"] as Node;
      // Others are turned round by their operator.
      if (/^(Unary|Binary|Logical)/.test(test.type)) return;
      replace(test, `!(${textOf(test)})`);
      return;
    }
    case "ExpressionStatement":
      replace(node, ";");
      return;
    case "MemberExpression":
    case "OptionalMemberExpression": {
      const property = node["property"] as Node;
      const other = methods.get(String(property["name"]));
      if (parent?.type === "CallExpression" && other !== undefined) replace(property, other);
    }
  }
}

type Binary = { readonly left: Node; readonly right: Node; readonly operator: string };
type Unary = { readonly operator: string; readonly argument: Node };

/** Whether a literal names a property. */
function isKey(node: Node, parent: Node | undefined): boolean {
  return parent?.["key"] === node;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && "start" in value;
}

/** A piece of source on one short line. */
function brief(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= 70 ? line : `${line.slice(0, 40)} … ${line.slice(-27)}`;
}
