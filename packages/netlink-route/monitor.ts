import { type Decoded, ok } from "@keepalived/bytes";
import type { NetlinkMessage } from "@keepalived/netlink-codec";
import { type Address, type AddressFault, decodeAddress } from "./address.ts";
import { RTM_DELADDR, RTM_NEWADDR } from "./address_request.ts";
import { AF_UNSPEC, familyOfNumber } from "./family.ts";
import { decodeLink, type Link, type LinkFault } from "./link.ts";
import { RTM_DELLINK, RTM_NEWLINK } from "./link_request.ts";
import { decodeRoute, type Route, type RouteFault } from "./route.ts";
import { RTM_DELROUTE, RTM_NEWROUTE } from "./route_request.ts";
import { decodeRule, type Rule, type RuleFault } from "./rule.ts";
import { RTM_DELRULE, RTM_NEWRULE } from "./rule_request.ts";

/** Multicast groups that a socket can join to be told of changes, `RTNLGRP_*` (`ip monitor`). */
export const multicastGroups = {
  link: 1,
  neighbour: 3,
  ipv4Address: 5,
  ipv4Route: 7,
  ipv4Rule: 8,
  ipv6Address: 9,
  ipv6Route: 11,
  ipv6Rule: 19,
} as const;

/** A change of the kernel's tables, or an entry of a dump, which is a message of the same form. */
export type Notification =
  /** New, or changed in any way. */
  | { readonly kind: "link-changed"; readonly link: Link }
  | { readonly kind: "link-removed"; readonly link: Link }
  /** New, or its flags or lifetimes changed: an IPv6 address comes again when it is no longer tentative. */
  | { readonly kind: "address-added"; readonly address: Address }
  | { readonly kind: "address-removed"; readonly address: Address }
  /** New, or changed in place. */
  | { readonly kind: "route-added"; readonly route: Route }
  | { readonly kind: "route-removed"; readonly route: Route }
  | { readonly kind: "rule-added"; readonly rule: Rule }
  | { readonly kind: "rule-removed"; readonly rule: Rule }
  /** Of another object or family: a bridge's port, a neighbour, an address that is not IP. */
  | { readonly kind: "other"; readonly type: number };

/** Why a notification was refused. */
export type NotificationFault = LinkFault | AddressFault | RouteFault | RuleFault;

/**
 * What a message tells of, as `ip monitor` prints it; faults have offsets into its body.
 *
 * Bridges speak of their ports with link messages of their own family, and RTM_DELLINK there means that a port left
 * the bridge, not that the link is gone: such messages are "other". The kernel does not tell of IPv4 routes that go with
 * their interface when it is set down or removed.
 */
export function decodeNotification(
  message: NetlinkMessage,
): Decoded<Notification, NotificationFault> {
  const { type, body } = message;
  const family = body[0] ?? AF_UNSPEC;
  if ((type === RTM_NEWLINK || type === RTM_DELLINK) && family === AF_UNSPEC) {
    const link = decodeLink(body);
    const kind = type === RTM_NEWLINK ? "link-changed" : "link-removed";
    return link.ok ? ok({ kind, link: link.value }) : link;
  }
  if ((type === RTM_NEWADDR || type === RTM_DELADDR) && familyOfNumber(family) !== undefined) {
    const address = decodeAddress(body);
    const kind = type === RTM_NEWADDR ? "address-added" : "address-removed";
    return address.ok ? ok({ kind, address: address.value }) : address;
  }
  if ((type === RTM_NEWROUTE || type === RTM_DELROUTE) && familyOfNumber(family) !== undefined) {
    const route = decodeRoute(body);
    const kind = type === RTM_NEWROUTE ? "route-added" : "route-removed";
    return route.ok ? ok({ kind, route: route.value }) : route;
  }
  if ((type === RTM_NEWRULE || type === RTM_DELRULE) && familyOfNumber(family) !== undefined) {
    const rule = decodeRule(body);
    const kind = type === RTM_NEWRULE ? "rule-added" : "rule-removed";
    return rule.ok ? ok({ kind, rule: rule.value }) : rule;
  }
  return ok({ kind: "other", type });
}
