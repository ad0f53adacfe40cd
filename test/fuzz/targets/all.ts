import type { Target } from "../engine/target.ts";

/** The names of all targets. Each has a module of its own, so that a run loads and counts only what it tries. */
export const targetNames: readonly string[] = [
  "advertisement",
  "arp-ndp",
  "bfd",
  "configuration",
  "configuration-syntax",
  "control",
  "http",
  "ip",
  "metrics",
  "netlink",
  "netlink-ipvs",
  "netlink-nftables",
  "netlink-route",
  "plain-data",
  "replies",
];

/** The URL of the module that exports a target. */
export function moduleOf(name: string): string {
  return new URL(`${name.replaceAll("-", "_")}.ts`, import.meta.url).href;
}

/** A target by its name, one of {@linkcode targetNames}. */
export async function findTarget(name: string): Promise<Target> {
  const { target } = await import(moduleOf(name)) as { readonly target: Target };
  return target;
}
