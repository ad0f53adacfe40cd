/**
 * When an advertisement was signed: 64 bits that grow from one to the next.
 *
 * Time of the sender's clock, and a count that tells those of one moment apart.
 */
export type Stamp = {
  /** Of Unix time, modulo 2^32. */
  readonly seconds: number;
  /** Parts of a second: 0–65535. */
  readonly fraction: number;
  readonly counter: number;
};

/** Whether `stamp` comes after `mark`, as serial numbers do (RFC 1982 §3.2). */
export function isAfter(stamp: Stamp, mark: Stamp): boolean {
  const low = lowOf(stamp) - lowOf(mark);
  const high = (stamp.seconds - mark.seconds - (low < 0 ? 1 : 0)) >>> 0;
  return high < 0x8000_0000 && (high > 0 || low !== 0);
}

/** How far a stamp is ahead of a clock; negative: behind. @param unixUs Unix time in microseconds */
export function aheadUs(stamp: Stamp, unixUs: number): number {
  const now = stampAt(unixUs);
  const seconds = (stamp.seconds - now.seconds) | 0;
  return seconds * 1_000_000 + Math.round((stamp.fraction - now.fraction) * 1_000_000 / 0x1_0000);
}

/** The stamp of a moment. */
export function stampAt(unixUs: number): Stamp {
  const seconds = Math.floor(unixUs / 1_000_000);
  const fraction = Math.floor((unixUs - seconds * 1_000_000) * 0x1_0000 / 1_000_000);
  return { seconds: seconds >>> 0, fraction, counter: 0 };
}

/**
 * The stamp of the next advertisement: that of the moment, or the one after `last` if the clock has not gone on.
 *
 * @param last of the advertisement before; undefined: this is the first
 */
export function nextStamp(last: Stamp | undefined, unixUs: number): Stamp {
  const now = stampAt(unixUs);
  if (last === undefined || isAfter(now, last)) return now;
  if (last.counter < 0xffff) return { ...last, counter: last.counter + 1 };
  if (last.fraction < 0xffff) return { ...last, fraction: last.fraction + 1, counter: 0 };
  return { seconds: (last.seconds + 1) >>> 0, fraction: 0, counter: 0 };
}

function lowOf({ fraction, counter }: Stamp): number {
  return fraction * 0x1_0000 + counter;
}
