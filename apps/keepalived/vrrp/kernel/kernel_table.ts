import type { NetlinkRequest } from "@keepalived/netlink-codec";
import type { NetlinkError, NetlinkResult, PreparedAction } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import type { ObjectKind } from "./object_kind.ts";
import type { Loss, Owner, Stock } from "./owner.ts";
import { Removals } from "./removals.ts";
import type { Requests } from "./requests.ts";

type Entry<Item, Value> = {
  item: Item;
  readonly owners: Set<Owner>;
  /** What the kernel was last given, or what others have left of it. */
  value: Value | undefined;
  /** "lost": somebody else removed it, and it comes back when an owner asks for it again. */
  state: "present" | "waiting" | "lost";
  /** What was last said of it, which need not be said again. */
  complaint: string;
  /** When it was last given, counted. */
  serial: number;
};

/** An entry and what of it the kernel was asked to take. */
type Given<Item, Value> = { readonly entry: Entry<Item, Value>; readonly value: Value };

/** What the kernel is to get for an item. */
type Gift<Value> = { readonly value: Value; readonly request: NetlinkRequest };

/** A value that goes, and whose it was. */
type Taking<Value> = { readonly owner: Owner; readonly value: Value };

/** What waits while changes are held back. */
type Held<Item, Value> = {
  /** Values of entries that are to have others. */
  readonly outdated: Taking<Value>[];
  readonly wanted: Set<Entry<Item, Value>>;
};

/**
 * The objects of one kind that this process holds.
 *
 * Knows which of the kernel's notifications answer its own requests, so that a removal by somebody else is seen. What
 * cannot be added yet is added when its interface or address comes.
 */
export class KernelTable<Item, Value> {
  readonly #kind: ObjectKind<Item, Value>;
  readonly #requests: Requests;
  readonly #log: Log;
  /** By {@linkcode ObjectKind.identify}. */
  readonly #entries = new Map<string, Entry<Item, Value>>();
  readonly #removals: Removals<Value>;
  readonly #onChange: () => void;
  #serial = 0;
  #held: Held<Item, Value> | undefined;
  /** Entries that lost their last owner while changes were held back, and whose it was; one may have found another since. */
  readonly #released = new Map<Entry<Item, Value>, Owner>();

  /** @param onChange called when it may have changed whether something is there */
  constructor(
    kind: ObjectKind<Item, Value>,
    requests: Requests,
    log: Log,
    onChange: () => void = () => {},
  ) {
    this.#kind = kind;
    this.#removals = new Removals(kind);
    this.#requests = requests;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Counts up with each object that the kernel is given, or to give back. */
  get serial(): number {
    return this.#serial;
  }

  /** Asks nothing of the kernel until {@linkcode KernelTable.takeHeld} and {@linkcode KernelTable.giveHeld}. */
  hold(): void {
    this.#held = { outdated: [], wanted: new Set() };
  }

  /** What {@linkcode KernelTable.takeHeld} would take. */
  get goneOfHeld(): readonly Value[] {
    return this.#takings().map(({ value }) => value);
  }

  /** Takes from the kernel what nobody has wanted any more since changes were first held back. */
  takeHeld(): void {
    const takings = this.#takings();
    for (const { owners, item } of this.#released.keys()) {
      if (owners.size === 0) this.#entries.delete(this.#kind.identify(item));
    }
    this.#released.clear();
    this.#take(takings);
  }

  /** Gives the kernel what somebody wants now, and holds nothing back any more. */
  giveHeld(): void {
    const wanted = [...this.#held?.wanted ?? []].filter(({ owners }) => owners.size > 0);
    this.#held = undefined;
    this.#put(wanted);
  }

  /** Gives objects to the kernel in one batch. A failure is logged with the kernel's words. */
  add(owner: Owner, items: readonly Item[]): void {
    const entries: Entry<Item, Value>[] = [];
    for (const item of items) {
      const entry = this.#entryOf(item);
      const { state, value } = entry;
      const isSame = entry.item === item ||
        this.#kind.contentOf(entry.item) === this.#kind.contentOf(item);
      entry.owners.add(owner);
      entry.item = item;
      if (value !== undefined) {
        if (state === "lost") this.#take([{ owner, value }]);
        else if (!isSame) this.#held?.outdated.push({ owner, value });
      }
      if (state !== "present" || !isSame) entries.push(entry);
    }
    if (this.#held === undefined) this.#put(entries);
    else for (const entry of entries) this.#held.wanted.add(entry);
  }

  /** Has an owner hold what the kernel was found to have: nothing is asked of it. */
  adopt(owner: Owner, items: readonly Item[]): void {
    for (const item of items) {
      const value = this.#kind.resolve(item);
      if (typeof value === "string") continue;
      const entry = this.#entryOf(item);
      entry.owners.add(owner);
      entry.item = item;
      entry.value = value;
      entry.state = "present";
      entry.serial = ++this.#serial;
    }
  }

  /**
   * Makes ready what {@linkcode KernelTable.add} would do in a moment, when there will be no time for it.
   *
   * @returns undefined if not all can be given, or some are there or were
   */
  prepare(owner: Owner, items: readonly Item[]): PreparedAction | undefined {
    const { identify } = this.#kind;
    const gifts: (Gift<Value> & { readonly item: Item })[] = [];
    for (const item of items) {
      const gift = this.#giftOf(item);
      if (typeof gift === "string" || this.#entries.has(identify(item))) return undefined;
      gifts.push({ item, ...gift });
    }
    const given: Given<Item, Value>[] = [];
    const requests = gifts.map(({ request }) => request);
    const send = this.#requests.prepare(requests, (results) => this.#settle(given, results));
    return () => {
      const rest = send();
      return () => {
        for (const { item, value } of gifts) {
          const entry = this.#entryOf(item);
          entry.owners.add(owner);
          entry.item = item;
          given.push(this.#give(entry, value));
        }
        rest();
      };
    };
  }

  /**
   * Takes objects from the kernel in one batch, but for those that another owner wants. One that is gone already is no
   * failure.
   */
  remove(owner: Owner, items: readonly Item[]): void {
    const { identify, resolve } = this.#kind;
    const values = items.flatMap((item) => {
      const key = identify(item);
      const entry = this.#entries.get(key);
      entry?.owners.delete(owner);
      if (entry !== undefined && entry.owners.size > 0) return [];
      if (entry !== undefined && this.#held !== undefined) {
        this.#released.set(entry, owner);
        return [];
      }
      this.#entries.delete(key);
      // Nobody asked for what an earlier run left.
      const value = entry === undefined ? resolve(item) : entry.value;
      return value === undefined || typeof value === "string" ? [] : [value];
    });
    this.#take(values.map((value) => ({ owner, value })));
  }

  /**
   * What a notified removal took from us, unless we removed it ourselves.
   *
   * Asks once for each notification: it also counts off our own removals.
   */
  lossOf(told: Value): Loss<Item> | undefined {
    if (this.#removals.take(told)) return undefined;
    const key = this.#kind.keyOf(told);
    for (const entry of this.#entries.values()) {
      const { state, value, item, owners } = entry;
      if (state !== "present" || value === undefined || this.#kind.keyOf(value) !== key) continue;
      if (!this.#kind.matches(value, told)) continue;
      entry.state = "lost";
      entry.value = this.#kind.restOf(value, told);
      this.#onChange();
      return { item, owners };
    }
    return undefined;
  }

  /**
   * What is not there, though nobody told of its removal.
   *
   * @param found what the kernel has
   * @param serial {@linkcode KernelTable.serial} when it was asked: what was asked of it since is not looked at
   */
  losses(found: readonly Value[], serial: number): readonly Loss<Item>[] {
    const isThere = this.#valueFinder(found);
    this.#removals.forgetUntil(serial);
    const lost = [...this.#entries.values()].filter((entry) =>
      entry.state === "present" && entry.serial <= serial && entry.value !== undefined &&
      !isThere(entry.value)
    );
    for (const entry of lost) {
      entry.state = "lost";
      entry.value = undefined;
    }
    if (lost.length > 0) this.#onChange();
    return lost.map(({ item, owners }) => ({ item, owners }));
  }

  /** Interfaces changed: what went with one waits for it, and what waited may come. */
  linksChanged(): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === "present" && !this.#stands(entry)) entry.state = "waiting";
    }
    this.retry();
    this.#onChange();
  }

  /** Tries again what the kernel may have removed without a word. It is no harm to give it what it has. */
  doubt(isDoubtful: (value: Value) => boolean): void {
    this.expectLoss(isDoubtful);
    this.retry();
  }

  /** The kernel is going to remove these, for a reason that is ours: they come back when they can. */
  expectLoss(isGoing: (value: Value) => boolean): void {
    for (const entry of this.#entries.values()) {
      if (entry.state !== "present" || entry.value === undefined) continue;
      if (isGoing(entry.value)) entry.state = "waiting";
    }
  }

  /** Tries again what could not be added. */
  retry(): void {
    this.#put(
      [...this.#entries.values()].filter(({ state, owners }) =>
        state === "waiting" && owners.size > 0
      ),
    );
  }

  /** Whether an object is where it should be, as far as the kernel has told. */
  has(item: Item): boolean {
    return this.#entries.get(this.#kind.identify(item))?.state === "present";
  }

  /** Items in the words of `ip`, and whether each is there for an owner. */
  inventory(owner: Owner, items: readonly Item[]): readonly Stock[] {
    const { name, identify, describe } = this.#kind;
    return items.map((item) => {
      const entry = this.#entries.get(identify(item));
      const present = entry?.state === "present" && entry.owners.has(owner);
      return { kind: name, text: describe(item), present };
    });
  }

  /** `address 192.0.2.1/24 dev eth0` */
  describe(item: Item): string {
    return `${this.#kind.name} ${this.#kind.describe(item)}`;
  }

  /** Tells whether an item is among what the kernel has. */
  finder(found: readonly Value[]): (item: Item) => boolean {
    const isThere = this.#valueFinder(found);
    return (item) => {
      const value = this.#kind.resolve(item);
      return typeof value !== "string" && isThere(value);
    };
  }

  /** What goes of what is held back: what changes, and what nobody has taken over. */
  #takings(): readonly Taking<Value>[] {
    const unowned = [...this.#released].flatMap(([{ owners, value }, owner]) =>
      owners.size > 0 || value === undefined ? [] : [{ owner, value }]
    );
    return [...this.#held?.outdated ?? [], ...unowned];
  }

  #valueFinder(found: readonly Value[]): (value: Value) => boolean {
    const { keyOf, matches } = this.#kind;
    const byKey = Map.groupBy(found, keyOf);
    return (value) => byKey.get(keyOf(value))?.some((told) => matches(value, told)) === true;
  }

  #entryOf(item: Item): Entry<Item, Value> {
    const key = this.#kind.identify(item);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry<Item, Value> = {
      item,
      owners: new Set(),
      value: undefined,
      state: "waiting",
      complaint: "",
      serial: 0,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Whether the interfaces that it needs are there, the same ones as when it was given. */
  #stands({ item, value }: Entry<Item, Value>): boolean {
    const now = this.#kind.resolve(item);
    if (typeof now === "string" || value === undefined) return false;
    return this.#kind.keyOf(now) === this.#kind.keyOf(value) && this.#kind.matches(value, now);
  }

  #put(entries: readonly Entry<Item, Value>[]): void {
    const given: Given<Item, Value>[] = [];
    const requests: NetlinkRequest[] = [];
    for (const entry of entries) {
      const gift = this.#giftOf(entry.item);
      if (typeof gift === "string") {
        entry.state = "waiting";
        this.#complain(entry, `Cannot add ${this.describe(entry.item)}: ${gift}`);
        continue;
      }
      given.push(this.#give(entry, gift.value));
      requests.push(gift.request);
    }
    this.#requests.send(requests, (results) => this.#settle(given, results));
  }

  /** What the kernel is to get now; a text says why nothing can be given yet. */
  #giftOf(item: Item): Gift<Value> | string {
    const value = this.#kind.resolve(item);
    return typeof value === "string" ? value : { value, request: this.#kind.add(item, value) };
  }

  #give(entry: Entry<Item, Value>, value: Value): Given<Item, Value> {
    entry.value = value;
    entry.state = "present";
    entry.serial = ++this.#serial;
    return { entry, value };
  }

  #settle(given: readonly Given<Item, Value>[], results: readonly NetlinkResult[]): void {
    for (const [i, result] of results.entries()) {
      const { entry, value } = given[i] ?? {};
      if (entry !== undefined && entry.value === value) this.#settleOne(entry, result);
    }
    this.#onChange();
  }

  #settleOne(entry: Entry<Item, Value>, result: NetlinkResult): void {
    if (result.ok || this.#kind.present.includes(result.error.errno)) {
      entry.complaint = "";
      return;
    }
    if (entry.state === "present") entry.state = "waiting";
    this.#complain(entry, result.error.message);
  }

  /** Each thing once, until it is there: with every change of an interface it is tried again. */
  #complain(entry: Entry<Item, Value>, text: string): void {
    if (entry.complaint === text) return;
    entry.complaint = text;
    const [owner] = entry.owners;
    this.#log("warning", `(${owner?.config.name}) ${text}`);
  }

  #take(takings: readonly Taking<Value>[]): void {
    const parts = takings.map(({ value }) => this.#kind.partsOf(value));
    for (const part of parts.flat()) this.#removals.add(part, ++this.#serial);
    const failed = (i: number, error: NetlinkError) => {
      for (const part of parts[i] ?? []) this.#removals.forget(part);
      if (!this.#kind.absent.includes(error.errno)) {
        this.#log("error", `(${takings[i]?.owner.config.name}) ${error.message}`);
      }
    };
    this.#requests.send(takings.map(({ value }) => this.#kind.remove(value)), (results) => {
      for (const [i, result] of results.entries()) if (!result.ok) failed(i, result.error);
    });
  }
}
