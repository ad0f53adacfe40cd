import { clip, type Entry, type Word } from "@keepalived/conf-parser";
import { familyOf, type IpFamily } from "@keepalived/ip-address";
import { type Cursor, type Option, readOption, rowsOf } from "./words.ts";
import type { Nexthop, Route, RouteType } from "../model_routes.ts";
import { readEncap } from "./encap.ts";
import { readNexthop } from "./nexthop.ts";
import { newRouteDraft, type RouteDraft } from "./route_draft.ts";
import { METRICS, readMetric } from "./route_metrics.ts";
import { applyFlag, applyNumber, applyWay } from "./route_options.ts";
import { claimFamily, EVERYTHING, readPrefix, refuse, resolveTrack } from "./line.ts";
import type { RoutingContext } from "./line.ts";
import { ROUTE_TYPES, ROUTE_WORDS } from "../schema/route.ts";
import { suggest } from "../suggest.ts";

const ROWS = rowsOf(ROUTE_WORDS);
const TYPES: ReadonlySet<string> = new Set(ROUTE_TYPES);

/** Reads one line of routes; undefined after a report: the route is left out. */
export function readRoute(entry: Entry, context: RoutingContext): Route | undefined {
  const cursor: Cursor = { words: entry.words, next: 0 };
  const draft = newRouteDraft();
  while (cursor.next < cursor.words.length) {
    const option = readOption(cursor, ROWS, context);
    if (option === undefined) return undefined;
    const taken = option === null
      ? readDestination(draft, cursor.words[cursor.next++] ?? entry.words[0], context)
      : applyOption(draft, option, cursor, context);
    if (!taken) return undefined;
  }
  return finish(draft, entry.words[0], context);
}

function readDestination(draft: RouteDraft, word: Word, context: RoutingContext): boolean {
  const { text } = word;
  if (EVERYTHING.has(text) || text === "default6") {
    draft.destination = { word, prefix: undefined };
    if (text !== "default6") return true;
    const message = `${context.subject}'default6' is deprecated - please replace with` +
      " 'inet6 default'";
    context.report({ severity: "deprecation", code: "old-name", message, at: word.at });
    return claimFamily(draft, 6, word, context);
  }
  const prefix = readPrefix(word, context);
  if (prefix !== undefined) {
    draft.destination = { word, prefix };
    return claimFamily(draft, familyOf(prefix.address), word, context);
  }
  const near = suggest(text, ROWS.keys());
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  refuse(context, word, "unknown-option", `unknown route keyword ${clip(text)}`, hint);
  return false;
}

/** False after a report. */
function applyOption(
  draft: RouteDraft,
  option: Option,
  cursor: Cursor,
  context: RoutingContext,
): boolean {
  const { name, word, given, values } = option;
  const { fields } = draft;
  const metric = METRICS.get(name);
  if (metric !== undefined) return readMetric(draft, metric, option, context);
  if (TYPES.has(name)) {
    fields.type = name as RouteType;
    fields.insert ??= "add";
    return readDestination(draft, given, context);
  }
  switch (name) {
    case "to":
      return readDestination(draft, given, context);
    case "encap": {
      const encap = readEncap(cursor, String(values[0]), context);
      if (encap !== undefined) fields.encap = encap;
      return encap !== undefined;
    }
    case "nexthop":
      return readNexthops(draft, cursor, context);
    case "as":
      if (given.text === "to") cursor.next++;
      refuse(context, word, "unsupported", '"as to" for MPLS only - ignoring');
      return true;
  }
  return applyWay(draft, option, context) ?? applyNumber(draft, option, context) ??
    applyFlag(draft, option, context);
}

/** All legs: they end the line. */
function readNexthops(draft: RouteDraft, cursor: Cursor, context: RoutingContext): boolean {
  for (;;) {
    const nexthop = readNexthop(cursor, draft, context);
    if (nexthop === undefined) return false;
    draft.nexthops.push(nexthop);
    const next = cursor.words[cursor.next];
    if (next === undefined) return true;
    cursor.next++;
    if (next.text === "nexthop") continue;
    const message = `Route has trailing nonsense after nexthops - ${clip(next.text)}`;
    refuse(context, next, "unknown-option", message, "write it before the first nexthop");
    cursor.next = cursor.words.length;
    return true;
  }
}

function finish(draft: RouteDraft, first: Word, context: RoutingContext): Route | undefined {
  const { fields, destination, only } = draft;
  if (destination === undefined) {
    return refuse(context, first, "missing-value", "Route must have a destination");
  }
  const family = draft.family ?? 4;
  const other = only.find((one) => one.family !== family);
  if (other !== undefined) return refuse(context, other.word, "family", other.message);
  const { via, ...rest } = fields;
  const nexthops = legsOf(draft);
  return {
    type: "unicast",
    onlink: false,
    tos: 0,
    insert: "prepend",
    ...rest,
    ...(via === undefined || draft.or !== undefined ? {} : { via }),
    family,
    destination: destination.prefix ?? everything(family),
    nexthops,
    metrics: { ...draft.metrics, locked: [...draft.locked].sort() },
    ...trackOf(draft, first, destination.word, context),
  };
}

/** `via A or B` are two legs. */
function legsOf({ fields: { via }, or, nexthops }: RouteDraft): readonly Nexthop[] {
  if (or === undefined) return nexthops;
  const gateways = via === undefined ? [or] : [via, or];
  return [...gateways.map((via) => ({ via, weight: 1, onlink: false })), ...nexthops];
}

function everything(family: IpFamily): Route["destination"] {
  return { address: family === 4 ? "0.0.0.0" : "::", prefixLength: 0 };
}

/** A route without an interface cannot be tracked. */
function trackOf(draft: RouteDraft, first: Word, destination: Word, context: RoutingContext) {
  const hasDevice = draft.fields.interface !== undefined;
  const resolved = resolveTrack(draft, first, hasDevice, context);
  if (!resolved.track || hasDevice) return resolved;
  const { subject, report } = context;
  const message = `${subject}Warning - cannot track route ${
    clip(destination.text)
  } with no interface specified, not tracking`;
  const hint = "add dev INTERFACE, or no_track";
  report({ severity: "warning", code: "not-tracked", message, at: first.at, hint });
  return { ...resolved, track: false };
}
