import type { Log } from "../../log.ts";
import type { KernelTable } from "./kernel_table.ts";
import type { Owner, Stock } from "./owner.ts";

/** An object that is on the host whoever is MASTER, and what the configuration says of it besides. */
export type Static<Item> = {
  readonly item: Item;
  /** Whether it is put back when somebody removes it. */
  readonly track: boolean;
  /** Instances tied to it, by the name of their group. */
  readonly trackGroup?: string;
  /** The interface that such instances need up and running. */
  readonly device?: string;
};

/** What an instance of a group lacks. */
export type Missing = { readonly group: string; readonly text: string };

type HeldItems<Item> = Pick<
  KernelTable<Item, unknown>,
  "add" | "remove" | "has" | "describe" | "inventory"
>;

/** The static objects of one kind. */
export class StaticTable<Item> {
  readonly #table: HeldItems<Item>;
  readonly #owner: Owner;
  readonly #log: Log;
  #wanted: ReadonlyMap<string, Static<Item>> = new Map();

  constructor(
    table: HeldItems<Item>,
    owner: Owner,
    log: Log,
  ) {
    this.#table = table;
    this.#owner = owner;
    this.#log = log;
  }

  /** Removes what is not wanted next, the last first. */
  removeOthers(next: readonly Static<Item>[]): void {
    const kept = byItem(next);
    const gone = [...this.#wanted].filter(([key]) => !kept.has(key));
    this.#table.remove(this.#owner, gone.map(([, { item }]) => item).reverse());
  }

  /** Adds what was not wanted before. */
  add(next: readonly Static<Item>[]): void {
    const before = this.#wanted;
    this.#wanted = byItem(next);
    const added = [...this.#wanted].filter(([key]) => !before.has(key));
    this.#table.add(this.#owner, added.map(([, { item }]) => item));
  }

  /** Puts back what somebody removed, unless nothing is to happen. */
  restore(item: Item): void {
    if (this.#wanted.get(JSON.stringify(item))?.track !== true) return;
    this.#log("info", `Restoring deleted static ${this.#table.describe(item)}`);
    this.#table.add(this.#owner, [item]);
  }

  /** All of them, and whether each is there. */
  inventory(): readonly Stock[] {
    return this.#table.inventory(this.#owner, [...this.#wanted.values()].map(({ item }) => item));
  }

  /** What instances are tied to and is not there, or has an interface that does not run. */
  missing(isRunning: (device: string) => boolean): readonly Missing[] {
    return [...this.#wanted.values()].flatMap(({ item, trackGroup: group, device }) => {
      if (group === undefined) return [];
      const what = `static ${this.#table.describe(item)}`;
      if (!this.#table.has(item)) return [{ group, text: `no ${what}` }];
      if (device === undefined || isRunning(device)) return [];
      return [{ group, text: `interface ${device} of ${what} is down` }];
    });
  }
}

/** What the lines are to the kernel: with another `no_track` or `track_group` they are the same objects. */
function byItem<Item>(all: readonly Static<Item>[]): ReadonlyMap<string, Static<Item>> {
  return new Map(all.map((it) => [JSON.stringify(it.item), it]));
}
