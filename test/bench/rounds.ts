import process from "node:process";
import type { Contender } from "./contenders.ts";
import { Spoilt } from "./takeover.ts";

/** Runs a measurement for each contender in turn, round after round, so that all have the same weather. */
export async function inTurn<Sample>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender, round: number) => Promise<Sample>,
): Promise<ReadonlyMap<Contender, readonly Sample[]>> {
  const samples = new Map<Contender, Sample[]>(contenders.map((it) => [it, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      samples.get(contender)?.push(await untilSound(contender, () => measure(contender, round)));
    }
  }
  return samples;
}

const attempts = 5;

/** Repeats a run that was spoilt, which on a machine with other work to do happens at short intervals. */
async function untilSound<Sample>(
  { name }: Contender,
  measure: () => Promise<Sample>,
): Promise<Sample> {
  for (let attempt = 1;; attempt++) {
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof Spoilt) || attempt === attempts) throw error;
      process.stderr.write(`bench: ${name}: run repeated: ${error.message}\n`);
    }
  }
}
