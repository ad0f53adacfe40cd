import { type Node, parse } from "acorn";

/** A module that counts where it goes. */
export type Instrumented = {
  readonly code: string;
  /** How many counters it has. */
  readonly edges: number;
  /** Texts and numbers that stand in it: an input that holds one gets past the comparison with it. */
  readonly words: readonly (string | number)[];
};

/** What a counter is called in the code: an array that all modules share. */
export const countersName = "__fuzzEdges";

type Tree = Node & Readonly<Record<string, unknown>>;
/** `length` of what it ends; without bound if something begins. */
type Insertion = { readonly at: number; readonly text: string; readonly length: number };

/**
 * Puts a counter where JavaScript can go one way or another. Lines keep their numbers.
 *
 * @param source JavaScript, a module
 * @param first the number of its first counter
 */
export function instrument(source: string, first: number): Instrumented {
  const insertions: Insertion[] = [];
  const words = new Set<string | number>();
  let next = first;
  const count = () => `__e[${next++}]++`;
  const open = (at: number, text: string) =>
    insertions.push({ at, text, length: Number.MAX_SAFE_INTEGER });
  const close = (node: Tree, text: string) =>
    insertions.unshift({ at: node.end, text, length: node.end - node.start });

  const countStatement = (node: Tree) => {
    if (node.type === "BlockStatement") return open(node.start + 1, `${count()};`);
    open(node.start, `{${count()};`);
    close(node, "}");
  };
  const countExpression = (node: Tree) => {
    open(node.start, `(${count()},`);
    close(node, ")");
  };

  const enter = (node: Tree): void => {
    const child = (name: string) => node[name] as Tree;
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
        countStatement(child("body"));
        break;
      case "ArrowFunctionExpression":
        if (child("body").type === "BlockStatement") countStatement(child("body"));
        else countExpression(child("body"));
        break;
      case "IfStatement":
        countStatement(child("consequent"));
        if (node["alternate"] === null) close(node, `else ${count()};`);
        else if (child("alternate").type !== "IfStatement") countStatement(child("alternate"));
        break;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        countStatement(child("body"));
        break;
      case "CatchClause":
        countStatement(child("body"));
        break;
      case "SwitchCase": {
        const [statement] = node["consequent"] as readonly Tree[];
        if (statement !== undefined) open(statement.start, `${count()};`);
        break;
      }
      case "ConditionalExpression":
        countExpression(child("consequent"));
        countExpression(child("alternate"));
        break;
      case "LogicalExpression":
        countExpression(child("right"));
        break;
      case "Literal":
        if (typeof node["value"] === "string" || typeof node["value"] === "number") {
          words.add(node["value"]);
        }
        break;
      case "Property":
        if (child("key").type === "Identifier") words.add(String(child("key")["name"]));
        break;
    }
    for (const value of Object.values(node)) {
      for (const item of Array.isArray(value) ? value : [value]) if (isTree(item)) enter(item);
    }
  };
  enter(parse(source, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Tree);
  // At one place ends come before beginnings: of the ends that of the inner, which was made later; of the beginnings that
  // of the outer.
  insertions.sort((a, b) => a.at - b.at || a.length - b.length);
  const pieces = [`const __e=globalThis.${countersName};`];
  let done = 0;
  for (const { at, text } of insertions) {
    pieces.push(source.slice(done, at), text);
    done = at;
  }
  return { code: pieces.join("") + source.slice(done), edges: next - first, words: [...words] };
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string";
}
