/** A random number and the seed of the next one. */
export type Random = {
  /** Uniform in [0, 1), with 32 bits of resolution. */
  readonly value: number;
  /** To pass in for the next number: an unsigned 32-bit integer. */
  readonly seed: number;
};

/**
 * Next number of a small deterministic generator (Weyl sequence with a 32-bit finalizer).
 *
 * Good enough to spread timers and to drive simulations; never for secrets.
 *
 * @param seed any integer; only its low 32 bits count
 */
export function nextRandom(seed: number): Random {
  const next = (seed + 0x9e3779b9) >>> 0;
  let mixed = next;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  mixed ^= mixed >>> 15;
  return { value: (mixed >>> 0) / 0x1_0000_0000, seed: next };
}
