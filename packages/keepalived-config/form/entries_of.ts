import { clip, type Entry, type Report } from "@keepalived/conf-parser";
import type { Keyword, Table } from "../schema/keyword.ts";
import { ROOT } from "../schema/root.ts";
import { addArguments, addText, textOf } from "./arguments_of.ts";
import { type Context, into, refuse, refuseType, rowsOf } from "./context.ts";
import type { DataField, DataNode } from "./data.ts";
import { addWord, type Draft, finish } from "./draft.ts";
import { LINES_FIELD, nameFieldOf, ORDER_FIELD, takesList } from "./fields.ts";

/**
 * The tree that plain data stands for, as the parser would have made it from a file: each word at the place of its value.
 *
 * Total: what has the wrong type is reported and left out. Unknown keywords stay in the tree, for `bind` to report,
 * except where it would take them as lines.
 */
export function entriesOf(root: DataNode, report: Report): readonly Entry[] {
  return ofBody(root, { table: ROOT, nameField: undefined }, {
    report,
    path: undefined,
    tables: new Map(),
  });
}

type Place = { readonly table: Table; readonly nameField: string | undefined };

function ofBody(node: DataNode, place: Place, context: Context): readonly Entry[] {
  if (node.kind === "scalar" && node.value === null) return [];
  if (node.kind !== "object") {
    refuseType("an object", node, context);
    return [];
  }
  const rows = rowsOf(place.table, context);
  const lines: Entry[] = [];
  const statements: Entry[] = [];
  let order: DataField | undefined;
  for (const field of node.fields) {
    const inner = into(context, field.key);
    const row = rows.get(field.key);
    if (field.key === place.nameField) continue;
    if (row !== undefined) {
      const present = rows.get(row.aliasOf ?? "") ?? row;
      statements.push(...ofField(field, present, inner));
    } else if (field.key === LINES_FIELD && takesLines(place)) {
      lines.push(...ofLines(field.value, inner));
    } else if (field.key === ORDER_FIELD && place.table !== ROOT) order = field;
    else if (takesLines(place)) refuseUnknown(field, context);
    else statements.push(...ofUnknown(field));
  }
  if (order === undefined) return [...lines, ...statements];
  return [...lines, ...inOrder(statements, order.value, into(context, ORDER_FIELD))];
}

function one(entry: Entry | undefined): readonly Entry[] {
  return entry === undefined ? [] : [entry];
}

function takesLines({ table }: Place): boolean {
  return table.kind === "lines" || table.values === true;
}

/** The statements of one keyword. */
function ofField(field: DataField, keyword: Keyword, context: Context): readonly Entry[] {
  const { value } = field;
  const several = value.kind === "list" &&
    (!takesList(keyword) || value.items.some(({ kind }) => kind === "list"));
  if (!several) return one(ofStatement(field, keyword, value, context));
  return value.items.flatMap((item, i) =>
    ofStatement(field, keyword, item, into(context, i)) ?? []
  );
}

function ofStatement(
  { key, at }: DataField,
  keyword: Keyword,
  node: DataNode,
  context: Context,
): Entry | undefined {
  const draft: Draft = { text: "", words: [] };
  addWord(draft, key, at);
  const { block } = keyword;
  if (block === undefined) {
    return addArguments(draft, keyword, node, context) ? finish(draft) : undefined;
  }
  const nameField = nameFieldOf(keyword);
  const braces = (entries: readonly Entry[]) =>
    finish(draft, { open: node.at, close: node.at, entries });
  if (block.kind === "lines" && nameField === undefined) return braces(ofLines(node, context));
  const name = node.kind === "object"
    ? node.fields.find((field) => field.key === nameField)
    : undefined;
  if (nameField !== undefined && name !== undefined) {
    const named = addArguments(draft, keyword, name.value, into(context, nameField));
    if (!named) return undefined;
  }
  return braces(ofBody(node, { table: block, nameField }, context));
}

/** Lines of values: each a string; one alone needs no list. */
function ofLines(node: DataNode, context: Context): readonly Entry[] {
  if (node.kind === "scalar" && node.value === null) return [];
  if (node.kind !== "list") return one(ofLine(node, context));
  return node.items.flatMap((item, i) => ofLine(item, into(context, i)) ?? []);
}

function ofLine(node: DataNode, context: Context): Entry | undefined {
  const text = textOf(node);
  if (text === undefined) {
    refuseType("a line as a string", node, context);
    return undefined;
  }
  const draft: Draft = { text: "", words: [] };
  return addText(draft, text, node, context) ? finish(draft) : undefined;
}

/** A field that no keyword is known for, without its value. */
function ofUnknown({ key, at }: DataField): readonly Entry[] {
  const draft: Draft = { text: "", words: [] };
  addWord(draft, key, at);
  return one(finish(draft));
}

/** Among lines of values it would be one more, which `bind` takes. */
function refuseUnknown({ key, at }: DataField, { report }: Context): void {
  const message = `Unknown keyword '${clip(key)}'`;
  const hint = `write lines as the list '${LINES_FIELD}'`;
  report({ severity: "error", code: "unknown-keyword", message, at, hint });
}

/** The statements in the order that names them one by one; those that it does not name come after. */
function inOrder(
  entries: readonly Entry[],
  order: DataNode,
  context: Context,
): readonly Entry[] {
  if (order.kind !== "list") {
    refuseType("a list of keywords", order, context);
    return entries;
  }
  const waiting = Map.groupBy(entries, ({ words }) => words[0].text);
  const taken = new Map<string, number>();
  const ordered = new Set<Entry>();
  for (const [i, item] of order.items.entries()) {
    const name = textOf(item) ?? "";
    const count = taken.get(name) ?? 0;
    const entry = waiting.get(name)?.[count];
    taken.set(name, count + 1);
    if (entry !== undefined) ordered.add(entry);
    else {
      const times = count === 0 ? "does not stand here" : `stands here only ${count} times`;
      refuse("invalid-value", `'${name}' ${times}`, item, into(context, i));
    }
  }
  return [...ordered, ...entries.filter((entry) => !ordered.has(entry))];
}
