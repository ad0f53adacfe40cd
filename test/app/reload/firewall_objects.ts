/** Objects of nftables as `nft -j` prints them in lists and while it monitors. */

/** `{"add":{"element":{…}}}` of a monitor, or an entry of a list, without the verb. */
type Entry = Readonly<Record<string, Described>>;

type Described = {
  readonly family: string;
  readonly name: string;
  readonly table?: string;
  readonly chain?: string;
  readonly expr?: unknown;
  readonly elem?: unknown;
};

/**
 * A ruleset as lines, each with the name of an object and what it is: tables, sets, elements, and chains with their rules,
 * which have no names of their own.
 */
export function firewallLines(json: string): readonly string[] {
  const { nftables } = JSON.parse(json, withoutNumbers) as { readonly nftables: readonly Entry[] };
  const contents = new Map<string, string>();
  for (const entry of nftables.filter((it) => !("metainfo" in it))) {
    for (const [kind, it] of Object.entries(entry)) {
      const { elem: elements = [], ...rest } = it;
      const key = nameOf(kind, it);
      contents.set(key, (contents.get(key) ?? "") + JSON.stringify(rest));
      if (kind !== "set" && kind !== "map") continue;
      for (const element of elements as readonly unknown[]) {
        contents.set(elementName({ ...it, table: it.table ?? "" }, element), "");
      }
    }
  }
  return [...contents].map(([name, content]) => `${name} ${content}`);
}

/** The names of objects that a line of a monitor is about. */
export function namesIn(line: string): readonly string[] {
  const told = JSON.parse(line) as Readonly<Record<string, Entry>>;
  return Object.values(told).flatMap((entry) =>
    Object.entries(entry).flatMap(([kind, it]) => {
      if (kind !== "element") return [nameOf(kind, it)];
      const { set } = it.elem as { readonly set: readonly unknown[] };
      return set.map((element) => elementName(it, element));
    })
  );
}

/** Whether a line of {@linkcode firewallLines} is about an object. */
export function isAbout(line: string, name: string): boolean {
  return line.startsWith(`${name} `);
}

function nameOf(kind: string, { family, table, chain, name }: Described): string {
  switch (kind) {
    case "table":
      return `table ${family} ${name}`;
    case "rule":
      return `chain ${family} ${table} ${chain}`;
    case "map":
      return `set ${family} ${table} ${name}`; // As a monitor calls one that goes.
    default:
      return `${kind} ${family} ${table} ${name}`;
  }
}

function elementName({ family, table, name }: Described, element: unknown): string {
  return `element ${family} ${table} ${name} ${JSON.stringify(element)}`;
}

/** Neither numbers that the kernel gives out nor counts. */
function withoutNumbers(key: string, value: unknown): unknown {
  return ["handle", "packets", "bytes"].includes(key) ? undefined : value;
}
