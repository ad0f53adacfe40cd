/**
 * Tables, chains, sets, elements and rules of nftables as values, in the words of `nft`.
 *
 * One file per object. A builder returns a request that names its equal command; {@linkcode transaction} makes of many
 * one change. A rule is a list of statements, each with its words and with what it means to the kernel.
 *
 * @example
 * ```ts
 * import { addRule, equals, transaction, verdict } from "@keepalived/netlink-nftables";
 *
 * const table = { family: "ip", name: "filter" } as const;
 * const change = addRule(table, "input", [equals("ip saddr", "192.0.2.1"), verdict("drop")]);
 * if (change.name !== "nft add rule ip filter input ip saddr 192.0.2.1 drop") throw new Error("No");
 * const messages = transaction([change]); // in one datagram on a NETLINK_NETFILTER socket
 * if (messages.length !== 3) throw new Error("Not begin, change, end");
 * ```
 *
 * @module
 */

export type { Family } from "./family.ts";
export type { MessageBodyFault } from "./message.ts";
export { transaction } from "./transaction.ts";
export {
  addTable,
  decodeTable,
  deleteTable,
  describeTable,
  listTables,
  type Table,
} from "./table.ts";
export {
  addChain,
  type Chain,
  decodeChain,
  deleteChain,
  type Hook,
  listChains,
  type Policy,
} from "./chain.ts";
export type { KeyFault, KeyType, KeyValue } from "./key.ts";
export { addSet, decodeSet, deleteSet, listSets, type NamedSet, type SetFault } from "./set.ts";
export {
  addElements,
  decodeElements,
  deleteElements,
  type Element,
  type ElementFault,
  listElements,
} from "./element.ts";
export type { Expression, Hex, Register } from "./expression.ts";
export {
  counter,
  duplicate,
  equals,
  type Field,
  goTo,
  inPrefix,
  inSet,
  notInSet,
  setMark,
  type Statement,
  verdict,
} from "./statement.ts";
export {
  addRule,
  decodeRule,
  deleteRules,
  describeRule,
  type KernelRule,
  listRules,
  type Rule,
} from "./rule.ts";
export {
  type FilledChain,
  type FilledSet,
  printTable,
  removeTable,
  replaceTable,
  type TableContent,
} from "./ruleset.ts";
export { changeTables } from "./ruleset_change.ts";
