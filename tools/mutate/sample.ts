import { createHash } from "node:crypto";
import type { Mutant } from "./mutants.ts";

/** Some of the mutants: the same ones for the same seed. */
export function sampleOf(
  mutants: readonly Mutant[],
  count: number,
  seed: string,
): readonly Mutant[] {
  const placeOf = ({ key }: Mutant) =>
    createHash("sha256").update(`${seed} ${key}`).digest("base64url");
  return mutants.map((mutant) => ({ mutant, place: placeOf(mutant) }))
    .sort((a, b) => a.place < b.place ? -1 : 1).slice(0, count).map(({ mutant }) => mutant);
}
