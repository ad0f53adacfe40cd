import type { Config, VrrpInstanceConfig } from "@keepalived/keepalived-config";

/** A process that was killed, and whose work another one goes on with. */
export type Predecessor = {
  /** Since when it did no work, on the reactor's clock. */
  readonly goneSinceUs: number;
  /** What it was perhaps about to go over to, if that is another configuration than the one it ran. */
  readonly next?: Config;
};

/** Whether peers still wait for the next advertisement of a MASTER that is gone. */
export function isAwaited(
  { goneSinceUs }: Predecessor,
  { advertisementIntervalUs, downTimerAdverts }: VrrpInstanceConfig,
  nowUs: number,
): boolean {
  // The last advertisement may have been sent an interval before.
  return nowUs - goneSinceUs < (downTimerAdverts - 1) * advertisementIntervalUs;
}
