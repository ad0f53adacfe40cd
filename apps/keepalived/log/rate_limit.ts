import type { Entry } from "./entry.ts";

/** Lines of one kind that are written in a window of time, and the length of that. */
const linesAtMost = 200;
const windowMs = 10_000;
/** Kinds that are counted at a time. */
const kindsAtMost = 256;

type Count = { readonly endsAtMs: number; lines: number; suppressed: number; last: Entry };

/**
 * Keeps a complaint that repeats itself from filling the log. Lines that differ in their numbers, addresses and names
 * with digits alone are of one kind.
 *
 * Warnings and errors only: the rest tells what the daemon did, such as each transition, and that is never left out.
 */
export class RateLimit {
  readonly #counts = new Map<string, Count>();

  /** Whether to write a line. One that is not is counted. */
  admits(entry: Entry): boolean {
    if (entry.severity !== "warning" && entry.severity !== "error") return true;
    const kind = kindOf(entry);
    const count = this.#counts.get(kind);
    if (count === undefined) {
      // One kind more than can be counted at a time is not counted.
      if (this.#counts.size >= kindsAtMost) return true;
      const endsAtMs = entry.at.getTime() + windowMs;
      this.#counts.set(kind, { endsAtMs, lines: 1, suppressed: 0, last: entry });
      return true;
    }
    if (++count.lines <= linesAtMost) return true;
    count.suppressed++;
    count.last = entry;
    return false;
  }

  /** Ends the windows that are over, and says what was left out in them. */
  sweep(at: Date): readonly Entry[] {
    const said: Entry[] = [];
    for (const [kind, { endsAtMs, suppressed, last }] of this.#counts) {
      // A clock that was set back must not keep a window open.
      const leftMs = endsAtMs - at.getTime();
      if (leftMs > 0 && leftMs <= windowMs) continue;
      this.#counts.delete(kind);
      if (suppressed === 0) continue;
      const { severity, text } = last;
      said.push({ at, severity, text: `${suppressed} more suppressed like: ${text}` });
    }
    return said;
  }

  /** Whether there is nothing to sweep. */
  get isIdle(): boolean {
    return this.#counts.size === 0;
  }
}

function kindOf({ severity, text }: Entry): string {
  return severity + text.replaceAll(/[\w:.]+/g, (word) => /\d/.test(word) ? "#" : word);
}
