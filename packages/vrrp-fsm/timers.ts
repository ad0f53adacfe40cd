/** Version of the protocol: RFC 3768 is 2, RFC 9568 is 3. */
export type VrrpVersion = 2 | 3;

/**
 * Skew_Time (RFC 9568 §6.1): how much later than the best router one of this priority takes over.
 *
 * Version 2 counts parts of a second whatever the interval is (RFC 3768 §6.1), version 3 parts of the interval.
 *
 * @param priority own priority, 1–255
 * @param intervalUs interval of the Active router, microseconds
 * @returns microseconds, rounded down
 */
export function skewTimeUs(version: VrrpVersion, priority: number, intervalUs: number): number {
  return Math.floor((256 - priority) * (version === 2 ? 1_000_000 : intervalUs) / 256);
}

/**
 * Active_Down_Interval (RFC 9568 §6.1): silence after which a Backup takes over.
 *
 * @param priority own priority, 1–255
 * @param intervalUs interval of the Active router, microseconds
 * @param downTimerAdverts intervals to wait; 3 in the standard
 * @returns microseconds, rounded down
 */
export function activeDownIntervalUs(
  version: VrrpVersion,
  priority: number,
  intervalUs: number,
  downTimerAdverts: number,
): number {
  return downTimerAdverts * intervalUs + skewTimeUs(version, priority, intervalUs);
}
