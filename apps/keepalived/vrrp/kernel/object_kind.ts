import type { NetlinkRequest } from "@keepalived/netlink-codec";
import type { Stock } from "./owner.ts";

/** Protocol number that marks what is ours (`ip` prints `proto keepalived`). */
export const PROTOCOL_KEEPALIVED = 18;

/**
 * One kind of object in the kernel's tables.
 *
 * An item is what the configuration asks for, with names of interfaces; a value is what the kernel gets and tells.
 */
export type ObjectKind<Item, Value> = {
  readonly name: Stock["kind"];
  /** What tells an item from others that may be held at the same time. */
  readonly identify: (item: Item) => string;
  /** Items that are the same for the kernel have the same content. */
  readonly contentOf: (item: Item) => string;
  /** In the words of `ip`. */
  readonly describe: (item: Item) => string;
  /** What the kernel is to get now; a text says why nothing can be given yet. */
  readonly resolve: (item: Item) => Value | string;
  /** Values that are the same object have the same key; whether those of one key are the same, `matches` says. */
  readonly keyOf: (value: Value) => string;
  /** Whether what the kernel told of is what we gave, or a part of it. */
  readonly matches: (given: Value, told: Value) => boolean;
  readonly add: (item: Item, value: Value) => NetlinkRequest;
  readonly remove: (value: Value) => NetlinkRequest;
  /** What the kernel tells when it removes a value. */
  readonly partsOf: (value: Value) => readonly Value[];
  /** What is left of a value when the kernel has told of a removal; mostly nothing. */
  readonly restOf: (given: Value, told: Value) => Value | undefined;
  /** Error numbers that say that it is there already. */
  readonly present: readonly number[];
  /** Error numbers that say that it is not there, or not any more. */
  readonly absent: readonly number[];
};
