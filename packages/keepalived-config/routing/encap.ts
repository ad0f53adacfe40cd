import { clip, type Word } from "@keepalived/conf-parser";
import { familyOf } from "@keepalived/ip-address";
import { type Cursor, readOption, reportMissing, rowsOf } from "./words.ts";
import { wholeNumber, wholeNumber64 } from "./words.ts";
import type { Encap } from "../model_routes.ts";
import { readNumberOrName, refuse, type RoutingContext } from "./line.ts";
import { ENCAP_WORDS } from "../schema/route.ts";

const ROWS = rowsOf(ENCAP_WORDS);
const MOST_LABEL = (1 << 20) - 1;
/** Labels that the kernel takes. */
const MOST_LABELS = 30;

/** The words after `encap TYPE`; undefined after a report. */
export function readEncap(
  cursor: Cursor,
  type: string,
  context: RoutingContext,
): Encap | undefined {
  if (type === "ip" || type === "ip6") return readTunnel(cursor, type, context);
  const word = cursor.words[cursor.next++];
  if (word === undefined) return reportMissing(cursor, context) as undefined;
  return type === "mpls" ? readLabels(word, context) : readLocator(word, context);
}

function readTunnel(
  cursor: Cursor,
  kind: "ip" | "ip6",
  context: RoutingContext,
): Encap | undefined {
  const start = cursor.words[cursor.next - 1];
  let encap: Encap & { kind: "ip" | "ip6" } = { kind };
  // What only the other type has belongs to the route: its tos and hoplimit.
  const ours = kind === "ip" ? ["tos", "ttl"] : ["tc", "hoplimit"];
  const foreign = kind === "ip" ? ["tc", "hoplimit"] : ["tos", "ttl"];
  for (;;) {
    const name = cursor.words[cursor.next]?.text ?? "";
    if (foreign.includes(name)) break;
    const option = readOption(cursor, ROWS, { ...context, what: `${kind} encapsulation` });
    if (option === undefined) return undefined;
    if (option === null) break;
    const { given, values: [value] } = option;
    const text = String(value);
    switch (option.name) {
      case "id": {
        const id = wholeNumber64(text);
        if (id === undefined) {
          return refuse(
            context,
            given,
            "invalid-number",
            `encap id ${clip(text)} value is invalid`,
          );
        }
        encap = { ...encap, id };
        break;
      }
      case "dst":
      case "src": {
        const family = familyOf(text);
        if (family !== (kind === "ip" ? 4 : 6)) {
          const message = `IPv${family} address ${text} not valid for ${kind} encapsulation`;
          return refuse(context, given, "family", message);
        }
        encap = { ...encap, [option.name === "dst" ? "destination" : "source"]: text };
        break;
      }
      case ours[0]: {
        const tos = readNumberOrName(text, 255, "rt_dsfield", context.names);
        if (tos === undefined) {
          const message = `${option.name} ${clip(text)} not valid for ${kind} encapsulation`;
          return refuse(context, given, "invalid-value", message);
        }
        encap = { ...encap, tos };
        break;
      }
      case ours[1]:
        encap = { ...encap, hopLimit: Number(value) };
        break;
      case "flags":
        encap = { ...encap, flags: Number(value) };
    }
  }
  if (encap.id !== undefined || encap.destination !== undefined || start === undefined) {
    return encap;
  }
  const message = `address or id missing for ${kind} encapsulation`;
  return refuse(context, start, "missing-value", message);
}

function readLabels(word: Word, context: RoutingContext): Encap | undefined {
  const labels = word.text.split("/").map((text) => wholeNumber(text, MOST_LABEL));
  const valid = labels.filter((label) => label !== undefined);
  if (valid.length === labels.length && labels.length <= MOST_LABELS) {
    return { kind: "mpls", labels: valid };
  }
  const message = `invalid mpls address ${clip(word.text)} for encapsulation`;
  return refuse(context, word, "invalid-value", message, "labels are at most 1048575");
}

function readLocator(word: Word, context: RoutingContext): Encap | undefined {
  const groups = word.text.split(":");
  if (groups.length === 4 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    const locator = groups.map((group) => group.padStart(4, "0")).join("").toLowerCase();
    return { kind: "ila", locator };
  }
  const message = `invalid locator ${clip(word.text)} for ila encapsulation`;
  return refuse(context, word, "invalid-value", message, "four groups of hexadecimal digits");
}
