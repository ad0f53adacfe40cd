import { clip } from "@keepalived/conf-parser";
import { familyOf, type IpFamily } from "@keepalived/ip-address";
import { type Cursor, readOption, rowsOf } from "./words.ts";
import type { Nexthop } from "../model_routes.ts";
import { readEncap } from "./encap.ts";
import { checkDevice, claimFamily, type FamilyDraft, readRealms, refuse } from "./line.ts";
import type { RoutingContext } from "./line.ts";
import { NEXTHOP_WORDS } from "../schema/route.ts";

const ROWS = rowsOf(NEXTHOP_WORDS);

/** The words of one leg, up to one that is none of them; undefined after a report. */
export function readNexthop(
  cursor: Cursor,
  family: FamilyDraft,
  context: RoutingContext,
): Nexthop | undefined {
  let nexthop: Nexthop = { weight: 1, onlink: false };
  for (;;) {
    const option = readOption(cursor, ROWS, context);
    if (option === undefined) return undefined;
    if (option === null) return nexthop;
    const { given, values } = option;
    switch (option.name) {
      case "via": {
        const via = readGateway(option, family, context);
        if (via === undefined) return undefined;
        nexthop = { ...nexthop, via };
        break;
      }
      case "dev":
        checkDevice(given, "VROUTE nexthop", context);
        nexthop = { ...nexthop, interface: String(values[0]) };
        break;
      case "weight":
        nexthop = { ...nexthop, weight: Number(values[0]) };
        break;
      case "onlink":
        nexthop = { ...nexthop, onlink: true };
        break;
      case "encap": {
        const encap = readEncap(cursor, String(values[0]), context);
        if (encap === undefined) return undefined;
        nexthop = { ...nexthop, encap };
        break;
      }
      case "realms": {
        const realms = readRealms(given.text, context.names);
        if (realms === undefined) {
          const message = `Invalid realms ${clip(given.text)} for route`;
          return refuse(context, given, "invalid-value", message);
        }
        nexthop = { ...nexthop, realms };
      }
    }
  }
}

/** `via [inet|inet6] IP`: a gateway of the other family only if the line names its family. */
export function readGateway(
  { given, values }: {
    readonly given: Parameters<typeof claimFamily>[2];
    readonly values: readonly unknown[];
  },
  draft: FamilyDraft,
  context: RoutingContext,
): string | undefined {
  const address = String(values.at(-1));
  const family: IpFamily = familyOf(address);
  const named = values.length > 1 ? values[0] : undefined;
  if (named !== undefined) {
    if (named === (family === 4 ? "inet" : "inet6")) return address;
    const message = `Cannot mix IPv4 and IPv6 addresses for ${context.what} (${address})`;
    return refuse(context, given, "family", message);
  }
  return claimFamily(draft, family, given, context) ? address : undefined;
}
