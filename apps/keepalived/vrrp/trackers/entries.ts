import type {
  Config,
  Route,
  SyncGroupConfig,
  Tracked,
  Tracking,
  VrrpInstanceConfig,
} from "@keepalived/keepalived-config";

/** What can be tracked; the words are those of the keywords `track_…`. */
export type TrackedKind = "interface" | "script" | "file" | "process" | "bfd";

/** One thing that an instance tracks. */
export type Entry = Tracked & { readonly kind: TrackedKind };

const lists = {
  interfaces: "interface",
  scripts: "script",
  files: "file",
  processes: "process",
  bfdInstances: "bfd",
} as const satisfies Record<keyof Tracking, TrackedKind>;

/**
 * Everything that each instance tracks: its own lists, those of its group, and the other interfaces that its addresses
 * and routes need. Of several entries for a thing the first one counts, in this order.
 */
export function entriesOf(config: Config): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map(config.syncGroups.map((group) => [group.name, group]));
  return new Map(config.instances.map((instance) => {
    const group = instance.syncGroup === undefined ? undefined : groups.get(instance.syncGroup);
    return [instance.name, entriesOfInstance(instance, group)];
  }));
}

/** What tells an entry apart from others, and what operators read: `script check_web`. */
export function titleOf({ kind, name }: Entry): string {
  return `${kind} ${name}`;
}

function entriesOfInstance(
  instance: VrrpInstanceConfig,
  group: SyncGroupConfig | undefined,
): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (
    const entry of [
      ...listed(instance.tracking),
      ...group === undefined ? [] : listed(group.tracking),
      ...needed(instance),
    ]
  ) {
    const title = titleOf(entry);
    if (!entries.has(title)) entries.set(title, entry);
  }
  return [...entries.values()];
}

function listed(tracking: Tracking): readonly Entry[] {
  return (Object.keys(lists) as (keyof Tracking)[]).flatMap((list) =>
    tracking[list].map((tracked) => ({ ...tracked, kind: lists[list] }))
  );
}

/** The interfaces of addresses and routes. The instance's own one is its own affair. */
function needed(instance: VrrpInstanceConfig): readonly Entry[] {
  const { addresses, excludedAddresses, routes } = instance;
  const names = [
    ...[...addresses, ...excludedAddresses].filter(({ track }) => track)
      .map((address) => address.interface),
    ...routes.filter(({ track }) => track).flatMap(interfacesOf),
  ];
  return names.filter((name) => name !== instance.interface)
    .map((name) => ({ kind: "interface", name, weight: 0, reverse: false }));
}

function interfacesOf(route: Route): readonly string[] {
  return [route, ...route.nexthops].flatMap(({ interface: name }) => name ?? []);
}
