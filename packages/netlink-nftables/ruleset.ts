import type { NetlinkRequest } from "@keepalived/netlink-codec";
import { addChain, type Chain, describeBase } from "./chain.ts";
import { addElements, describeElements, type Element } from "./element.ts";
import { addRule, describeRule, type Rule } from "./rule.ts";
import { addSet, describeSet, type NamedSet } from "./set.ts";
import { addTable, deleteTable, describeTable, type Table } from "./table.ts";

/** A table with all that it holds. */
export type TableContent = {
  readonly table: Table;
  readonly sets: readonly FilledSet[];
  readonly chains: readonly FilledChain[];
};

/** A set, or a map, with its elements. */
export type FilledSet = NamedSet & { readonly elements: readonly Element[] };

/** A chain with its rules. */
export type FilledChain = Chain & { readonly rules: readonly Rule[] };

/** So many elements of any kind fit into one attribute of 64 KiB. */
const elementsPerRequest = 500;

/** Changes that leave a table with this content, whatever it had before, if it was there at all. */
export function replaceTable({ table, sets, chains }: TableContent): readonly NetlinkRequest[] {
  return [
    ...removeTable(table),
    addTable(table),
    ...sets.flatMap((set) => addFilledSet(table, set)),
    // All before the rules, which may go to any of them.
    ...chains.map(({ rules: _, ...chain }) => addChain(table, chain)),
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => addRule(table, name, rule))),
  ];
}

/** Changes after which there is no such table, whether there was one or not. */
export function removeTable(table: Table): readonly NetlinkRequest[] {
  return [addTable(table), deleteTable(table)];
}

/** The content as `nft -f` reads it. */
export function printTable({ table, sets, chains }: TableContent): string {
  const blocks = [
    ...sets.map((set) => {
      const { name, value, elements } = set;
      const list = elements.length === 0
        ? []
        : [`elements = { ${describeElements(set, elements)} }`];
      return block(`${value === undefined ? "set" : "map"} ${name}`, [describeSet(set), ...list]);
    }),
    ...chains.map(({ name, base, rules }) =>
      block(`chain ${name}`, [
        ...base === undefined ? [] : [describeBase(base)],
        ...rules.map(describeRule),
      ])
    ),
  ];
  return `table ${describeTable(table)} {\n${blocks.join("")}}\n`;
}

function block(head: string, lines: readonly string[]): string {
  return `\t${head} {\n${lines.map((line) => `\t\t${line};\n`).join("")}\t}\n`;
}

/** Adds a set and what is in it. */
export function addFilledSet(
  table: Table,
  { elements, ...set }: FilledSet,
): readonly NetlinkRequest[] {
  return [
    addSet(table, set),
    ...portions(elements).map((portion) => addElements(table, set, portion)),
  ];
}

/** As many elements as a request takes each. */
export function portions(elements: readonly Element[]): readonly (readonly Element[])[] {
  return Array.from(
    { length: Math.ceil(elements.length / elementsPerRequest) },
    (_, i) => elements.slice(i * elementsPerRequest, (i + 1) * elementsPerRequest),
  );
}
