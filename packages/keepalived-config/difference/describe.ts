import type { Config, VrrpInstanceConfig } from "../model.ts";
import type { VirtualServer } from "../model_lvs.ts";
import type { PlainStatement } from "../plain.ts";
import { showTable } from "../show/entry.ts";
import { INSTANCE } from "../show/instance.ts";
import { showConfig } from "../show/show.ts";
import { describeBlock } from "./describe_block.ts";
import type { ConfigDifference } from "./difference.ts";
import { virtualServerIdentity } from "./identity.ts";
import { sameMeaning } from "./same.ts";

/**
 * What a reload would do, in words, one line each; empty if nothing.
 *
 * Secrets are not shown, only that they change.
 *
 * @param serversAtMost changed real servers of one virtual server that are described; more are counted. Default: all
 */
export function describeDifference(
  it: ConfigDifference,
  serversAtMost: number = Infinity,
): readonly string[] {
  const changed = changedServers(it, serversAtMost);
  const [from, to] = [changed.from, changed.to].map((config) =>
    showConfig(config, { secrets: "shown" }).filter(({ name }) => name !== "vrrp_instance")
  );
  return [
    ...it.refused.map((keyword) =>
      `${keyword} cannot change while the daemon runs: the reload is refused, a restart is needed`
    ),
    ...describeBlock({ keyword: "", from: from ?? [], to: to ?? [] }),
    ...changed.more,
    ...describeInstances(it),
  ];
}

/** What is to be described of two configurations, and what is said of the rest. */
type Changed = { readonly from: Config; readonly to: Config; readonly more: readonly string[] };

/**
 * Both without real servers that are equal and at one place, of which there may be thousands; if the virtual servers are
 * not the same ones, as they are.
 */
function changedServers({ from, to }: ConfigDifference, atMost: number): Changed {
  const pairs = to.virtualServers.flatMap((after, i) => {
    const before = from.virtualServers[i];
    return before === undefined || virtualServerIdentity(before) !== virtualServerIdentity(after)
      ? []
      : [{ before, after, places: changedPlaces(before, after) }];
  });
  const isOther = pairs.length < to.virtualServers.length ||
    to.virtualServers.length < from.virtualServers.length;
  if (isOther) return { from, to, more: [] };
  const of = (it: VirtualServer, places: readonly number[] | undefined) =>
    places === undefined
      ? it
      : { ...it, realServers: places.slice(0, atMost).flatMap((i) => it.realServers[i] ?? []) };
  return {
    from: {
      ...from,
      virtualServers: pairs.map(({ before, places }) => of(before, places)),
    },
    to: { ...to, virtualServers: pairs.map(({ after, places }) => of(after, places)) },
    more: pairs.flatMap(({ after, places = [] }) => {
      const count = places.length - atMost;
      return count > 0 ? [`virtual_server ${after.name}: ${count} more real servers change`] : [];
    }),
  };
}

/** Where the real servers are different; undefined if some came or went. */
function changedPlaces(before: VirtualServer, after: VirtualServer): readonly number[] | undefined {
  const [old, now] = [before.realServers, after.realServers];
  if (old.length !== now.length) return undefined;
  return now.flatMap((server, i) => sameMeaning(old[i], server) ? [] : [i]);
}

/** Virtual routers are the same ones if they are so on the wire, whatever their names. */
function describeInstances(it: ConfigDifference): readonly string[] {
  const { add, change, remove } = it.instances;
  const added = new Map(add.map((one) => [one.name, one]));
  const removed = new Set(remove.map(({ name }) => name));
  const changesOf = (from: VrrpInstanceConfig, to: VrrpInstanceConfig) =>
    describeBlock({
      keyword: "vrrp_instance",
      from: show(it.from, from),
      to: show(it.to, to),
    });
  return [
    ...remove.map((old) => {
      const now = added.get(old.name);
      return now === undefined
        ? `${old.name}: removed: ${routerOf(old)} resigns if it is MASTER, and ends`
        : `${old.name}: ${changesOf(old, now).join(", ")}: this makes it another virtual router,` +
          " the old one ends and the new one starts";
    }),
    ...change.flatMap(({ from, to }) => [
      ...from.name === to.name ? [] : [`${from.name}: renamed ${to.name}, its state is kept`],
      ...changesOf(from, to).map((text) => `${to.name}: ${text}`),
    ]),
    ...add.filter(({ name }) => !removed.has(name))
      .map((now) => `${now.name}: added: ${routerOf(now)} starts`),
  ];
}

function show(config: ConfigDifference["from"], it: VrrpInstanceConfig): readonly PlainStatement[] {
  return showTable(INSTANCE, { config, it });
}

function routerOf(it: VrrpInstanceConfig): string {
  const count = it.addresses.length + it.excludedAddresses.length;
  const addresses = `${count} address${count === 1 ? "" : "es"}`;
  const place = it.interface === undefined ? "" : ` on ${it.interface}`;
  return `virtual router ${it.virtualRouterId}${place} with ${addresses}`;
}
