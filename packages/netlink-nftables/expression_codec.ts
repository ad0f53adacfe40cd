import { type Decoded, formatHex, ok, parseHex } from "@keepalived/bytes";
import {
  type AttributeFault,
  type AttributeTable,
  type AttributeValues,
  decodeAttributes,
  encodeAttributes,
} from "@keepalived/netlink-codec";
import { dataTable } from "./data.ts";
import {
  comparisons,
  type Expression,
  type Hex,
  metaKeys,
  payloadBases,
  verdicts,
} from "./expression.ts";

const u32 = { type: "u32", order: "network" } as const;
const data = { type: "nested", table: dataTable } as const;

const tables = {
  meta: { key: { number: 2, ...u32 }, to: { number: 1, ...u32 }, from: { number: 3, ...u32 } },
  payload: {
    to: { number: 1, ...u32 },
    base: { number: 2, ...u32 },
    offset: { number: 3, ...u32 },
    length: { number: 4, ...u32 },
  },
  cmp: {
    from: { number: 1, ...u32 },
    operator: { number: 2, ...u32 },
    data: { number: 3, ...data },
  },
  bitwise: {
    from: { number: 1, ...u32 },
    to: { number: 2, ...u32 },
    length: { number: 3, ...u32 },
    mask: { number: 4, ...data },
    xor: { number: 5, ...data },
    operation: { number: 6, ...u32 },
  },
  lookup: {
    from: { number: 2, ...u32 },
    to: { number: 3, ...u32 },
    set: { number: 1, type: "string" },
    flags: { number: 5, ...u32 },
  },
  immediate: { to: { number: 1, ...u32 }, data: { number: 2, ...data } },
  counter: {},
  dup: { address: { number: 1, ...u32 }, device: { number: 2, ...u32 } },
} as const satisfies Record<string, AttributeTable>;

const NFT_LOOKUP_F_INV = 1;
const NFT_REG_VERDICT = 0;

/** An expression on the wire: the name of its kind, and attributes that only the kind knows. */
export type EncodedExpression = { readonly name: string; readonly data: Uint8Array };

/** @throws RangeError for numbers out of range and for what is no hexadecimal */
export function encodeExpression(expression: Expression): EncodedExpression {
  switch (expression.kind) {
    case "meta":
      return encoded("meta", { key: metaKeys[expression.key], to: expression.to });
    case "meta-set":
      return encoded("meta", { key: metaKeys[expression.key], from: expression.from });
    case "payload": {
      const { base, offset, length, to } = expression;
      return encoded("payload", { to, base: payloadBases.indexOf(base), offset, length });
    }
    case "compare": {
      const { from, operator, data } = expression;
      return encoded("cmp", { from, operator: comparisons.indexOf(operator), data: value(data) });
    }
    case "bitwise": {
      const { from, to, mask, xor } = expression;
      const length = bytesOf(mask).length;
      return encoded("bitwise", { from, to, length, mask: value(mask), xor: value(xor) });
    }
    case "lookup": {
      const { set, from, to, inverted } = expression;
      return encoded("lookup", {
        from,
        ...to !== undefined && { to },
        set,
        ...inverted === true && { flags: NFT_LOOKUP_F_INV },
      });
    }
    case "verdict": {
      const { verdict, chain } = expression;
      const code = verdicts[verdict] >>> 0;
      return encoded("immediate", {
        to: NFT_REG_VERDICT,
        data: { verdict: { code, ...chain !== undefined && { chain } } },
      });
    }
    case "counter":
      return encoded("counter", {});
    case "dup": {
      const { address, device } = expression;
      return encoded("dup", { address, ...device !== undefined && { device } });
    }
    case "other":
      return { name: expression.name, data: bytesOf(expression.data) };
  }
}

/** What is not understood whole comes back as `other`. */
export function decodeExpression(
  { name, data }: EncodedExpression,
): Decoded<Expression, AttributeFault> {
  const table = Object.hasOwn(tables, name) ? tables[name as keyof typeof tables] : undefined;
  const other: Expression = { kind: "other", name, data: formatHex(data) };
  if (table === undefined) return ok(other);
  const values = decodeAttributes(table, data);
  if (!values.ok) return values;
  return ok(decoders[name as keyof typeof tables](values.value as Values) ?? other);
}

/** The values of any of the tables. */
type Values =
  & {
    readonly [Name in NumberName]?: number;
  }
  & {
    readonly [Name in "data" | "mask" | "xor"]?: AttributeValues<typeof dataTable>;
  }
  & { readonly set?: string };

type NumberName =
  | "key"
  | "to"
  | "from"
  | "base"
  | "offset"
  | "length"
  | "operator"
  | "operation"
  | "flags"
  | "address"
  | "device";

type Decoder = (values: Values) => Expression | undefined;

const decoders: Readonly<Record<keyof typeof tables, Decoder>> = {
  meta: ({ key: number, to, from }) => {
    const key = nameOf(metaKeys, number);
    if (key === undefined || (to === undefined) === (from === undefined)) return undefined;
    return to === undefined
      ? { kind: "meta-set", key, from: from ?? 0 }
      : { kind: "meta", key, to };
  },
  payload: ({ to, base: number, offset, length }) => {
    const base = payloadBases[number ?? -1];
    if (to === undefined || base === undefined || offset === undefined || length === undefined) {
      return undefined;
    }
    return { kind: "payload", base, offset, length, to };
  },
  cmp: ({ from, operator: number, data }) => {
    const operator = comparisons[number ?? -1];
    const hex = hexOf(data);
    if (from === undefined || operator === undefined || hex === undefined) return undefined;
    return { kind: "compare", from, operator, data: hex };
  },
  bitwise: ({ from, to, length, operation = 0, ...values }) => {
    const [mask, xor] = [hexOf(values.mask), hexOf(values.xor)];
    if (from === undefined || to === undefined || mask === undefined || xor === undefined) {
      return undefined;
    }
    // The length is not a field: it is that of the mask.
    if (operation !== 0 || length !== mask.length / 2) return undefined;
    return { kind: "bitwise", from, to, mask, xor };
  },
  lookup: ({ from, to, set, flags = 0 }) => {
    if (from === undefined || set === undefined || (flags & ~NFT_LOOKUP_F_INV) !== 0) {
      return undefined;
    }
    return {
      kind: "lookup",
      set,
      from,
      ...to !== undefined && { to },
      ...flags === NFT_LOOKUP_F_INV && { inverted: true },
    };
  },
  immediate: ({ to, data }) => {
    const { code, chain } = data?.verdict ?? {};
    const verdict = nameOf(verdicts, code === undefined ? undefined : code | 0);
    if (to !== NFT_REG_VERDICT || verdict === undefined) return undefined;
    return { kind: "verdict", verdict, ...chain !== undefined && { chain } };
  },
  counter: () => ({ kind: "counter" }),
  dup: ({ address, device }) =>
    address === undefined
      ? undefined
      : { kind: "dup", address, ...device !== undefined && { device } },
};

function encoded<Name extends keyof typeof tables>(
  name: Name,
  values: AttributeValues<typeof tables[Name]>,
): EncodedExpression {
  return { name, data: encodeAttributes<AttributeTable>(tables[name], values) };
}

function value(hex: Hex): AttributeValues<typeof dataTable> {
  return { value: bytesOf(hex) };
}

function bytesOf(hex: Hex): Uint8Array {
  const bytes = parseHex(hex);
  if (bytes === undefined) throw new RangeError(`Not hexadecimal: ${hex}`);
  return bytes;
}

function hexOf(data: AttributeValues<typeof dataTable> | undefined): Hex | undefined {
  return data?.value === undefined ? undefined : formatHex(data.value);
}

function nameOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  number: number | undefined,
): Name | undefined {
  return (Object.keys(numbers) as Name[]).find((name) => numbers[name] === number);
}
