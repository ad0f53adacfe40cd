import { clip, type Word } from "@keepalived/conf-parser";
import { familyOf } from "@keepalived/ip-address";
import type { Option } from "./words.ts";
import type { Route } from "../model_routes.ts";
import { readGateway } from "./nexthop.ts";
import type { RouteDraft } from "./route_draft.ts";
import {
  checkDevice,
  claimFamily,
  EVERYTHING,
  readNumberOrName,
  readPrefix,
  readRealms,
  refuse,
  type RoutingContext,
} from "./line.ts";

/** Takes a word with addresses or interfaces into a route: true if it is one, false after a report. */
export function applyWay(
  draft: RouteDraft,
  option: Option,
  context: RoutingContext,
): boolean | undefined {
  const { fields } = draft;
  const { given, values } = option;
  const text = String(values.at(-1));
  switch (option.name) {
    case "via": {
      const via = readGateway(option, draft, context);
      if (via !== undefined) fields.via = via;
      return via !== undefined;
    }
    case "or":
      if (draft.or !== undefined) {
        const message = '"or" route already specified - ignoring subsequent';
        refuse(context, given, "duplicate", message);
        return true;
      }
      draft.or = text;
      return claimFamily(draft, familyOf(text), given, context);
    case "src":
      fields.preferredSource = text;
      return claimFamily(draft, familyOf(text), given, context);
    case "from":
      return applySource(draft, given, context);
    case "dev":
      checkDevice(given, "VROUTE nexthop", context);
      fields.interface = text;
      return true;
    case "vrf":
      fields.vrf = text;
      if (!context.missing(text)) return true;
      refuse(context, given, "unknown-vrf", `VRF ${clip(text)} not found for route`);
      return false;
    default:
      return undefined;
  }
}

function applySource(draft: RouteDraft, given: Word, context: RoutingContext): boolean {
  const prefix = readPrefix(given, context);
  if (prefix !== undefined && familyOf(prefix.address) === 6) {
    draft.fields.source = prefix;
    return claimFamily(draft, 6, given, context);
  }
  const message = prefix !== undefined || EVERYTHING.has(given.text)
    ? `route from address only supported with IPv6 (${clip(given.text)})`
    : `invalid route from address ${clip(given.text)}`;
  refuse(context, given, "invalid-address", message);
  return false;
}

/** Takes a word with a number or a name for one into a route: true if it is one, false after a report. */
export function applyNumber(
  draft: RouteDraft,
  { name, word, given: { text }, given }: Option,
  context: RoutingContext,
): boolean | undefined {
  const { fields } = draft;
  const { names } = context;
  const take = <Key extends keyof Route>(
    key: Key,
    value: Route[Key] | undefined,
    message: string,
  ): boolean => {
    if (value === undefined) refuse(context, given, "invalid-value", message);
    else Object.assign(fields, { [key]: value });
    return value !== undefined;
  };
  const shown = clip(text);
  switch (name) {
    case "table": {
      const table = readNumberOrName(text, 0xffffffff, "rt_tables", names);
      return take("table", table, `Routing table ${shown} not found for route`);
    }
    case "scope": {
      const scope = readNumberOrName(text, 255, "rt_scopes", names);
      return take("scope", scope, `Scope ${shown} not found or invalid for route`);
    }
    case "protocol": {
      draft.protocol = readNumberOrName(text, 255, "rt_protos", names);
      return take("protocol", draft.protocol, `Protocol ${shown} not found or invalid for route`);
    }
    case "tos": {
      const tos = readNumberOrName(text, 255, "rt_dsfield", names);
      return take("tos", tos, `TOS value ${shown} is invalid`);
    }
    case "realms":
      draft.only.push({ family: 4, word, message: "realms are only valid for IPv4" });
      return take("realms", readRealms(text, names), `Invalid realms ${shown} for route`);
    case "pref":
      draft.only.push({ family: 6, word, message: "pref is only valid for IPv6" });
      return take(
        "preference",
        PREFERENCES.get(text),
        `Invalid pref value ${shown} specified for route`,
      );
    case "expires":
      draft.only.push({ family: 6, word, message: "expires is only valid for IPv6" });
      return take("expiresS", Number(text), "");
    case "metric":
      return take("metric", Number(text), "");
    default:
      return undefined;
  }
}

/** By name, and by the number that the kernel has for it. */
const PREFERENCES: ReadonlyMap<string, "low" | "medium" | "high"> = new Map([
  ["medium", "medium"],
  ["high", "high"],
  ["low", "low"],
  ["0", "medium"],
  ["1", "high"],
  ["3", "low"],
]);

/** Takes a word that stands alone, or as good as alone, into a route; false after a report. */
export function applyFlag(draft: RouteDraft, option: Option, context: RoutingContext): boolean {
  const { name, word, given } = option;
  const { fields } = draft;
  switch (name) {
    case "inet":
    case "inet6":
      return claimFamily(draft, name === "inet" ? 4 : 6, word, context);
    case "onlink":
      fields.onlink = true;
      return true;
    case "ttl-propagate":
      fields.ttlPropagate = given.text === "enabled";
      return true;
    case "add":
    case "prepend":
    case "append":
      fields.insert = name;
      return true;
    case "no_track":
      draft.track = false;
      return true;
    case "track_group": {
      draft.group = given;
      if (context.trackGroups !== undefined) return true;
      const hint = "it belongs in static_routes";
      refuse(context, word, "unknown-option", "unknown route keyword track_group", hint);
      return false;
    }
    default:
      throw new RangeError(`No reader for the word ${name} of a route`);
  }
}
