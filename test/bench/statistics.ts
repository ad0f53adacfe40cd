/** Of how measured values are spread. All figures have the unit of the values. */
export type Summary = {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
};

/**
 * The smallest value that at least a share of all values does not exceed (nearest rank): always one that was measured.
 *
 * @param share 0 to 1; 0.5 is the median
 * @returns NaN if there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  // The product may be a rounding error above a whole number.
  const rank = Math.ceil(share * sorted.length - 1e-9);
  return sorted[Math.max(0, rank - 1)] ?? NaN;
}

/** All figures of {@linkcode Summary}; NaN where there are no values. */
export function summarize(values: readonly number[]): Summary {
  const at = (share: number) => quantile(values, share);
  return {
    count: values.length,
    min: at(0),
    median: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}

/**
 * How far each interval between two times that follow each other is from the interval that it should be, either way.
 *
 * @param timesUs when something periodic happened, in order
 */
export function intervalDeviations(
  timesUs: readonly number[],
  intervalUs: number,
): readonly number[] {
  return timesUs.slice(1).map((atUs, i) => Math.abs(atUs - (timesUs[i] ?? 0) - intervalUs));
}

/** How much longer one period is than it should be, on average: what a schedule loses each time. */
export function drift(timesUs: readonly number[], intervalUs: number): number {
  const first = timesUs[0];
  const last = timesUs.at(-1);
  if (first === undefined || last === undefined || timesUs.length < 2) return NaN;
  return (last - first) / (timesUs.length - 1) - intervalUs;
}

/** By how much y grows when x grows by one: the straight line that is nearest to the points (least squares). */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, it) => sum + it, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
