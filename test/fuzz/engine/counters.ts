import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { countersName, instrument } from "./instrument.ts";

/** Most places that can be counted; what is loaded beyond that is an error. */
const room = 1 << 17;

/** The classes into which numbers of visits fall, one bit each: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more. */
const classOf = new Uint8Array(256).map((_, visits) => {
  const least = [128, 32, 16, 8, 4, 3, 2, 1];
  const found = least.findIndex((limit) => visits >= limit);
  return found < 0 ? 0 : 0x80 >> found;
});

/** Counts where the code under test goes, and knows what was never seen before. */
export class Counters {
  /** Saturates at 255. */
  readonly #now = new Uint8ClampedArray(room);
  /** The same memory, to skip in strides what was not visited. */
  readonly #strides = new Uint32Array(this.#now.buffer);
  readonly #seen = new Uint8Array(room);
  readonly #words = new Set<string | number>();
  /** Where the places of each module begin. */
  readonly #modules: number[] = [];
  #places = 0;
  #covered = 0;

  /** From now on modules that are loaded from below `folders` are counted. */
  install(folders: readonly string[]): void {
    registerHooks({
      load: (url, context, nextLoad) => {
        const loaded = nextLoad(url, context);
        const isOurs = url.startsWith("file:") && url.endsWith(".ts") &&
          folders.some((folder) => fileURLToPath(url).startsWith(`${folder}/`));
        if (!isOurs) return loaded;
        // Node gives bytes, Deno a text.
        const text = typeof loaded.source === "string"
          ? loaded.source
          : new TextDecoder().decode(loaded.source as Uint8Array);
        const source = this.instrument(stripTypeScriptTypes(text));
        return { format: "module", source, shortCircuit: true };
      },
    });
  }

  /** The code of a module such that it counts where it goes. @param source JavaScript */
  instrument(source: string): string {
    Object.defineProperty(globalThis, countersName, { value: this.#now, configurable: true });
    const { code, edges, words } = instrument(source, this.#places);
    this.#modules.push(this.#places);
    this.#places += edges;
    if (this.#places > room) throw new RangeError(`More than ${room} places to count`);
    for (const word of words) this.#words.add(word);
    return code;
  }

  /** Places in the modules in which the code has been. */
  get places(): number {
    let places = 0;
    for (const [i, start] of this.#modules.entries()) {
      const end = this.#modules[i + 1] ?? this.#places;
      if (this.#seen.subarray(start, end).some((classes) => classes !== 0)) places += end - start;
    }
    return places;
  }

  /** Places where the code has been since the first {@linkcode take}. */
  get covered(): number {
    return this.#covered;
  }

  /** Texts and numbers that stand in the code. */
  get words(): ReadonlySet<string | number> {
    return this.#words;
  }

  /** Forgets what was visited since. */
  reset(): void {
    this.#strides.fill(0, 0, (this.#places + 3) >> 2);
  }

  /** How much of what was visited is new: a place, or a class of visits to it; and learns it. */
  take(): number {
    let fresh = 0;
    this.#each((place, bit) => {
      const seen = this.#seen[place] ?? 0;
      if ((seen & bit) !== 0) return;
      if (seen === 0) this.#covered++;
      this.#seen[place] = seen | bit;
      fresh++;
    });
    return fresh;
  }

  /** Which places were visited. */
  visited(): number[] {
    const found: number[] = [];
    this.#each((place) => found.push(place));
    return found;
  }

  /** A number for all that was visited. */
  hash(): number {
    let hash = 0;
    this.#each((place, bit) => {
      hash = Math.imul(hash ^ (place * 256 + bit), 0x0100_0193) + 1 | 0;
    });
    return hash;
  }

  #each(visit: (place: number, bit: number) => void): void {
    const end = (this.#places + 3) >> 2;
    for (let i = 0; i < end; i++) {
      if (this.#strides[i] === 0) continue;
      for (let place = 4 * i; place < 4 * i + 4; place++) {
        const visits = this.#now[place] ?? 0;
        if (visits > 0) visit(place, classOf[visits] ?? 0);
      }
    }
  }
}
