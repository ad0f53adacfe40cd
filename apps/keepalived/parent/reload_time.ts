/** When to reload. */
export type ReloadTime = {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  /** No day was given: it is the next time of day, and could be each. */
  readonly daily: boolean;
};

const pattern = /^(?:(\d{2}|\d{4})-(\d{2})-(\d{2})[ T])?(\d{2}):(\d{2}):(\d{2})(Z?)$/;

/**
 * Reads the content of a `reload_time_file`: `HH:MM:SS`, `YY-MM-DD HH:MM:SS` or `YYYY-MM-DD HH:MM:SS`, each with a `Z`
 * behind it if it is UTC and not local time.
 *
 * @param nowMs a time of day is the next one after this
 * @returns undefined if it is no such time
 */
export function parseReloadTime(text: string, nowMs: number): ReloadTime | undefined {
  const [, year, month = "", day = "", hour = "", minute = "", second = "", zone] =
    pattern.exec(text.trim()) ?? [];
  if (zone === undefined) return undefined;
  const clock = new Clock(zone === "Z");
  const time = [hour, minute, second].map(Number) as [number, number, number];
  if (year !== undefined) {
    const date = [
      year.length === 2 ? 2000 + Number(year) : Number(year),
      Number(month),
      Number(day),
    ];
    const atMs = clock.at(date as [number, number, number], time);
    return atMs === undefined ? undefined : { atMs, daily: false };
  }
  const [thisYear, thisMonth, today] = clock.dateOf(nowMs);
  // The date may be one that no month has: what is meant is the day after.
  for (const date of [today, today + 1]) {
    const atMs = clock.at([thisYear, thisMonth, date], time, true);
    if (atMs === undefined) return undefined;
    if (atMs > nowMs) return { atMs, daily: true };
  }
  return undefined;
}

type Triple = readonly [number, number, number];

/** Local time or UTC. */
class Clock {
  readonly #utc: boolean;

  constructor(utc: boolean) {
    this.#utc = utc;
  }

  /** Year, month from 1, day. */
  dateOf(ms: number): Triple {
    const date = new Date(ms);
    return this.#utc
      ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
      : [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  }

  /** @param over whether days after the last of a month are those of the next one */
  at(date: Triple, time: Triple, over = false): number | undefined {
    const [year, month, day] = date;
    const [hour, minute, second] = time;
    if (hour > 23 || minute > 59 || second > 59) return undefined;
    const parts = [year, month - 1, day, hour, minute, second] as const;
    const ms = this.#utc ? Date.UTC(...parts) : new Date(...parts).getTime();
    const isThatDay = this.dateOf(ms).join() === date.join();
    return over || isThatDay ? ms : undefined;
  }
}
