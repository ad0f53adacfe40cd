/** Whole seconds of microseconds. @throws RangeError if they are none */
export function seconds(us: number): number {
  if (us % 1_000_000 !== 0) throw new RangeError(`Not whole seconds: ${us} microseconds`);
  return us / 1_000_000;
}
