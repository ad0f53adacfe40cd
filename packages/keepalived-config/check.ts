import { clip, type Report } from "@keepalived/conf-parser";
import type { Body, Statement } from "./bind.ts";
import { last, numberOf, textOf } from "./body.ts";
import type { VrrpInstanceConfig } from "./model.ts";
import type { GlobalConfig } from "./model_global.ts";
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

/** Names of things that are defined elsewhere in the file. */
export function checkReferences(root: Body, report: Report): void {
  const names = (block: string) =>
    new Set((root.statements.get(block) ?? []).map(({ values }) => String(values[0])));
  const known = {
    track_script: { what: "track script", names: names("vrrp_script") },
    track_file: { what: "track file", names: names("track_file") },
    track_process: { what: "track process", names: names("vrrp_track_process") },
    track_bfd: { what: "track bfd", names: names("bfd_instance") },
  };
  const owners = [
    ...root.statements.get("vrrp_instance") ?? [],
    ...root.statements.get("vrrp_sync_group") ?? [],
  ];
  for (const { body, values, words } of owners) {
    const say = sayer(String(values[0]), words[0].at, report);
    for (const [keyword, { what, names }] of Object.entries(known)) {
      for (const { body: { lines } } of body.statements.get(keyword) ?? []) {
        for (const { words: [{ text, at }] } of lines) {
          if (names.has(text)) continue;
          say("warning", "unknown-name", `${what} ${clip(text)} not found, ignoring...`, at);
        }
      }
    }
    const own = textOf(body, "interface");
    for (const { body: { lines } } of body.statements.get("track_interface") ?? []) {
      for (const { words: [{ text, at }] } of lines) {
        if (text !== own) continue;
        const message = `Ignoring track_interface ${clip(text)} since own interface`;
        say("warning", "adjusted", message, at);
      }
    }
  }
  checkGroups(root, names("vrrp_instance"), report);
}

function checkGroups(root: Body, instances: ReadonlySet<string>, report: Report): void {
  for (const { body, values, words } of root.statements.get("vrrp_sync_group") ?? []) {
    const name = clip(String(values[0]));
    const members = (body.statements.get("group") ?? [])
      .flatMap(({ body: { lines } }) => lines).flatMap(({ words }) => words);
    for (const { text, at } of members) {
      if (instances.has(text)) continue;
      const message = `Virtual router ${
        clip(text)
      } specified in sync group ${name} doesn't exist - ignoring`;
      report({ severity: "warning", code: "unknown-name", message, at });
    }
    const count = members.filter(({ text }) => instances.has(text)).length;
    if (count > 1) continue;
    const message = `Sync group ${name} has only ${count} virtual router(s)` +
      " - this probably isn't what you want";
    report({ severity: "warning", code: "small-group", message, at: words[0].at });
  }
}

/** Interfaces that the file names and the host does not have. */
export function checkInterfaces(
  root: Body,
  global: GlobalConfig,
  exists: (name: string) => boolean,
  report: Report,
): void {
  if (global.dynamicInterfaces !== "no") return;
  const vmacs = new Set<string>();
  const instances = root.statements.get("vrrp_instance") ?? [];
  for (const { body } of instances) {
    const words = last(body, "use_vmac")?.words;
    if (words === undefined) continue;
    for (const { text } of words.slice(1)) vmacs.add(text);
    const { vmacPrefix } = global.vrrp;
    const id = numberOf(body, "virtual_router_id") ?? 0;
    vmacs.add(`${vmacPrefix}.${id}`).add(`${vmacPrefix}6.${id}`);
  }
  for (const { body, values } of instances) {
    const word = last(body, "interface")?.words[1];
    if (word === undefined || vmacs.has(word.text) || exists(word.text)) continue;
    const message = `WARNING - interface ${clip(word.text)} for vrrp_instance ${
      clip(String(values[0]))
    } doesn't exist`;
    report({ severity: "warning", code: "unknown-interface", message, at: word.at });
  }
  const blocks = [
    ...root.statements.get("static_ipaddress") ?? [],
    ...instances.flatMap(({ body }) => [
      ...body.statements.get("virtual_ipaddress") ?? [],
      ...body.statements.get("virtual_ipaddress_excluded") ?? [],
    ]),
  ];
  for (const { words } of blocks.flatMap(({ body }) => body.lines)) {
    const device = words[words.findIndex(({ text }) => text === "dev") + 1];
    if (device === undefined || device === words[0]) continue;
    if (vmacs.has(device.text) || exists(device.text)) continue;
    const message = `WARNING - interface ${clip(device.text)} for ip address ${
      clip(words[0].text)
    } doesn't exist`;
    report({ severity: "warning", code: "unknown-interface", message, at: device.at });
  }
}

/** What the inactive blocks must keep to already now: numbers that contradict each other. */
export function checkOthers(root: Body, report: Report): void {
  for (const { body, values } of root.statements.get("bfd_instance") ?? []) {
    const ttl = wholeOf(last(body, "ttl"));
    const hops = last(body, "max_hops");
    const name = clip(String(values[0]));
    if (ttl === undefined || hops === undefined || (wholeOf(hops) ?? 0) <= ttl) continue;
    const message = `BFD instance ${name}: max_hops exceeds ttl/hoplimit - setting to ttl/hoplimit`;
    report({ severity: "warning", code: "adjusted", message, at: hops.words[0].at });
  }
}

function wholeOf(statement: Statement | undefined): number | undefined {
  const text = statement?.words[1]?.text ?? "";
  return /^-?[0-9]+$/.test(text) ? Number(text) : undefined;
}
