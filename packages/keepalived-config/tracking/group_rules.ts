import { clip, type Report } from "@keepalived/conf-parser";
import type { VrrpInstanceConfig } from "../model.ts";
import type { SyncGroupConfig, Tracked, Tracking } from "../model_tracking.ts";
import { type Say, sayer } from "../read_instance.ts";

/** Rules between instances, what they track, and their sync groups. */
export function applyGroups(
  instances: readonly VrrpInstanceConfig[],
  groups: readonly SyncGroupConfig[],
  report: Report,
): readonly VrrpInstanceConfig[] {
  const groupOf = new Map(
    groups.flatMap((group) => group.members.map((member) => [member, group] as const)),
  );
  const starting = new Set(
    instances.filter(({ initialState }) => initialState === "active").map(({ name }) => name),
  );
  return instances.map((instance) => {
    const group = groupOf.get(instance.name);
    const say = sayer(instance.name, instance.at, report);
    const isOwner = instance.priority === 255;
    checkInterfaces(instance, group, say);
    let { tracking } = instance;
    const own = { ...tracking, interfaces: tracking.interfaces.filter(isOther(instance)) };
    if (own.interfaces.length < tracking.interfaces.length) tracking = own;
    if (group !== undefined && !group.trackingWeight) {
      tracking = withoutWeights(tracking, "SYNC group", false, say);
    }
    if (isOwner) tracking = withoutWeights(tracking, "address_owner", true, say);
    if (group === undefined) {
      return tracking === instance.tracking ? instance : { ...instance, tracking };
    }
    const together = group.members.every((member) => starting.has(member));
    return {
      ...instance,
      tracking,
      syncGroup: group.name,
      initialState: together ? "active" : "backup",
    };
  });
}

function isOther(instance: VrrpInstanceConfig): (tracked: Tracked) => boolean {
  return ({ name }) => name !== instance.interface;
}

/** The interface of an instance is tracked without a word. */
function checkInterfaces(
  instance: VrrpInstanceConfig,
  group: SyncGroupConfig | undefined,
  say: Say,
): void {
  if (!instance.tracking.interfaces.every(isOther(instance))) {
    const message = `Ignoring track_interface ${
      clip(instance.interface ?? "")
    } since own interface`;
    say("warning", "adjusted", message);
  }
  const own = new Set(instance.tracking.interfaces.map(({ name }) => name));
  if (instance.trackPrimary && instance.interface !== undefined) own.add(instance.interface);
  for (const { name } of group?.tracking.interfaces ?? []) {
    if (!own.has(name)) continue;
    const message = `track_interface ${clip(name)} is configured on VRRP instance and sync group.` +
      " Remove vrrp instance or sync group config";
    say("warning", "duplicate", message);
  }
}

/**
 * What is left where no tracker may change the priority of a single instance: an owner always has 255, and the members
 * of a group must agree.
 *
 * A file that would be added as it is, and for members an interface, count without weight: a failure is FAULT.
 */
function withoutWeights(tracking: Tracking, why: string, isOwner: boolean, say: Say): Tracking {
  const ignore = (message: string) => say("warning", "weight-ignored", message);
  const drop = (what: string, says: (one: Tracked) => string) => (one: Tracked): Tracked[] => {
    if (one.weight === 0) return [one];
    ignore(`ignoring tracked ${what} ${clip(one.name)} ${says(one)} due to ${why}`);
    return [];
  };
  const withWeight = ({ weight }: Tracked) => `with weight ${weight}`;
  return {
    interfaces: tracking.interfaces.flatMap((one) => {
      if (one.weight === 0) return [one];
      const shown = clip(one.name);
      ignore(
        isOwner
          ? `ignoring ${shown} tracked interface due to address owner`
          : `ignoring ${shown} tracked interface weight due to ${why}`,
      );
      return isOwner ? [] : [{ ...one, weight: 0 }];
    }),
    scripts: tracking.scripts.flatMap(drop("script", () => "with weights")),
    files: tracking.files.flatMap((one) => {
      if (one.weight !== 1) return drop("file", withWeight)(one);
      const shown = clip(one.name);
      ignore(`ignoring weight from tracked file ${shown} due to ${why}. specify weight 0`);
      return [{ ...one, weight: 0 }];
    }),
    processes: tracking.processes.flatMap(drop("process", withWeight)),
    bfdInstances: tracking.bfdInstances.flatMap(drop("bfd", withWeight)),
  };
}
