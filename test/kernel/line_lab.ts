/** A namespace in which lines of the configuration are carried out by our requests, and the same words by `ip`. */

import assert from "node:assert/strict";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import { listAddresses, listLinks } from "@keepalived/netlink-route";
import { Interfaces } from "../../apps/keepalived/vrrp/interfaces.ts";
import type { ObjectKind } from "../../apps/keepalived/vrrp/kernel/object_kind.ts";
import { NetlinkKernel } from "./netlink_kernel.ts";

/** A line of the configuration; the words for `ip` where they are not the same, with `-6` before them for IPv6. */
export type Line = string | readonly [line: string, words: string];

/** What came of an addition: the entries that it made, or what the kernel said. */
export type Outcome = { readonly made: readonly string[]; readonly refusal?: string };

/** The entries of one family now, and those that were there at first. */
type List = { readonly first: readonly string[]; readonly now: () => readonly string[] };

/** Two interfaces `eth0` and `eth1` with addresses, and the entries of one kind on the host. */
export class LineLab {
  readonly interfaces: Interfaces = new Interfaces();
  readonly #kernel = new NetlinkKernel([
    "ipv4Address",
    "ipv6Address",
    "ipv4Route",
    "ipv6Route",
    "ipv4Rule",
    "ipv6Rule",
  ]);
  readonly #lists: ReadonlyMap<string, List>;

  /** @param words what `ip` lists the entries with */
  constructor(words: string) {
    const kernel = this.#kernel;
    kernel.run("ip link add eth0 type veth peer name eth1");
    for (const device of ["lo", "eth0", "eth1"]) {
      kernel.run(`ip link set dev ${device} addrgenmode none`);
      kernel.run(`ip link set dev ${device} up`);
    }
    kernel.run("ip address add 192.0.2.1/24 dev eth0");
    kernel.run("ip address add 192.0.2.2/24 dev eth0");
    kernel.run("ip address add 198.51.100.1/24 dev eth1");
    kernel.run("ip address add 2001:db8::1/64 dev eth0 nodad");
    this.interfaces.reset([...kernel.list(listLinks()), ...kernel.list(listAddresses())]);
    this.#lists = new Map(["-4", "-6"].map((family) => {
      const now = () => entriesOf(kernel.run(`ip ${family} -details -json ${words}`));
      return [family, { first: now(), now }];
    }));
  }

  /** Adds by our request and removes by our request, which must leave nothing. */
  ours<Item, Value>(kind: ObjectKind<Item, Value>, item: Item, line: Line): Outcome {
    const value = kind.resolve(item);
    if (typeof value === "string") throw new Error(value);
    const list = this.#listOf(line);
    const refusal = this.#refusalOf(kind.add(item, value));
    if (refusal !== undefined) return { made: [], refusal };
    const made = without(list.now(), list.first);
    const isTold = this.#told(kind.name).some((told) => {
      const one = told as Value;
      return kind.keyOf(one) === kind.keyOf(value) && kind.matches(value, one);
    });
    assert.ok(isTold, "the kernel told of another");
    assert.equal(this.#refusalOf(kind.remove(value)), undefined);
    assert.deepEqual(list.now(), list.first, "left behind");
    return { made };
  }

  /** The same by two commands. */
  theirs(line: Line, add: string, remove: string): Outcome {
    const list = this.#listOf(line);
    try {
      this.#kernel.run(add);
    } catch (error) {
      const refusal = (error as Error).message.replace(/^(Error|RTNETLINK answers): /, "");
      return { made: [], refusal };
    }
    const made = without(list.now(), list.first);
    this.#kernel.run(remove);
    assert.deepEqual(list.now(), list.first, `left behind by ${add}`);
    this.#kernel.notifications();
    return { made };
  }

  [Symbol.dispose](): void {
    this.#kernel[Symbol.dispose]();
  }

  #listOf(line: Line): List {
    return this.#lists.get(wordsOf(line).family) as List;
  }

  #refusalOf(request: NetlinkRequest): string | undefined {
    const end = this.#kernel.ask(request).at(-1);
    return end?.kind === "refused" ? `${end.text ?? end.errno}.` : undefined;
  }

  #told(name: string): readonly unknown[] {
    return this.#kernel.notifications().flatMap((it): unknown[] => {
      if (it.kind !== `${name}-added`) return [];
      if (it.kind === "address-added") return [it.address];
      if (it.kind === "route-added") return [it.route];
      return it.kind === "rule-added" ? [it.rule] : [];
    });
  }
}

/** A configuration with one line in a block. */
export function configOf(block: string, line: string): Config {
  const text = `${block} {\n  ${line}\n}\nvrrp_instance V {\n  interface eth0\n` +
    "  virtual_router_id 1\n  virtual_ipaddress {\n    192.0.2.100\n  }\n}\n";
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "a" });
  assert.ok(config, JSON.stringify(diagnostics));
  return config;
}

export function onlyOf<T>(all: readonly T[]): T {
  const [only, ...others] = all;
  assert.deepEqual(others, []);
  assert.ok(only, "the line was refused");
  return only;
}

export function lineOf(line: Line): string {
  return typeof line === "string" ? line : line[0];
}

/** The words for `ip` after its object, and the option for the family. */
export function wordsOf(line: Line): { readonly words: string; readonly family: "-4" | "-6" } {
  const words = typeof line === "string" ? line : line[1];
  return words.startsWith("-6 ")
    ? { words: words.slice(3), family: "-6" }
    : { words, family: "-4" };
}

/** One text for each entry, or for each address of each interface. */
function entriesOf(json: string): readonly string[] {
  const entries = JSON.parse(json) as readonly { readonly addr_info?: readonly unknown[] }[];
  return entries.flatMap((entry) => entry.addr_info ?? [entry]).map((entry) =>
    // Lifetimes count down meanwhile.
    JSON.stringify(entry).replace(
      /"(expires|preferred_life_time)":(\d+)/g,
      (_, name, value) => `"${name}":${Math.ceil(Number(value) / 100)}00`,
    )
  );
}

function without(all: readonly string[], others: readonly string[]): readonly string[] {
  return all.filter((one) => !others.includes(one));
}
