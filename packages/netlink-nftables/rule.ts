import { type Decoded, fault, ok } from "@keepalived/bytes";
import {
  type NetlinkRequest,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_DUMP,
} from "@keepalived/netlink-codec";
import type { Expression } from "./expression.ts";
import { decodeExpression, encodeExpression } from "./expression_codec.ts";
import { decodeBody, type MessageBodyFault, request } from "./message.ts";
import type { Statement } from "./statement.ts";
import { describeTable, type Table } from "./table.ts";

/** What a chain does with some packets. */
export type Rule = readonly Statement[];

const NFTA_LIST_ELEM = 1;

const attributes = {
  table: { number: 1, type: "string" },
  chain: { number: 2, type: "string" },
  expressions: {
    number: 4,
    type: "array",
    elementNumber: NFTA_LIST_ELEM,
    of: {
      type: "nested",
      table: {
        name: { number: 1, type: "string" },
        data: { number: 2, type: "bytes" },
      },
    },
  },
} as const;

/** `nft add rule ip filter in ip saddr 192.0.2.1 drop`: as the last one of its chain. */
export function addRule(table: Table, chain: string, rule: Rule): NetlinkRequest {
  return request({
    command: `add rule ${describeTable(table)} ${chain} ${describeRule(rule)}`,
    message: "newRule",
    flags: NLM_F_CREATE | NLM_F_APPEND,
    family: table.family,
    table: attributes,
    values: {
      table: table.name,
      chain,
      expressions: rule.flatMap(({ expressions }) => expressions.map(encodeExpression)),
    },
  });
}

/** `nft flush chain ip filter in`: the chain stays, without rules. */
export function deleteRules(table: Table, chain: string): NetlinkRequest {
  return request({
    command: `flush chain ${describeTable(table)} ${chain}`,
    message: "deleteRule",
    family: table.family,
    table: attributes,
    values: { table: table.name, chain },
  });
}

/** `nft list ruleset`, of which this asks for the rules. */
export function listRules(): NetlinkRequest {
  return request({
    command: "list ruleset",
    message: "getRule",
    flags: NLM_F_DUMP,
    table: attributes,
    values: {},
  });
}

/** A rule in an answer to {@linkcode listRules}, as the kernel has it. */
export type KernelRule = {
  readonly table: Table;
  readonly chain: string;
  readonly expressions: readonly Expression[];
};

/** The rule in an answer to {@linkcode listRules}; those of a chain come in their order. */
export function decodeRule(body: Uint8Array): Decoded<KernelRule, MessageBodyFault> {
  const decoded = decodeBody(attributes, body);
  if (!decoded.ok) return decoded;
  const { family, values: { table, chain, expressions: encoded = [] } } = decoded.value;
  if (table === undefined || chain === undefined) return fault("nftables-incomplete", body.length);
  const expressions: Expression[] = [];
  for (const { name, data = new Uint8Array(0) } of encoded) {
    if (name === undefined) return fault("nftables-incomplete", body.length);
    const expression = decodeExpression({ name, data });
    // The offset in the expression says nothing about the body.
    if (!expression.ok) return fault(expression.error.fault, 0);
    expressions.push(expression.value);
  }
  return ok({ table: { family, name: table }, chain, expressions });
}

/** `ip saddr 192.0.2.1 drop` */
export function describeRule(rule: Rule): string {
  return rule.map(({ text }) => text).join(" ");
}
