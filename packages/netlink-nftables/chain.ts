import { type Decoded, fault, ok } from "@keepalived/bytes";
import { type NetlinkRequest, NLM_F_CREATE, NLM_F_DUMP } from "@keepalived/netlink-codec";
import { decodeBody, type MessageBodyFault, request } from "./message.ts";
import { describeTable, type Table } from "./table.ts";

/** Where a base chain of the families ip, ip6 and inet sees packets. */
export type Hook = (typeof hooks)[number];

const hooks = ["prerouting", "input", "forward", "output", "postrouting"] as const;

/** What becomes of a packet that no rule decides on. */
export type Policy = (typeof policies)[number];

const policies = ["drop", "accept"] as const;

/** A list of rules. */
export type Chain = {
  readonly name: string;
  /** Absent: rules reach it by jump or goto only. */
  readonly base?: {
    readonly type: "filter" | "route" | "nat";
    readonly hook: Hook;
    /** Lower ones see a packet earlier; signed, 32 bits. */
    readonly priority: number;
    readonly policy: Policy;
  };
};

const attributes = {
  table: { number: 1, type: "string" },
  name: { number: 3, type: "string" },
  type: { number: 7, type: "string" },
  policy: { number: 5, type: "u32", order: "network" },
  hook: {
    number: 4,
    type: "nested",
    table: {
      number: { number: 1, type: "u32", order: "network" },
      priority: { number: 2, type: "u32", order: "network" },
    },
  },
} as const;

/** `nft add chain ip filter in { type filter hook input priority 0 ; policy accept ; }` */
export function addChain(table: Table, chain: Chain): NetlinkRequest {
  const { name, base } = chain;
  return request({
    command: `add chain ${describeTable(table)} ${name}${
      base === undefined ? "" : ` { ${describeBase(base)} ; }`
    }`,
    message: "newChain",
    flags: NLM_F_CREATE,
    family: table.family,
    table: attributes,
    values: {
      table: table.name,
      name,
      ...base !== undefined && {
        type: base.type,
        policy: policies.indexOf(base.policy),
        hook: { number: hooks.indexOf(base.hook), priority: base.priority >>> 0 },
      },
    },
  });
}

/** `nft delete chain ip filter in`: with its rules. Refused with EBUSY while rules of others go to it. */
export function deleteChain(table: Table, name: string): NetlinkRequest {
  return request({
    command: `delete chain ${describeTable(table)} ${name}`,
    message: "deleteChain",
    family: table.family,
    table: attributes,
    values: { table: table.name, name },
  });
}

/** `nft list chains` */
export function listChains(): NetlinkRequest {
  return request({
    command: "list chains",
    message: "getChain",
    flags: NLM_F_DUMP,
    table: attributes,
    values: {},
  });
}

/** The chain in an answer to {@linkcode listChains}; without `base` if it is a base chain of a kind not listed here. */
export function decodeChain(
  body: Uint8Array,
): Decoded<{ readonly table: Table; readonly chain: Chain }, MessageBodyFault> {
  const decoded = decodeBody(attributes, body);
  if (!decoded.ok) return decoded;
  const { family, values } = decoded.value;
  if (values.table === undefined || values.name === undefined) {
    return fault("nftables-incomplete", body.length);
  }
  const { hook, type } = values;
  const place = hooks[hook?.number ?? -1];
  const policy = policies[values.policy ?? -1];
  const chain: Chain = { name: values.name };
  const table: Table = { family, name: values.table };
  if (type !== "filter" && type !== "route" && type !== "nat") return ok({ table, chain });
  if (hook?.priority === undefined || place === undefined || policy === undefined) {
    return ok({ table, chain });
  }
  const priority = hook.priority | 0;
  return ok({ table, chain: { ...chain, base: { type, hook: place, priority, policy } } });
}

/** `type filter hook input priority -1 ; policy accept` */
export function describeBase({ type, hook, priority, policy }: NonNullable<Chain["base"]>): string {
  return `type ${type} hook ${hook} priority ${priority} ; policy ${policy}`;
}
