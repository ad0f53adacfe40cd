/**
 * Time from one packet to the next (RFC 5880 §6.8.7): the interval that both sides can take, made shorter by up to a
 * quarter, so that systems do not fall into step. A system that is missed after one packet stays below nine tenths.
 *
 * @param intervalUs the greater one of what the one desires to send and the other requires to receive, microseconds
 * @param spread random, 0 to 1
 * @returns microseconds, rounded down
 */
export function transmitIntervalUs(intervalUs: number, detectMult: number, spread: number): number {
  const width = detectMult === 1 ? 0.15 : 0.25;
  return Math.floor(intervalUs * (0.75 + width * spread));
}

/**
 * Silence after which the other side is gone, in asynchronous mode (RFC 5880 §6.8.4).
 *
 * @param detectMult that of the other side
 * @param requiredMinRxIntervalUs own
 * @param desiredMinTxIntervalUs that of the other side
 */
export function detectionTimeUs(
  detectMult: number,
  requiredMinRxIntervalUs: number,
  desiredMinTxIntervalUs: number,
): number {
  return detectMult * Math.max(requiredMinRxIntervalUs, desiredMinTxIntervalUs);
}
