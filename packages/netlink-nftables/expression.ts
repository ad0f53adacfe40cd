/** A bytewise string in hexadecimal. */
export type Hex = string;

/**
 * A register: 1 to 4 are 16 bytes wide; 8 to 23 are the same memory in pieces of 4. Data longer than a register runs on
 * into the next.
 */
export type Register = number;

/** Facts about a packet that are not in it, with the names that `nft` prints. */
export const metaKeys = {
  mark: 3,
  iif: 4,
  oif: 5,
  iifname: 6,
  oifname: 7,
  l4proto: 16,
} as const;

/** Where offsets into a packet count from. */
export const payloadBases = ["link", "network", "transport"] as const;

export const comparisons = ["eq", "neq", "lt", "lte", "gt", "gte"] as const;

/** What becomes of a packet; `drop` and `accept` end the base chain. */
export const verdicts = { drop: 0, accept: 1, jump: -3, goto: -4, return: -5 } as const;

/** One instruction of a rule, as the kernel has them; a rule ends where a comparison or a lookup fails. */
export type Expression =
  | { readonly kind: "meta"; readonly key: keyof typeof metaKeys; readonly to: Register }
  /** The other way: what is in a register becomes the fact. */
  | { readonly kind: "meta-set"; readonly key: keyof typeof metaKeys; readonly from: Register }
  | {
    readonly kind: "payload";
    readonly base: (typeof payloadBases)[number];
    /** Bytes. */
    readonly offset: number;
    readonly length: number;
    readonly to: Register;
  }
  | {
    readonly kind: "compare";
    readonly from: Register;
    readonly operator: (typeof comparisons)[number];
    readonly data: Hex;
  }
  /** `to = (from & mask) ^ xor` */
  | {
    readonly kind: "bitwise";
    readonly from: Register;
    readonly to: Register;
    readonly mask: Hex;
    readonly xor: Hex;
  }
  | {
    readonly kind: "lookup";
    readonly set: string;
    readonly from: Register;
    /** Of a map: where its value goes. */
    readonly to?: Register;
    /** Goes on if it is not found. */
    readonly inverted?: true;
  }
  | {
    readonly kind: "verdict";
    readonly verdict: keyof typeof verdicts;
    /** Of `jump` and `goto`. */
    readonly chain?: string;
  }
  | { readonly kind: "counter" }
  /** A copy goes to an address by way of an interface, both in registers. */
  | { readonly kind: "dup"; readonly address: Register; readonly device?: Register }
  /** One that this package has no table for, or with settings that it has no field for. */
  | { readonly kind: "other"; readonly name: string; readonly data: Hex };
