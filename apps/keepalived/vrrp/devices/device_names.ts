import { type Device, identityOf, type Ipvlan, type Macvlan } from "./device.ts";
import type { PlaceOptions } from "./placement.ts";

/** `IFNAMSIZ` with its NUL. */
const longestName = 15;

/** A device that has no name yet. */
export type Nameless<Kind extends Device = Device> =
  & (Kind extends Macvlan ? Omit<Macvlan, "name"> : Omit<Ipvlan, "name">)
  & {
    readonly wish: {
      /** What the configuration says. */
      readonly name: string | undefined;
      readonly prefix: string;
      readonly virtualRouterId: number;
    };
    /** Who wants it. */
    readonly instance: string;
  };

/**
 * Names for devices: those of the configuration, those that they have already, else `vrrp.51`; for IPv6 `vrrp6.51` if that
 * is taken, and then with a number, `vrrp1.51`.
 *
 * Devices that can only be the same one get one name.
 *
 * @returns devices by their identity
 */
export function nameDevices(
  wanted: readonly Nameless[],
  options: PlaceOptions,
): ReadonlyMap<string, Device> {
  const merged = new Map<string, Nameless>();
  for (const device of wanted) merge(merged, device, options.report);
  const named = new Map<string, Device>();
  const taken = new Set<string>();
  const claim = (device: Nameless, name: string): boolean => {
    const candidate = withName(device, name);
    if (taken.has(name) || options.isForeign(candidate)) return false;
    taken.add(name);
    named.set(identityOf(device), candidate);
    return true;
  };
  for (const device of merged.values()) {
    const { instance, wish: { name } } = device;
    if (name === undefined || claim(device, name)) continue;
    options.report(
      `(${instance}) interface ${name} already exists and is not its own device; ignoring the name`,
    );
  }
  const previous = new Map(options.previous.map((device) => [identityOf(device), device.name]));
  for (const [id, device] of merged) {
    const name = previous.get(id);
    if (named.has(id) || name === undefined || device.wish.name !== undefined) continue;
    if (isCandidate(device, name)) claim(device, name);
  }
  for (const [id, device] of merged) {
    if (named.has(id)) continue;
    for (const name of candidates(device)) if (claim(device, name)) break;
    if (!named.has(id)) options.report(`(${device.instance}) no name is left for its device`);
  }
  // In the order of the configuration, whatever got its name first.
  return new Map([...merged.keys()].flatMap((id) => {
    const device = named.get(id);
    return device === undefined ? [] : [[id, device] as const];
  }));
}

function merge(
  merged: Map<string, Nameless>,
  device: Nameless,
  report: PlaceOptions["report"],
): void {
  const id = identityOf(device);
  const known = merged.get(id);
  if (known === undefined) return void merged.set(id, device);
  if (known.instance !== device.instance) {
    report(
      `(${device.instance}) has the MAC address of (${known.instance}) on ${device.base}: both share one device`,
    );
  }
  const families = [...new Set([...known.families, ...device.families])].sort();
  merged.set(id, { ...known, families });
}

function candidates({ wish: { prefix, virtualRouterId }, families }: Nameless): readonly string[] {
  const numbers = Array.from({ length: 999 }, (_, i) => String(i + 1));
  return ["", ...families.includes(6) ? ["6"] : [], ...numbers]
    .map((number) => `${prefix}${number}.${virtualRouterId}`)
    .filter((name) => name.length <= longestName);
}

/** Whether a name is one that a device may have had made for it. */
function isCandidate({ wish: { prefix, virtualRouterId } }: Nameless, name: string): boolean {
  const end = `.${virtualRouterId}`;
  return name.startsWith(prefix) && name.endsWith(end) &&
    /^\d*$/.test(name.slice(prefix.length, -end.length));
}

function withName({ wish: _, instance: __, ...device }: Nameless, name: string): Device {
  return { name, ...device };
}
