import { clip, type Word } from "@keepalived/conf-parser";
import { familyOf } from "@keepalived/ip-address";
import { type Option, wholeNumber, wholeNumber64 } from "./words.ts";
import type { Rule } from "../model_routes.ts";
import {
  checkDevice,
  claimFamily,
  EVERYTHING,
  readNumberOrName,
  readPrefix,
  readRange,
  refuse,
  type RoutingContext,
} from "./line.ts";
import { IP_PROTOCOLS } from "./names.ts";
import { type RuleDraft, take } from "./rule_draft.ts";

/** Takes what packets a rule is for: true if the word says it, false after a report, undefined if it does not. */
export function applyMatch(
  draft: RuleDraft,
  option: Option,
  context: RoutingContext,
): boolean | undefined {
  const { name, word, given } = option;
  const { text } = given;
  const shown = clip(text);
  const or = (message: string) => ({ option, context, message });
  switch (name) {
    case "from":
    case "to":
      return applyPrefix(draft, name, given, context);
    case "inet":
    case "inet6":
      return claimFamily(draft, name === "inet" ? 4 : 6, word, context);
    case "not":
      return take(draft, "invert", true, or(""));
    case "iif":
      checkDevice(given, "rule", context);
      return take(draft, "inputInterface", text, or(""));
    case "oif":
      checkDevice(given, "rule", context);
      return take(draft, "outputInterface", text, or(""));
    case "tos": {
      const tos = readNumberOrName(text, 255, "rt_dsfield", context.names);
      return take(draft, "tos", tos, or(`TOS value ${shown} is invalid`));
    }
    case "fwmark":
      return take(draft, "mark", readMark(text), or(`Invalid rule fwmark ${shown} specified`));
    case "tunnel-id":
      return take(
        draft,
        "tunnelId",
        wholeNumber64(text),
        or(`Invalid tunnel-id ${shown} specified`),
      );
    case "uidrange": {
      const ids = readRange(text, 0xffffffff);
      return take(draft, "userIds", ids, or(`Invalid uidrange ${shown} specified`));
    }
    case "ipproto":
      return take(draft, "ipProtocol", readProtocol(text), or(`Invalid ipproto ${shown}`));
    case "sport":
    case "dport": {
      const ports = readRange(text, 65535);
      const hint = /^[0-9]+$/.test(text) ? `write ${text}-${text}` : "write FROM-TO";
      if (ports === undefined) {
        refuse(context, given, "invalid-value", `invalid ${name} range ${shown}`, hint);
      }
      draft.fields[name === "sport" ? "sourcePorts" : "destinationPorts"] = ports ?? NO_PORTS;
      return ports !== undefined;
    }
    default:
      return undefined;
  }
}

const NO_PORTS = { from: 0, to: 0 };

function applyPrefix(
  draft: RuleDraft,
  name: "from" | "to",
  given: Word,
  context: RoutingContext,
): boolean {
  if (EVERYTHING.has(given.text)) return true;
  const prefix = readPrefix(given, context);
  if (prefix === undefined) {
    const message = `Invalid rule ${name} address ${clip(given.text)}`;
    refuse(context, given, "invalid-address", message);
    return false;
  }
  draft.fields[name] = prefix;
  return claimFamily(draft, familyOf(prefix.address), given, context);
}

/** `N[/MASK]`. */
function readMark(text: string): Rule["mark"] | undefined {
  const [first = "", second, ...more] = text.split("/");
  const value = wholeNumber(first, 0xffffffff);
  if (value === undefined || more.length > 0) return undefined;
  if (second === undefined) return { value };
  const mask = wholeNumber(second, 0xffffffff);
  return mask === undefined ? undefined : { value, mask };
}

/** The C daemon takes numbers below 255. */
function readProtocol(text: string): number | undefined {
  const name = text.toLowerCase();
  return wholeNumber(text, 254) ??
    (Object.hasOwn(IP_PROTOCOLS, name) ? IP_PROTOCOLS[name] : undefined);
}
