import { nextRandom, type Random } from "@keepalived/machine";

/**
 * A random discriminator, not 0 and not taken (RFC 5880 §6.8.1).
 *
 * @param seed that of the last one
 * @returns the number, and the seed of the next one
 */
export function newDiscriminator(seed: number, isTaken: (it: number) => boolean): Random {
  for (let next = seed;;) {
    const random = nextRandom(next);
    const value = Math.floor(random.value * 2 ** 32);
    if (value !== 0 && !isTaken(value)) return { value, seed: random.seed };
    next = random.seed;
  }
}
