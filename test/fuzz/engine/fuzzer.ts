import type { Counters } from "./counters.ts";
import type { ExchangeArea } from "./exchange_area.ts";
import { type Finding, keyOf, textOf } from "./finding.ts";
import { mutate, type Supply } from "./mutator.ts";
import { Random } from "./random.ts";
import type { Target } from "./target.ts";

/** What happens while it runs. */
export type FuzzEvents = {
  readonly onInput: (input: Uint8Array) => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (progress: Progress) => void;
};

export type Progress = {
  readonly runs: number;
  readonly covered: number;
  readonly places: number;
  readonly inputs: number;
  /** Milliseconds that the slowest input took, and which it was. */
  readonly slowestMs: number;
  readonly slowest: Uint8Array;
};

type Entry = { readonly input: Uint8Array; readonly tookMs: number; picks: number };

const progressMs = 1000;
/** Tries to make an input or a finding shorter, and how long they may take. */
const mostTrims = 200;
const mostTrimMs = 2000;

/**
 * Tries inputs, and keeps those that went where no other did: what is found once is the way to what lies behind it.
 */
export class Fuzzer {
  readonly #target: Target;
  readonly #counters: Counters;
  readonly #area: ExchangeArea;
  readonly #events: FuzzEvents;
  readonly #random: Random;
  readonly #supply: Supply;
  readonly #entries: Entry[] = [];
  readonly #known = new Set<string>();
  #runs = 0;
  #toldMs = 0;
  /** How long the last input took. */
  #tookMs = 0;
  #slowestMs = 0;
  #slowest = new Uint8Array(0);

  constructor(
    target: Target,
    { counters, area, events, seed, known }: {
      readonly counters: Counters;
      readonly area: ExchangeArea;
      readonly events: FuzzEvents;
      readonly seed: number;
      /** Keys of findings that were told already. */
      readonly known: readonly string[];
    },
  ) {
    this.#target = target;
    this.#counters = counters;
    this.#area = area;
    this.#events = events;
    this.#random = new Random(seed);
    for (const key of known) this.#known.add(key);
    const { isText, mostBytes } = target;
    this.#supply = {
      random: this.#random,
      words: dictionary(target, counters.words),
      other: () => this.#random.pick(this.#entries).input,
      isText,
      mostBytes,
    };
  }

  /** Runs until it is told to stop in the area. @param inputs to begin with */
  async run(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of [new Uint8Array(0), ...inputs]) await this.#explore(input, false);
    while (!this.#area.isToStop) {
      await this.#explore(mutate(this.#choose(), this.#supply), true);
    }
    this.#tell();
  }

  /**
   * Few inputs that together go everywhere where all go.
   *
   * @param first what is in it in any case
   */
  async minimise(first: readonly Uint8Array[], mostInputs: number): Promise<readonly Uint8Array[]> {
    const missing = new Set<number>();
    let candidates: { readonly input: Uint8Array; readonly places: readonly number[] }[] = [];
    for (const { input } of this.#entries) {
      if (await this.#try(input) !== undefined) continue;
      const places = this.#counters.visited();
      for (const place of places) missing.add(place);
      candidates.push({ input, places });
    }
    const take = (places: readonly number[]) => places.forEach((place) => missing.delete(place));
    for (const input of first) {
      if (await this.#try(input) === undefined) take(this.#counters.visited());
    }
    const chosen: Uint8Array[] = [];
    while (missing.size > 0 && chosen.length < mostInputs) {
      const rated = candidates.map((candidate) => ({
        candidate,
        gain: candidate.places.reduce((sum, place) => sum + Number(missing.has(place)), 0),
      })).filter(({ gain }) => gain > 0);
      const worth = ({ candidate, gain }: typeof rated[number]) =>
        gain / (32 + candidate.input.length);
      const best = rated.reduce((a, b) => worth(b) > worth(a) ? b : a).candidate;
      chosen.push(best.input);
      take(best.places);
      candidates = rated.map(({ candidate }) => candidate);
    }
    return chosen;
  }

  /** New, small and quick ones, and those that were seldom chosen. */
  #choose(): Uint8Array {
    const entries = this.#entries;
    const drawn = [0, 1, 2].map(() => this.#random.pick(entries));
    if (this.#random.isOneIn(2)) {
      const recent = entries.slice(-Math.max(1, entries.length >> 3));
      drawn.push(this.#random.pick(recent));
    }
    const cost = ({ input, picks, tookMs }: Entry) =>
      (1 + picks) * (64 + input.length) * (1 + tookMs);
    const chosen = drawn.reduce((best, entry) => cost(entry) < cost(best) ? entry : best);
    chosen.picks++;
    return chosen.input;
  }

  async #explore(input: Uint8Array, trims: boolean): Promise<void> {
    const error = await this.#try(input);
    if (error !== undefined) return await this.#report(input, error);
    const tookMs = this.#tookMs;
    await this.#keepIfNew(input, tookMs, trims);
    if (tookMs > this.#slowestMs) await this.#time(input);
  }

  /** How long an input takes when the machine is not busy with something else. */
  async #time(input: Uint8Array): Promise<void> {
    let leastMs = Infinity;
    for (let i = 0; i < 4 && leastMs > this.#slowestMs; i++) {
      await this.#try(input);
      leastMs = Math.min(leastMs, this.#tookMs);
    }
    if (leastMs <= this.#slowestMs) return;
    this.#slowestMs = leastMs;
    this.#slowest = input.slice();
  }

  async #keepIfNew(input: Uint8Array, tookMs: number, trims: boolean): Promise<void> {
    const hash = this.#counters.take() > 0 ? this.#counters.hash() : undefined;
    if (hash === undefined && this.#entries.length > 0) return;
    const isSame = async (shorter: Uint8Array) =>
      await this.#try(shorter) === undefined && this.#counters.hash() === hash;
    const kept = trims ? await shorten(input, isSame) : input;
    this.#entries.push({ input: kept, tookMs, picks: 0 });
    this.#events.onInput(kept);
  }

  /** @returns what was thrown */
  async #try(input: Uint8Array): Promise<{ readonly thrown: unknown } | undefined> {
    this.#area.begin(input);
    this.#runs++;
    this.#counters.reset();
    const startMs = performance.now();
    try {
      // A copy: code that writes into its input is not to spoil what is kept.
      const promise = this.#target.check(input.slice());
      if (promise !== undefined) await promise;
      assertPrototypesAreClean();
    } catch (thrown) {
      return { thrown };
    } finally {
      const endMs = performance.now();
      this.#tookMs = endMs - startMs;
      if (endMs > this.#toldMs + progressMs) this.#tell();
    }
    return undefined;
  }

  async #report(input: Uint8Array, { thrown }: { readonly thrown: unknown }): Promise<void> {
    const key = keyOf(thrown);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    let last = thrown;
    const isSame = async (shorter: Uint8Array) => {
      const error = await this.#try(shorter);
      if (error === undefined || keyOf(error.thrown) !== key) return false;
      last = error.thrown;
      return true;
    };
    const shortest = await shorten(input, isSame);
    this.#events.onFinding({ key, input: shortest, text: textOf(last) });
  }

  #tell(): void {
    this.#toldMs = performance.now();
    this.#events.onProgress({
      runs: this.#runs,
      covered: this.#counters.covered,
      places: this.#counters.places,
      inputs: this.#entries.length,
      slowestMs: this.#slowestMs,
      slowest: this.#slowest,
    });
  }
}

/** Leaves out pieces, larger ones first, as long as it stays the same to somebody. */
async function shorten(
  input: Uint8Array,
  isSame: (shorter: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let current = input;
  let tries = 0;
  const endMs = performance.now() + mostTrimMs;
  const isOver = () => tries >= mostTrims || performance.now() > endMs;
  for (let size = input.length >> 1; size > 0 && !isOver(); size >>= 1) {
    for (let at = 0; at + size <= current.length && !isOver(); tries++) {
      const shorter = new Uint8Array(current.length - size);
      shorter.set(current.subarray(0, at));
      shorter.set(current.subarray(at + size), at);
      if (await isSame(shorter)) current = shorter;
      else at += size;
    }
  }
  return current;
}

/** What stands in the code and what the target adds, as bytes. */
function dictionary(target: Target, found: ReadonlySet<string | number>): Uint8Array[] {
  const words: Uint8Array[] = (target.words?.() ?? []).map((word) => encoder.encode(word));
  for (const word of found) {
    if (typeof word === "number") {
      if (!target.isText) words.push(...numberForms(word));
    } else if (word.length > 1 && word.length <= 32 && (target.isText || !/ /.test(word))) {
      words.push(encoder.encode(word));
    }
  }
  return words;
}

const encoder = new TextEncoder();

/** In one, two, and four bytes, in both orders. */
function numberForms(value: number): Uint8Array[] {
  if (!Number.isInteger(value) || value < 2 || value > 0xffff_ffff) return [];
  if (value < 0x100) {
    return [Uint8Array.of(value), Uint8Array.of(0, value), Uint8Array.of(value, 0)];
  }
  const width = value < 0x1_0000 ? 2 : 4;
  const big = new Uint8Array(width).map((_, i) => Math.floor(value / 256 ** (width - 1 - i)));
  return [big, big.slice().reverse()];
}

const prototypes: readonly object[] = [Object.prototype, Array.prototype, Function.prototype];
const ownCounts = prototypes.map((it) => Reflect.ownKeys(it).length);

/** No input may reach what all objects share. */
function assertPrototypesAreClean(): void {
  for (const [i, prototype] of prototypes.entries()) {
    if (Reflect.ownKeys(prototype).length !== ownCounts[i]) {
      throw new Error(`The prototype of all objects has changed: ${Reflect.ownKeys(prototype)}`);
    }
  }
}
