import type { InstanceConfig } from "@keepalived/vrrp-fsm";
import type { Dice } from "./dice.ts";

/** What all routers of a network have in common. */
export type Network = {
  readonly version: 2 | 3;
  readonly segments: number;
  /** By segment. */
  readonly intervalsUs: readonly number[];
  /** Whether an instance may have four times the interval. */
  readonly hasSlow: boolean;
  /**
   * Whether instances may be grouped: a router has the same priority everywhere then, as those of one group on two
   * hosts would contradict each other otherwise.
   */
  readonly isGroupable: boolean;
};

/** Priorities of routers that differ. */
export const PRIORITIES: readonly number[] = [20, 50, 100, 120, 150, 200, 254, 255];

/** Which segments' instances are in groups: all, two of three, one alone, or none. */
export function layoutOf(dice: Dice, segments: number): readonly (readonly number[])[] {
  const all = Array.from({ length: segments }, (_, segment) => segment);
  return dice.pick([[], [all], [all], segments === 3 ? [[0, 2]] : [all], [[0]]]);
}

/** Addresses of a segment, by their last number. */
export function addressesOf(
  segment: number,
  hosts: readonly number[],
): InstanceConfig["addresses"] {
  return hosts.map((host) => ({
    address: `10.0.${segment}.${host}`,
    prefixLength: 24,
    interface: `eth${segment}`,
    scope: 0,
    advertised: true,
  }));
}
