const secondUs = 1_000_000;
const centisecondUs = 10_000;

/** What each version can carry, microseconds: one octet of seconds, twelve bits of centiseconds. */
export const intervalLimitsUs: Readonly<
  Record<2 | 3, { readonly min: number; readonly max: number }>
> = {
  2: { min: secondUs, max: 255 * secondUs },
  3: { min: centisecondUs, max: 4095 * centisecondUs },
};

/** Microseconds of the Adver Int of version 2 (RFC 3768 §5.3.7). */
export function usOfSeconds(seconds: number): number {
  return seconds * secondUs;
}

/** Microseconds of the Max Advertise Interval of version 3 (RFC 9568 §5.2.7). */
export function usOfCentiseconds(centiseconds: number): number {
  return centiseconds * centisecondUs;
}

/** The nearest whole second. @throws RangeError outside of {@linkcode intervalLimitsUs} */
export function secondsOfUs(us: number): number {
  return Math.round(checked(us, 2) / secondUs);
}

/** The nearest whole centisecond. @throws RangeError outside of {@linkcode intervalLimitsUs} */
export function centisecondsOfUs(us: number): number {
  return Math.round(checked(us, 3) / centisecondUs);
}

function checked(us: number, version: 2 | 3): number {
  const { min, max } = intervalLimitsUs[version];
  if (us >= min && us <= max) return us;
  throw new RangeError(
    `Cannot write an interval of ${us} µs: version ${version} has ${min}–${max}`,
  );
}
