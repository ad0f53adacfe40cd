/**
 * Links, addresses, routes, rules and notifications of rtnetlink as values, in the words of `ip`.
 *
 * One file per `ip` object. A builder returns a request that names its equal command; a decoder takes the body of a
 * message. {@linkcode decodeNotification} serves dumps and multicast notifications alike.
 *
 * @example
 * ```ts
 * import { encodeRequest } from "@keepalived/netlink-codec";
 * import { addAddress } from "@keepalived/netlink-route";
 *
 * const request = addAddress({
 *   index: 3,
 *   address: "192.0.2.1",
 *   prefixLength: 24,
 *   scope: "global",
 *   flags: {},
 * });
 * if (request.name !== "ip address add 192.0.2.1/24 scope global dev if3") throw new Error("No");
 * const bytes = encodeRequest(request, 1); // to be sent on a NETLINK_ROUTE socket
 * if (bytes.length !== 40) throw new Error("Not what ip sends");
 * ```
 *
 * @module
 */

export {
  type Address,
  type AddressFault,
  type AddressFlags,
  type AddressKey,
  decodeAddress,
  describeAddress,
  encodeAddress,
} from "./address.ts";
export {
  addAddress,
  deleteAddress,
  listAddresses,
  replaceAddress,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
} from "./address_request.ts";
export {
  decodeLink,
  describeLink,
  encodeLink,
  type Link,
  type LinkFault,
  type LinkFlags,
  type OperState,
} from "./link.ts";
export type { AddressGeneration, IpvlanScope, MacvlanMode } from "./link_table.ts";
export {
  createLink,
  deleteLink,
  deleteLinkGroup,
  getLink,
  type Ipv4Settings,
  type LinkChange,
  listLinks,
  type NewLink,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
  setLink,
} from "./link_request.ts";
export {
  decodeNotification,
  multicastGroups,
  type Notification,
  type NotificationFault,
} from "./monitor.ts";
export type { Encap, EncapFault, TunnelEncap } from "./encap.ts";
export type { Nexthop, NexthopFlags, Realms, Way, WayFault } from "./nexthop.ts";
export {
  decodeRoute,
  describeRoute,
  encodeRoute,
  mainTable,
  naturalScope,
  naturalTable,
  type Route,
  type RouteFault,
  type RouteFlags,
  type RoutePreference,
  type RouteType,
} from "./route.ts";
export type { RouteMetrics } from "./route_metrics.ts";
export {
  addRoute,
  appendRoute,
  deleteRoute,
  listRoutes,
  prependRoute,
  replaceRoute,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
} from "./route_request.ts";
export {
  decodeRule,
  describeRule,
  encodeRule,
  type NumberRange,
  type Rule,
  type RuleAction,
  type RuleFault,
  type RuleFlags,
} from "./rule.ts";
export {
  addRule,
  deleteRule,
  listRules,
  RTM_DELRULE,
  RTM_GETRULE,
  RTM_NEWRULE,
} from "./rule_request.ts";
export type { Scope } from "./scope.ts";
