import { isDeepStrictEqual } from "node:util";

/**
 * What a reading asked of the world, and the answers: to tell later whether it would read the same again.
 *
 * A question that is asked twice is answered once, so that a reading sees one world.
 */
export class Witness {
  readonly #asked: (() => boolean)[] = [];

  /** The same question, kept with its answer. Arguments and answers are plain data. */
  of<Args extends readonly unknown[], Answer>(
    ask: (...args: Args) => Answer,
  ): (...args: Args) => Answer {
    const answers = new Map<string, { readonly args: Args; readonly answer: Answer }>();
    this.#asked.push(() =>
      [...answers.values()].every(({ args, answer }) => isDeepStrictEqual(ask(...args), answer))
    );
    return (...args) => {
      const key = JSON.stringify(args);
      const known = answers.get(key) ?? { args, answer: ask(...args) };
      answers.set(key, known);
      return known.answer;
    };
  }

  /** Whether the world gives the same answers now. */
  isAsItWas(): boolean {
    return this.#asked.every((wouldAnswer) => wouldAnswer());
  }
}
