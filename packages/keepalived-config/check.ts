import { clip, type Report } from "@keepalived/conf-parser";
import type { VrrpInstanceConfig } from "./model.ts";
import { sayer } from "./read_instance.ts";

/**
 * Rules between instances: one virtual router an interface, one owner of an address, one interface a name.
 *
 * @returns the instances that can run, without the addresses that another one has
 */
export function checkInstances(
  instances: readonly VrrpInstanceConfig[],
  report: Report,
): readonly VrrpInstanceConfig[] {
  const routers = new Map<string, VrrpInstanceConfig>();
  const owners = new Map<string, string>();
  const vmacs = new Map<string, string>();
  const kept: VrrpInstanceConfig[] = [];
  for (const instance of instances) {
    const say = sayer(instance.name, instance.at, report);
    const clash = routerKeys(instance).map((key) => routers.get(key)).find((one) => one);
    if (clash !== undefined) {
      const { name, virtualRouterId, family, interface: dev } = instance;
      const message = `${clip(clash.name)} and ${clip(name)} both use VRID ${virtualRouterId}` +
        ` with IPv${family} on interface ${dev ?? "(none)"}`;
      const hint = `${clip(clash.name)} is in line ${clash.at.line} of ${clash.at.file}`;
      report({ severity: "error", code: "duplicate-vrid", message, at: instance.at, hint });
      continue;
    }
    for (const key of routerKeys(instance)) routers.set(key, instance);
    const mine = (address: { address: string; interface: string }) => {
      const key = `${address.address} ${address.interface}`;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, instance.name);
      else if (owner !== instance.name) {
        const message = `address ${address.address} is already used by ${clip(owner)} - ignoring`;
        say("warning", "duplicate", message);
        return false;
      }
      return true;
    };
    let checked = {
      ...instance,
      addresses: instance.addresses.filter(mine),
      excludedAddresses: instance.excludedAddresses.filter(mine),
    };
    const needed = instance.version === 3 || instance.strict;
    if (needed && checked.addresses.length === 0) {
      const hint = "give it an address of its own";
      say(
        "error",
        "missing-address",
        "No VIP specified; at least one is required",
        undefined,
        hint,
      );
      continue;
    }
    const name = instance.vmac?.name;
    const user = name === undefined ? undefined : vmacs.get(name);
    if (instance.vmac !== undefined && name !== undefined && user !== undefined) {
      const message = `VRRP instance ${clip(user)} is already using ${name} - ignoring name`;
      say("warning", "duplicate", message);
      const { name: _, ...vmac } = instance.vmac;
      checked = { ...checked, vmac };
    } else if (name !== undefined) vmacs.set(name, instance.name);
    kept.push(checked);
  }
  return kept;
}

/** What no two instances may share: the router on its interface and group, or on each peer. */
function routerKeys(instance: VrrpInstanceConfig): string[] {
  const { interface: dev, family, virtualRouterId, unicast, multicastGroup } = instance;
  const base = `${dev ?? instance.vrf ?? ""} ${family} ${virtualRouterId}`;
  if (unicast === undefined) return [`${base} ${multicastGroup}`];
  return unicast.peers.map(({ address }) => `${base} ${address}`);
}
