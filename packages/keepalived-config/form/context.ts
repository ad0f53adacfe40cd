import { clip, type Report } from "@keepalived/conf-parser";
import type { Keyword, Table } from "../schema/keyword.ts";
import type { DataNode } from "./data.ts";

/** Where in the data a value stands, and the rows of the tables met so far. */
export type Context = {
  readonly report: Report;
  readonly path: Path | undefined;
  readonly tables: Map<Table, ReadonlyMap<string, Keyword>>;
};

type Path = { readonly up: Path | undefined; readonly step: string | number };

/** The context of a field or an item. */
export function into({ report, path, tables }: Context, step: string | number): Context {
  return { report, tables, path: { up: path, step } };
}

/** The rows of a table by name. */
export function rowsOf(table: Table, { tables }: Context): ReadonlyMap<string, Keyword> {
  let rows = tables.get(table);
  if (rows === undefined) {
    rows = new Map(table.kind === "keywords" ? table.keywords.map((row) => [row.name, row]) : []);
    tables.set(table, rows);
  }
  return rows;
}

/** `vrrp_instance[0].priority` */
function printPath(path: Path | undefined): string {
  if (path === undefined) return "";
  const before = printPath(path.up);
  if (typeof path.step === "number") return `${before}[${path.step}]`;
  return before === "" ? clip(path.step) : `${before}.${clip(path.step)}`;
}

/** Reports a value that is left out. */
export function refuse(code: string, text: string, node: DataNode, context: Context): void {
  const path = printPath(context.path);
  const message = path === "" ? text : `${path}: ${text}`;
  context.report({ severity: "error", code, message, at: node.at });
}

/** Reports a value of the wrong type. */
export function refuseType(wanted: string, node: DataNode, context: Context): void {
  refuse("wrong-type", `expected ${wanted}, found ${kindOf(node)}`, node, context);
}

function kindOf(node: DataNode): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "object") return "an object";
  const { value } = node;
  if (value === null) return "nothing";
  return typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}
