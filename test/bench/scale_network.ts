import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Host } from "../../tools/lab/network.ts";
import { realTimeLines } from "./contenders.ts";
import { workFolder } from "./work_folder.ts";

/** How many virtual routers, over how many links. */
export type Size = {
  readonly links: number;
  readonly perLink: number;
  readonly intervalMs: number;
};

/** By number of instances: what the hardest cases are. */
export const sizes: Readonly<Record<number, Size>> = {
  255: { links: 1, perLink: 255, intervalMs: 100 },
  1000: { links: 50, perLink: 20, intervalMs: 1000 },
};

/** Of the two nodes. */
export const priorities = { a: 200, b: 100 } as const;

/** Two hosts with links between them. */
export type Cluster = { readonly a: Host; readonly b: Host; readonly dispose: () => Promise<void> };

/** The address of a node on a link. */
export function nodeAddress(node: "a" | "b", link: number): string {
  return `10.${100 + link}.0.${node === "a" ? 1 : 2}`;
}

/** The address of a virtual router. */
export function virtualAddress(link: number, virtualRouterId: number): string {
  return `10.${100 + link}.1.${virtualRouterId}`;
}

/** Each link is a pair of interfaces of one name. */
export async function createCluster({ links }: Size): Promise<Cluster> {
  const a = await Host.create("a");
  const b = await Host.create("b");
  const numbers = Array.from({ length: links }, (_, link) => link);
  batch(a, numbers.map((n) => `link add name eth${n} type veth peer name eth${n} netns ${b.pid}`));
  for (const [node, host] of [["a", a], ["b", b]] as const) {
    batch(
      host,
      numbers.flatMap((n) => [
        `address add ${nodeAddress(node, n)}/16 dev eth${n}`,
        `link set dev eth${n} up`,
      ]),
    );
  }
  return { a, b, dispose: async () => void await Promise.all([a.dispose(), b.dispose()]) };
}

function batch(host: Host, lines: readonly string[]): void {
  const file = join(workFolder(), "ip-batch");
  writeFileSync(file, lines.join("\n") + "\n");
  host.run(`ip -batch ${file}`);
}

/** All virtual routers of a node. */
export function scaleConfiguration(node: "a" | "b", size: Size): string {
  const blocks: string[] = [];
  for (let link = 0; link < size.links; link++) {
    for (let id = 1; id <= size.perLink; id++) {
      blocks.push(`vrrp_instance VI_${link}_${id} {
    state BACKUP
    interface eth${link}
    virtual_router_id ${id}
    priority ${priorities[node]}
    advert_int ${size.intervalMs / 1000}
    virtual_ipaddress {
        ${virtualAddress(link, id)}/16
    }
}
`);
    }
  }
  return `global_defs {
    vrrp_version 3
${realTimeLines}}
${blocks.join("")}`;
}
