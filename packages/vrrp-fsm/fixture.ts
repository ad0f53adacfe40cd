import type { InstanceConfig, VirtualAddress } from "./mod.ts";

/** An address to share, listed in advertisements. */
export function virtualAddress(address: string): VirtualAddress {
  return { address, prefixLength: 24, interface: "eth0", scope: 0, advertised: true };
}

/** What the tests start from: version 3, priority 100, one second, one address listed and one only held. */
export const EXAMPLE: InstanceConfig = {
  name: "one",
  virtualRouterId: 51,
  version: 3,
  family: 4,
  initialState: "backup",
  priority: 100,
  advertisementIntervalUs: 1_000_000,
  downTimerAdverts: 3,
  preempt: true,
  preemptDelayUs: 0,
  startupDelayUs: 0,
  addresses: [
    virtualAddress("10.0.0.100"),
    { ...virtualAddress("10.0.0.101"), advertised: false },
  ],
  holdings: [],
  grouped: false,
  lowerPriorityNoAdvert: false,
  higherPrioritySendAdvert: false,
  announcement: {
    repeat: 5,
    delayUs: 5_000_000,
    refreshUs: 0,
    refreshRepeat: 1,
    extraUs: 0,
    extraAddresses: [],
    lowerPriorityRepeat: 5,
    lowerPriorityDelayUs: 5_000_000,
  },
};
