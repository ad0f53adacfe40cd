/** What is known of a tracked thing; unknown: it was not looked at yet. */
export type Verdict = "unknown" | "good" | "bad";

/** A tracked thing and what it counts for those who track it. */
export type Judged =
  & {
    /** What it is, for operators: `script check_web`. */
    readonly name: string;
    /** 0: it is a fault while it is bad. */
    readonly weight: number;
    readonly reverse: boolean;
  }
  & (
    | { readonly verdict: Verdict }
    /** The number in a tracked file, which counts `weight` times. */
    | { readonly value: number }
  );

/** What all that it tracks does to an instance. */
export type Influence = {
  /** To be added to the priority. */
  readonly adjustment: number;
  /** Names of what keeps the instance from taking part, each once. */
  readonly faults: readonly string[];
  /** Names of what would be a fault if it were bad, and is not known yet. */
  readonly pending: readonly string[];
};

/** A file's number times its weight that is this low is a fault. */
const LOWEST = -254;

/**
 * Adds up what an instance tracks.
 *
 * A positive weight is added while the thing is good, a negative one while it is bad; `reverse` turns the sign of what
 * is added. With weight 0 the instance is in fault while the thing is bad, reversed while it is good. The number in a
 * file counts `weight` times and is limited to ±254; at −254 it is a fault instead. With weight 0 any number but 0 is
 * one, reversed 0 alone.
 */
export function influenceOf(tracked: readonly Judged[]): Influence {
  let adjustment = 0;
  const faults = new Set<string>();
  const pending = new Set<string>();
  for (const one of tracked) {
    const share = shareOf(one);
    if (share === "fault") faults.add(one.name);
    else if (share === "pending") pending.add(one.name);
    else adjustment += share;
  }
  return { adjustment, faults: [...faults], pending: [...pending] };
}

/** What one thing adds to the priority, or that it is a fault, or may prove to be one. */
function shareOf(one: Judged): number | "fault" | "pending" {
  const { weight, reverse } = one;
  if (weight === 0) {
    const verdict = verdictOf(one);
    if (verdict === "unknown") return "pending";
    return (verdict === "bad") !== reverse ? "fault" : 0;
  }
  const signed = reverse ? -weight : weight;
  if ("value" in one) {
    const share = Math.min(one.value * signed, -LOWEST);
    return share <= LOWEST ? "fault" : share;
  }
  return one.verdict === (weight > 0 ? "good" : "bad") ? signed : 0;
}

function verdictOf(one: Judged): Verdict {
  if ("verdict" in one) return one.verdict;
  return one.value === 0 ? "good" : "bad";
}
