import { familyOf, type IpFamily } from "@keepalived/ip-address";
import type { Body } from "../bind.ts";
import { last, textOf } from "../body.ts";
import type { Say } from "./say.ts";
import type { Identity } from "./identity.ts";
import { familiesOf } from "./service_group.ts";

/**
 * The family of a virtual server: that of its addresses; of firewall marks what `ip_family` says, else that of the servers
 * that are not tunnelled, of the mask of `persistence_granularity`, of the tunnelled servers if it is one, or IPv4.
 *
 * @param tunnelled whether servers that say nothing else are
 * @returns "both" for a group of both families with tunnels alone; undefined after a report
 */
export function resolveFamily(
  body: Body,
  identity: Identity,
  tunnelled: boolean,
  name: string,
  say: Say,
): IpFamily | "both" | undefined {
  const members = [...familiesOf(identity)];
  const servers = serversOf(body, tunnelled);
  const asked = textOf(body, "ip_family");
  const wanted = asked === undefined ? undefined : asked === "inet6" ? 6 : 4;
  if (members.length > 1) {
    if (servers.every(({ tunnel }) => tunnel)) return "both";
    const what = "virtual server group with IPv4 & IPv6 doesn't match virtual server";
    say("warning", "group-family", `${identity.group}: ${what} ${name} - ignoring`);
    return undefined;
  }
  const [own] = members;
  const direct = servers.find(({ tunnel }) => !tunnel)?.family;
  if (own === undefined) return wanted ?? direct ?? ofMask(body) ?? ofTunnels(servers) ?? 4;
  if (identity.kind === "group" && (wanted ?? direct ?? own) !== own) {
    const what = "address family doesn't match virtual server";
    say("warning", "group-family", `${identity.group}: ${what} ${name} - ignoring`);
    return undefined;
  }
  if (wanted !== undefined && wanted !== own) {
    const message = `Virtual server specified family ${asked} conflicts with server family`;
    say("error", "family", message, "ip_family");
  }
  return own;
}

type Server = { readonly family: IpFamily; readonly tunnel: boolean };

function serversOf(body: Body, tunnelled: boolean): readonly Server[] {
  const servers = (body.statements.get("real_server") ?? []).map(({ values, body }): Server => {
    const method = textOf(body, "lvs_method");
    return {
      family: familyOf(String(values[0])),
      tunnel: method === undefined ? tunnelled : method === "TUN",
    };
  });
  const sorry = last(body, "sorry_server");
  if (sorry === undefined) return servers;
  const method = textOf(body, "sorry_server_lvs_method");
  const tunnel = method === undefined ? tunnelled : method === "TUN";
  return [...servers, { family: familyOf(String(sorry.values[0])), tunnel }];
}

/** A dotted mask is one of IPv4, a length of more than 32 one of IPv6. */
function ofMask(body: Body): IpFamily | undefined {
  const mask = textOf(body, "persistence_granularity");
  if (mask === undefined) return undefined;
  return mask.includes(".") ? 4 : Number(mask) > 32 ? 6 : undefined;
}

function ofTunnels(servers: readonly Server[]): IpFamily | undefined {
  const [first] = servers;
  return servers.every(({ family }) => family === first?.family) ? first?.family : undefined;
}
