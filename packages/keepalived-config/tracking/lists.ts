import { clip, type Entry, type Word } from "@keepalived/conf-parser";
import type { Body } from "../bind.ts";
import type { Tracked, Tracking, Weight } from "../model_tracking.ts";
import type { Say } from "../read_instance.ts";
import { readValue } from "../value.ts";

/** What lists of trackers can name, with the weight that holds where the list says none. */
export type Trackable = {
  readonly scripts: ReadonlyMap<string, Weight>;
  readonly files: ReadonlyMap<string, Weight>;
  readonly processes: ReadonlyMap<string, Weight>;
  readonly bfdInstances: ReadonlyMap<string, Weight>;
  /** Whether the host lacks an interface, as far as that is a mistake. */
  readonly missing: (name: string) => boolean;
};

/** How a list is read. */
type Kind = {
  readonly keyword: string;
  /** In messages. */
  readonly what: string;
  readonly most: number;
  /** One more than the most is taken for the most. */
  readonly coerces: boolean;
  /** Undefined: interfaces, which are not defined in the file. */
  readonly known: ReadonlyMap<string, Weight> | undefined;
};

/** The lists of an instance or a sync group; what is wrong in them is reported and left out. */
export function readTracking(body: Body, trackable: Trackable, say: Say): Tracking {
  const read = (keyword: string, what: string, limits: Limits, known?: Kind["known"]) =>
    readList(body, { keyword, what, ...limits, known }, trackable, say);
  const { scripts, files, processes, bfdInstances } = trackable;
  return {
    interfaces: read("track_interface", "track_interface", COERCED),
    scripts: read("track_script", "track script", COERCED, scripts),
    files: read("track_file", "track file", WIDE, files),
    processes: read("track_process", "track process", WIDE, processes),
    bfdInstances: read("track_bfd", "track bfd", NARROW, bfdInstances),
  };
}

type Limits = Pick<Kind, "most" | "coerces">;

const COERCED: Limits = { most: 253, coerces: true };
const NARROW: Limits = { most: 253, coerces: false };
const WIDE: Limits = { most: 254, coerces: false };

function readList(body: Body, kind: Kind, trackable: Trackable, say: Say): readonly Tracked[] {
  const found = new Map<string, Tracked>();
  for (const { body: { lines } } of body.statements.get(kind.keyword) ?? []) {
    for (const line of lines) {
      const tracked = readEntry(line, kind, found, trackable, say);
      if (tracked !== undefined) found.set(tracked.name, tracked);
    }
  }
  return [...found.values()];
}

/** `NAME [weight N [reverse|noreverse]]` */
function readEntry(
  { words: [first, ...options] }: Entry,
  kind: Kind,
  found: ReadonlyMap<string, Tracked>,
  trackable: Trackable,
  say: Say,
): Tracked | undefined {
  const { keyword, what, known } = kind;
  const name = first.text;
  const shown = clip(name);
  const defined = known === undefined ? { weight: 0, reverse: false } : known.get(name);
  if (defined === undefined) {
    say("warning", "unknown-name", `${what} ${shown} not found, ignoring...`, first.at);
    return undefined;
  }
  if (known === undefined && trackable.missing(name)) {
    const message = `tracked interface ${shown} doesn't exist`;
    say("warning", "unknown-interface", message, first.at);
  }
  if (found.has(name)) {
    say("warning", "duplicate", `duplicate ${keyword} ${shown} - ignoring`, first.at);
    return undefined;
  }
  const [option, value, sense, surplus] = options;
  if (option === undefined) return { name, ...defined };
  if (option.text !== "weight") {
    const message = `unknown ${what} ${shown} option ${clip(option.text)} - ignoring`;
    say("error", "unknown-option", message, option.at, "write NAME weight N [reverse]");
    return undefined;
  }
  if (value === undefined) {
    const message = `weight without value specified for ${what} ${shown} - ignoring`;
    say("error", "missing-value", message, option.at);
    return undefined;
  }
  if (surplus !== undefined) {
    const message = `Surplus argument '${clip(surplus.text)}' of ${what} ${shown}`;
    say("warning", "surplus-argument", message, surplus.at);
  }
  const weight = readLimited(value, name, kind, say) ?? defined.weight;
  return { name, weight, reverse: readSense(sense, name, kind, say) ?? defined.reverse };
}

function readLimited(value: Word, name: string, kind: Kind, say: Say): number | undefined {
  const { what, most, coerces } = kind;
  const taken = most + (coerces ? 1 : 0);
  const read = readValue({ kind: "integer", min: -taken, max: taken }, value.text);
  if (!read.ok) {
    const message = `weight for ${what} ${clip(name)} must be in [-${most}..${most}] inclusive.` +
      ` Ignoring...: ${read.message}`;
    say("error", read.code, message, value.at);
    return undefined;
  }
  const weight = Number(read.value);
  if (Math.abs(weight) <= most) return weight;
  const message = `weight for ${clip(name)} cannot be +/-${taken}. Setting to +/-${most}`;
  say("warning", "adjusted", message, value.at);
  return Math.sign(weight) * most;
}

function readSense(
  sense: Word | undefined,
  name: string,
  { what }: Kind,
  say: Say,
): boolean | undefined {
  if (sense === undefined) return undefined;
  if (sense.text === "reverse" || sense.text === "noreverse") return sense.text === "reverse";
  const message = `unknown ${what} ${clip(name)} weight option ${clip(sense.text)} - ignoring`;
  say("error", "unknown-option", message, sense.at, "reverse or noreverse");
  return undefined;
}
