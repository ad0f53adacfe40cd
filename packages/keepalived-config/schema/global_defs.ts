import { GLOBAL_CORE } from "./global_core.ts";
import { GLOBAL_OTHERS } from "./global_others.ts";
import { GLOBAL_VRRP } from "./global_vrrp.ts";
import type { Table } from "./keyword.ts";

/** `global_defs`: what holds for the whole daemon. */
export const GLOBAL_DEFS: Table = {
  kind: "keywords",
  name: "global_defs",
  keywords: [...GLOBAL_CORE, ...GLOBAL_VRRP, ...GLOBAL_OTHERS],
};
