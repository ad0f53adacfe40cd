import type { NetlinkRequest } from "@keepalived/netlink-codec";
import { difference } from "@keepalived/reconcile";
import { addChain, deleteChain, describeBase } from "./chain.ts";
import { addElements, deleteElements, describeElements, type Element } from "./element.ts";
import { addRule, deleteRules, describeRule } from "./rule.ts";
import {
  addFilledSet,
  type FilledChain,
  type FilledSet,
  portions,
  removeTable,
  replaceTable,
  type TableContent,
} from "./ruleset.ts";
import { deleteSet, describeSet } from "./set.ts";
import { describeTable, type Table } from "./table.ts";

/**
 * Changes that make of tables with one content those with another; others are not touched. Empty if nothing differs.
 *
 * Sets, elements and chains that are in both are not touched either; the rules of a chain are replaced together. What
 * cannot be changed in place, such as the type of a set, has its table replaced. The transaction may be refused if the
 * kernel has not what `from` says, while {@linkcode replaceTable} is right whatever it has.
 */
export function changeTables(
  from: readonly TableContent[],
  to: readonly TableContent[],
): readonly NetlinkRequest[] {
  const tables = difference(to, from, ({ table }) => describeTable(table), () => false);
  return [
    ...tables.remove.flatMap(({ table }) => removeTable(table)),
    ...tables.add.flatMap(replaceTable),
    ...tables.change.flatMap((it) => changeTable(it.from, it.to)),
  ];
}

function changeTable(from: TableContent, to: TableContent): readonly NetlinkRequest[] {
  const sets = difference(to.sets, from.sets, nameOf, isSameSet);
  const chains = difference(to.chains, from.chains, nameOf, isSameChain);
  const canChange = sets.change.every((it) => canChangeElements(it.from, it.to)) &&
    chains.change.every((it) => isSameBase(it.from, it.to));
  if (!canChange) return replaceTable(to);
  const { table } = to;
  const filled = [...chains.add, ...chains.change.map((it) => it.to)];
  return [
    // What goes is out of use first, and what comes is there before it is used.
    ...chains.change.map(({ to: { name } }) => deleteRules(table, name)),
    ...chains.remove.map(({ name }) => deleteRules(table, name)),
    ...chains.remove.map(({ name }) => deleteChain(table, name)),
    ...sets.remove.map((set) => deleteSet(table, set)),
    ...sets.add.flatMap((set) => addFilledSet(table, set)),
    ...sets.change.flatMap((it) => changeElements(table, it.from, it.to)),
    ...chains.add.map(({ rules: _, ...chain }) => addChain(table, chain)),
    ...filled.flatMap(({ name, rules }) => rules.map((rule) => addRule(table, name, rule))),
  ];
}

function changeElements(table: Table, from: FilledSet, to: FilledSet): readonly NetlinkRequest[] {
  const text = (element: Element) => describeElements(to, [element]);
  const { add, remove } = difference(to.elements, from.elements, text, () => true);
  const { elements: _, ...set } = to;
  return [
    ...portions(remove).map((portion) => deleteElements(table, set, portion)),
    ...portions(add).map((portion) => addElements(table, set, portion)),
  ];
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function isSameSet(one: FilledSet, other: FilledSet): boolean {
  return describeSet(one) === describeSet(other) &&
    describeElements(one, one.elements) === describeElements(other, other.elements);
}

/** Whether they differ in nothing but their elements, and those may change. */
function canChangeElements(one: FilledSet, other: FilledSet): boolean {
  return one.constant !== true && describeSet(one) === describeSet(other);
}

function isSameChain(one: FilledChain, other: FilledChain): boolean {
  const rules = ({ rules }: FilledChain) => rules.map(describeRule).join("\n");
  return isSameBase(one, other) && rules(one) === rules(other);
}

function isSameBase({ base: one }: FilledChain, { base: other }: FilledChain): boolean {
  return (one && describeBase(one)) === (other && describeBase(other));
}
