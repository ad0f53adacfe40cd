import { NetlinkConnection, type Reactor } from "@keepalived/reactor";
import { decodeNotification, multicastGroups } from "@keepalived/netlink-route";
import { insideOf } from "../../tools/lab/inside.ts";
import type { Host } from "../../tools/lab/network.ts";
import type { NodeName } from "./configuration.ts";

/** From when to when which nodes had an address. */
export type Span = {
  readonly fromUs: number;
  readonly toUs: number;
  readonly holders: readonly NodeName[];
};

/** Who holds which address, as the kernels of the nodes tell it. */
export class Holders {
  readonly #reactor: Reactor;
  readonly #connections: readonly NetlinkConnection[];
  /** By address, the changes in order. */
  readonly #changes = new Map<string, { atUs: number; holders: readonly NodeName[] }[]>();
  #overruns = 0;

  /** Before any of the addresses is there. */
  constructor(reactor: Reactor, hosts: Readonly<Record<NodeName, Host>>) {
    this.#reactor = reactor;
    this.#connections = (Object.keys(hosts) as NodeName[]).map((node) =>
      insideOf(hosts[node], () =>
        new NetlinkConnection(reactor, {
          groups: [multicastGroups.ipv4Address, multicastGroups.ipv6Address],
          onNotification: (message) => {
            const { ok, value } = decodeNotification(message) as {
              ok: boolean;
              value?: { kind: string; address: { address: string } };
            };
            if (!ok || value === undefined) return;
            if (value.kind === "address-added") this.#change(value.address.address, node, true);
            if (value.kind === "address-removed") this.#change(value.address.address, node, false);
          },
          onOverrun: () => this.#overruns++,
        }))
    );
  }

  /** Who has it now. */
  of(address: string): readonly NodeName[] {
    return this.#changes.get(address)?.at(-1)?.holders ?? [];
  }

  /** Who had it since a time, in order. */
  spans(address: string, sinceUs: number): readonly Span[] {
    if (this.#overruns > 0) throw new Error("The test did not read the kernels' notifications");
    const changes = this.#changes.get(address) ?? [];
    const nowUs = this.#reactor.nowUs();
    return changes.flatMap(({ atUs, holders }, i) => {
      const toUs = changes[i + 1]?.atUs ?? nowUs;
      return toUs <= sinceUs ? [] : [{ fromUs: Math.max(atUs, sinceUs), toUs, holders }];
    });
  }

  /** Forgets what was before. */
  forget(): void {
    for (const changes of this.#changes.values()) changes.splice(0, changes.length - 1);
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection[Symbol.dispose]();
  }

  #change(address: string, node: NodeName, present: boolean): void {
    const before = this.of(address);
    if (before.includes(node) === present) return;
    const others = before.filter((it) => it !== node);
    const holders = present ? [...others, node] : others;
    const changes = this.#changes.get(address) ?? [];
    this.#changes.set(address, changes);
    changes.push({ atUs: this.#reactor.nowUs(), holders });
  }
}
