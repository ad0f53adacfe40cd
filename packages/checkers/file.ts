/** What FILE_CHECK makes of a number. */
export type FileDemand = {
  /** Multiplier; 0: any number but 0 means down. */
  readonly weight: number;
  readonly reverse: boolean;
};

/** What a tracked file says of a server. */
export type FileVerdict = {
  readonly up: boolean;
  /** To be added to the configured weight; -2147483647–2147483647. */
  readonly add: number;
};

/** The largest weight of IPVS. */
const most = 2_147_483_647;

/** What the number in a tracked file says of a server: its weight, or, where it counts too much against it, its end. */
export function judgeFile({ weight, reverse }: FileDemand, value: number): FileVerdict {
  if (weight === 0) return { up: (value === 0) !== reverse, add: 0 };
  const product = value * weight * (reverse ? -1 : 1);
  const add = Math.max(-most, Math.min(most, product)) + 0; // No -0.
  return { up: product >= -most, add };
}
