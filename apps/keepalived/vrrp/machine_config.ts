import { familyOf } from "@keepalived/ip-address";
import type { VirtualAddress } from "@keepalived/keepalived-config";
import type { InstanceConfig } from "@keepalived/vrrp-fsm";
import type { PlacedInstance } from "./devices/placement.ts";
import { holdingsOf } from "./kernel/holdings.ts";
import type { World } from "./world.ts";

/** What the machine needs of a configuration. */
export function machineConfig(
  config: PlacedInstance,
  world: Pick<World, "scheduler" | "startedAtUs">,
): InstanceConfig {
  const { timerExpiredBackup } = config;
  return {
    name: config.name,
    virtualRouterId: config.virtualRouterId,
    version: config.version,
    family: config.family,
    initialState: config.initialState,
    priority: config.priority,
    advertisementIntervalUs: config.advertisementIntervalUs,
    downTimerAdverts: config.downTimerAdverts,
    preempt: config.preempt,
    preemptDelayUs: config.preemptDelayUs,
    startupDelayUs: startupDelayUs(config, world),
    addresses: [...config.addresses, ...config.excludedAddresses],
    holdings: holdingsOf(config),
    grouped: config.syncGroup !== undefined,
    lowerPriorityNoAdvert: config.lowerPriorityNoAdvert,
    higherPrioritySendAdvert: config.higherPrioritySendAdvert,
    announcement: {
      ...config.announcement,
      extraUs: config.announcement.extraInterfaceUs,
      extraAddresses: extraAddresses(config),
    },
    ...(timerExpiredBackup === undefined ? {} : { lateBackupPriority: timerExpiredBackup }),
  };
}

/** What is left of the delays, whichever ends later; a reload does not begin them anew. */
function startupDelayUs(
  { startupDelayUs, delayAfterBootUs }: PlacedInstance,
  { scheduler, startedAtUs }: Pick<World, "scheduler" | "startedAtUs">,
): number {
  // The monotonic clock counts from boot.
  const nowUs = scheduler.nowUs();
  return Math.max(0, startedAtUs + startupDelayUs - nowUs, delayAfterBootUs - nowUs);
}

/**
 * Addresses on interfaces that do not send the advertisements, where switches would forget the MAC address
 * (garp_extra_if): the first of each family on each of them, on macvlans only unless all are asked for.
 */
function extraAddresses(config: PlacedInstance): readonly VirtualAddress[] {
  const { extraInterfaceUs, extraInterfaceAll } = config.announcement;
  if (extraInterfaceUs === 0) return [];
  const sending = config.placement?.channel ?? config.interface;
  const isVmac = (address: VirtualAddress) =>
    address.vmac !== undefined || address.interface === config.placement?.device;
  const first = new Map<string, VirtualAddress>();
  for (const address of [...config.addresses, ...config.excludedAddresses]) {
    if (address.interface === sending || !(extraInterfaceAll || isVmac(address))) continue;
    const key = `${address.interface} ${familyOf(address.address)}`;
    if (!first.has(key)) first.set(key, address);
  }
  return [...first.values()];
}
