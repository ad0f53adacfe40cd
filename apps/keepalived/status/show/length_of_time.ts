const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;

/** A length of time in its two largest units: `3 h 12 min`; below ten seconds with a decimal. */
export function lengthOfTime(s: number): string {
  const whole = Math.max(0, Math.floor(s));
  if (whole < 10) return `${Math.max(0, s).toFixed(1)} s`;
  const first = units.findIndex(([, size]) => whole >= size);
  const parts = units.slice(first, first + 2).map(([unit, size], i) => {
    const above = units[first]?.[1] ?? 1;
    const count = Math.floor((i === 0 ? whole : whole % above) / size);
    return count === 0 ? "" : `${count} ${unit}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}

/** `3 s ago`; `now` if it is not a tenth of a second. */
export function ago(s: number): string {
  return s < 0.1 ? "now" : `${lengthOfTime(s)} ago`;
}

/** `1 address`, `2 addresses`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
