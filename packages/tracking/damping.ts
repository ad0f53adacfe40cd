/** A verdict that follows an observation after a delay: what comes back in time is never noticed. */
export type Damped = {
  readonly up: boolean;
  /** When it turns into its opposite, unless the observation comes back before. */
  readonly changesAtUs: number | null;
};

/** Takes an observation. Of several that differ from the verdict, the delay of the first one counts. */
export function follow(damped: Damped, up: boolean, delayUs: number, nowUs: number): Damped {
  const { changesAtUs } = damped;
  if (up === damped.up) return changesAtUs === null ? damped : settled(up);
  if (delayUs === 0) return settled(up);
  return changesAtUs === null ? { up: damped.up, changesAtUs: nowUs + delayUs } : damped;
}

/** Turns a verdict whose delay is over. */
export function expire(damped: Damped, nowUs: number): Damped {
  const { up, changesAtUs } = damped;
  return changesAtUs !== null && nowUs >= changesAtUs ? settled(!up) : damped;
}

/** A verdict that nothing is about to change. */
export function settled(up: boolean): Damped {
  return { up, changesAtUs: null };
}
