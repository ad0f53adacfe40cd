import { Writer } from "@keepalived/bytes";
import type { IpFamily } from "@keepalived/ip-address";
import {
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";
import { AF_UNSPEC, numberOfFamily } from "./family.ts";
import { describeRoute, encodeRoute, type Route } from "./route.ts";

/** Type of messages that add or describe a route. */
export const RTM_NEWROUTE = 24;
/** Type of messages that remove a route. */
export const RTM_DELROUTE = 25;
/** Type of messages that ask for routes. */
export const RTM_GETROUTE = 26;

/** `ip route add`: refused with EEXIST if the table has a route of this prefix, TOS and metric. */
export function addRoute(route: Route): NetlinkRequest {
  return newRoute("add", NLM_F_CREATE | NLM_F_EXCL, route);
}

/** `ip route replace`: adds it, or puts it in the place of one of this prefix, TOS and metric. */
export function replaceRoute(route: Route): NetlinkRequest {
  return newRoute("replace", NLM_F_CREATE | NLM_F_REPLACE, route);
}

/**
 * `ip route prepend`: before others of this prefix, TOS and metric; for IPv6 it becomes a leg beside them. Refused with
 * EEXIST if the table has the very same.
 */
export function prependRoute(route: Route): NetlinkRequest {
  return newRoute("prepend", NLM_F_CREATE, route);
}

/** `ip route append`: after others of this prefix, TOS and metric. Refused with EEXIST if the table has the very same. */
export function appendRoute(route: Route): NetlinkRequest {
  return newRoute("append", NLM_F_CREATE | NLM_F_APPEND, route);
}

/** `ip route delete`: the first that has all that is given; refused with ESRCH if there is none. */
export function deleteRoute(route: Route): NetlinkRequest {
  return {
    name: `ip route delete ${describeRoute(route)}`,
    type: RTM_DELROUTE,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeRoute(route),
  };
}

/**
 * `ip route show table all proto 18`: every route of every table, or those of one family or protocol.
 *
 * By protocol the kernel looks only on a socket with strict checking; others bring all routes.
 */
export function listRoutes(
  filter: { readonly family?: IpFamily; readonly protocol?: number } = {},
): NetlinkRequest {
  const { family, protocol = 0 } = filter;
  return {
    name: `ip ${family === undefined ? "" : `-${family} `}route show table all` +
      (protocol === 0 ? "" : ` proto ${protocol}`),
    type: RTM_GETROUTE,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    body: new Writer(12).u8(family === undefined ? AF_UNSPEC : numberOfFamily(family)).zeros(4)
      .u8(protocol).zeros(6).finish(),
  };
}

function newRoute(verb: string, flags: number, route: Route): NetlinkRequest {
  return {
    name: `ip route ${verb} ${describeRoute(route)}`,
    type: RTM_NEWROUTE,
    flags: NLM_F_REQUEST | NLM_F_ACK | flags,
    body: encodeRoute(route),
  };
}
