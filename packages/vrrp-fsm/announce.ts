import type { AnnouncementConfig } from "./config.ts";

/** A burst of announcements that is still to come. */
export type Burst = {
  readonly purpose: "second" | "lower-priority" | "refresh" | "extra";
  readonly atUs: number;
  /** Messages per address. */
  readonly repeat: number;
};

/** What follows the burst on becoming Active: a second one for caches that were not ready, and what repeats. */
export function burstsOfActive(config: AnnouncementConfig, nowUs: number): readonly Burst[] {
  const second = burst("second", config.repeat, config.delayUs, nowUs);
  return [...second, ...refresh(config, nowUs), ...extra(config, nowUs)];
}

/** A router of lower priority may have announced itself: a second burst after the one sent at once; the same list if none is wanted. */
export function withLowerPriority(
  bursts: readonly Burst[],
  config: AnnouncementConfig,
  nowUs: number,
): readonly Burst[] {
  const { lowerPriorityRepeat, lowerPriorityDelayUs } = config;
  const again = burst("lower-priority", lowerPriorityRepeat, lowerPriorityDelayUs, nowUs);
  return withPurpose(bursts, "lower-priority", again);
}

/** What repeats at new periods; the same list if the periods stay. */
export function withPeriods(
  bursts: readonly Burst[],
  config: AnnouncementConfig,
  previous: AnnouncementConfig,
  nowUs: number,
): readonly Burst[] {
  const keepsRefresh = config.refreshUs === previous.refreshUs &&
    config.refreshRepeat === previous.refreshRepeat;
  const keepsExtra = config.extraUs === previous.extraUs &&
    config.extraAddresses.length === previous.extraAddresses.length;
  const refreshed = keepsRefresh ? bursts : withPurpose(bursts, "refresh", refresh(config, nowUs));
  return keepsExtra ? refreshed : withPurpose(refreshed, "extra", extra(config, nowUs));
}

/** When the first burst is due, or undefined. */
export function nextBurstAtUs(bursts: readonly Burst[]): number | undefined {
  return bursts.length === 0 ? undefined : Math.min(...bursts.map((b) => b.atUs));
}

/**
 * Takes out the bursts that are due. Several at once are one: the largest.
 *
 * @returns `repeat` 0 and the same list if none is due; `extraOnly`: for the addresses on other interfaces alone
 */
export function takeDue(
  bursts: readonly Burst[],
  config: AnnouncementConfig,
  nowUs: number,
): { readonly bursts: readonly Burst[]; readonly repeat: number; readonly extraOnly: boolean } {
  const due = bursts.filter((b) => b.atUs <= nowUs);
  if (due.length === 0) return { bursts, repeat: 0, extraOnly: false };
  const later = bursts.filter((b) => b.atUs > nowUs);
  const again = [
    ...due.some((b) => b.purpose === "refresh") ? refresh(config, nowUs) : [],
    ...due.some((b) => b.purpose === "extra") ? extra(config, nowUs) : [],
  ];
  return {
    bursts: [...later, ...again],
    repeat: Math.max(...due.map((b) => b.repeat)),
    extraOnly: due.every((b) => b.purpose === "extra"),
  };
}

/** The list with other bursts of one purpose; the same list if there were and are none. */
function withPurpose(
  bursts: readonly Burst[],
  purpose: Burst["purpose"],
  wanted: readonly Burst[],
): readonly Burst[] {
  const others = bursts.filter((b) => b.purpose !== purpose);
  return others.length === bursts.length && wanted.length === 0 ? bursts : [...others, ...wanted];
}

function refresh(config: AnnouncementConfig, nowUs: number): readonly Burst[] {
  return burst("refresh", config.refreshRepeat, config.refreshUs, nowUs);
}

function extra({ extraUs, extraAddresses }: AnnouncementConfig, nowUs: number): readonly Burst[] {
  return burst("extra", extraAddresses.length === 0 ? 0 : 1, extraUs, nowUs);
}

/** One burst, or none if the configuration has it switched off. */
function burst(
  purpose: Burst["purpose"],
  repeat: number,
  afterUs: number,
  nowUs: number,
): readonly Burst[] {
  return repeat === 0 || afterUs === 0 ? [] : [{ purpose, atUs: nowUs + afterUs, repeat }];
}
