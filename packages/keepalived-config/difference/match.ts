/**
 * Finding objects of one configuration again in the next one: for the processes that run them, without the keyword
 * tables.
 *
 * @module
 */

import { type Difference, difference } from "@keepalived/reconcile";
import type { VrrpInstanceConfig } from "../model.ts";
import type { CheckerConfig } from "../model_checker.ts";
import type { RealServer, VirtualServer } from "../model_lvs.ts";
import {
  checkerIdentity,
  instanceIdentity,
  realServerIdentity,
  virtualServerIdentity,
} from "./identity.ts";
import { sameMeaning } from "./same.ts";

export { checkerIdentity, realServerIdentity, virtualServerIdentity } from "./identity.ts";

/** Which virtual routers go on, perhaps changed, which end and which begin. */
export function matchInstances(
  from: readonly VrrpInstanceConfig[],
  to: readonly VrrpInstanceConfig[],
): Difference<VrrpInstanceConfig> {
  return match(from, to, instanceIdentity, nameOf);
}

/** The same of virtual servers. */
export function matchVirtualServers(
  from: readonly VirtualServer[],
  to: readonly VirtualServer[],
): Difference<VirtualServer> {
  return match(from, to, virtualServerIdentity);
}

/** The same of the real servers of one virtual server. */
export function matchRealServers(
  from: readonly RealServer[],
  to: readonly RealServer[],
): Difference<RealServer> {
  return match(from, to, realServerIdentity);
}

/** The same of the checkers of one real server: those that go on keep their verdict. */
export function matchCheckers(
  from: readonly CheckerConfig[],
  to: readonly CheckerConfig[],
): Difference<CheckerConfig> {
  return match(from, to, checkerIdentity);
}

/**
 * Compares two lists by identity.
 *
 * Several items of one identity, as virtual routers with disjoint peers may be, are told apart by their names, else by
 * their order.
 */
export function match<T>(
  from: readonly T[],
  to: readonly T[],
  identity: (item: T) => string,
  name: (item: T) => string = () => "",
): Difference<T> {
  const shared = new Set([...repeated(from.map(identity)), ...repeated(to.map(identity))]);
  // One object may be in both lists, under different keys.
  const { add, change, remove } = difference(
    keysOf(to, identity, name, shared),
    keysOf(from, identity, name, shared),
    ([, key]) => key,
    ([a], [b]) => sameMeaning(a, b),
  );
  return {
    add: add.map(([item]) => item),
    change: change.map(({ from: [before], to: [after] }) => ({ from: before, to: after })),
    remove: remove.map(([item]) => item),
  };
}

/** The identity of what is known by its name. */
export function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function keysOf<T>(
  items: readonly T[],
  identity: (item: T) => string,
  name: (item: T) => string,
  shared: ReadonlySet<string>,
): readonly (readonly [T, string])[] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const id = identity(item);
    const key = shared.has(id) ? `${id} ${name(item)}` : id;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return [item, count === 0 ? key : `${key} ${count}`];
  });
}

function repeated(all: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(one).size);
}
