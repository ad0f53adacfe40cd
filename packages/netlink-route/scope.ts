import type { NameIn } from "./registry.ts";

/** How far an address or a route reaches (rtnetlink(7), `/etc/iproute2/rt_scopes`). */
export const scopes = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
} as const;

/** A name of {@linkcode scopes}, or a number from 0 to 255. */
export type Scope = NameIn<typeof scopes>;
