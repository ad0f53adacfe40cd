import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";

/** Who wants objects, by identity: its configuration may change. */
export type Owner = {
  readonly config:
    & Pick<VrrpInstanceConfig, "name">
    & Partial<Pick<VrrpInstanceConfig, "addresses" | "excludedAddresses" | "routes" | "rules">>;
};

/** An object that somebody else removed, and who wants it. */
export type Loss<Item> = { readonly item: Item; readonly owners: ReadonlySet<Owner> };

/** An object that is wanted now or at other times, and whether it is there. */
export type Stock = {
  readonly kind: "address" | "route" | "rule";
  /** In the words of `ip`. */
  readonly text: string;
  readonly present: boolean;
};
