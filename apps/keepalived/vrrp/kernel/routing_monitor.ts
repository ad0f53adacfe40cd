import {
  decodeNotification,
  listRoutes,
  listRules,
  multicastGroups,
  type Notification,
  type Route,
  RTM_DELROUTE,
  RTM_NEWROUTE,
  type Rule,
} from "@keepalived/netlink-route";
import type { NetlinkMessage, NetlinkRequest } from "@keepalived/netlink-codec";
import { NetlinkConnection, type Reactor } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { PROTOCOL_KEEPALIVED } from "./object_kind.ts";

/** Who is told of removals. */
export type RoutingListener = {
  readonly onRouteRemoved: (route: Route) => void;
  readonly onRuleRemoved: (rule: Rule) => void;
  /** Notifications are lost: look anew. */
  readonly onOverrun: () => void;
};

/** Routes and rules that have our protocol number. */
export type OwnRouting = { readonly routes: readonly Route[]; readonly rules: readonly Rule[] };

/** Where in the body of a route message its protocol is. */
const protocolOffset = 5;

/**
 * Removals of routes and rules that have our protocol number.
 *
 * On a connection of its own: a router with hundreds of thousands of routes may lose notifications of those, and must not
 * lose those of links and addresses with them.
 */
export class RoutingMonitor {
  readonly #listener: RoutingListener;
  readonly #log: Log;
  readonly #connection: NetlinkConnection;

  constructor(reactor: Reactor, log: Log, listener: RoutingListener) {
    this.#log = log;
    this.#listener = listener;
    const { ipv4Route, ipv4Rule, ipv6Route, ipv6Rule } = multicastGroups;
    this.#connection = new NetlinkConnection(reactor, {
      groups: [ipv4Route, ipv4Rule, ipv6Route, ipv6Rule],
      onNotification: (message) => this.#notice(message),
      onOverrun: listener.onOverrun,
    });
  }

  /** What the kernel has of ours. @throws NetlinkError (as a rejection) */
  async read(): Promise<OwnRouting> {
    const protocol = PROTOCOL_KEEPALIVED;
    const routes: Route[] = [];
    const rules: Rule[] = [];
    for (const family of [4, 6] as const) {
      for (const entry of await this.#list(listRoutes({ family, protocol }))) {
        if (entry.kind === "route-added") routes.push(entry.route);
      }
      for (const entry of await this.#list(listRules(family))) {
        if (entry.kind === "rule-added") rules.push(entry.rule);
      }
    }
    return {
      routes: routes.filter((it) => it.protocol === protocol),
      rules: rules.filter((it) => it.protocol === protocol),
    };
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #list(request: NetlinkRequest): Promise<readonly Notification[]> {
    const messages = await this.#connection.request(request);
    return messages.flatMap((message) => this.#decode(message) ?? []);
  }

  #notice(message: NetlinkMessage): void {
    const { type, body } = message;
    // Most routes are not ours, and are not worth a look.
    if (type === RTM_NEWROUTE) return;
    if (type === RTM_DELROUTE && body[protocolOffset] !== PROTOCOL_KEEPALIVED) return;
    const notification = this.#decode(message);
    if (notification?.kind === "route-removed") this.#listener.onRouteRemoved(notification.route);
    if (notification?.kind === "rule-removed") this.#listener.onRuleRemoved(notification.rule);
  }

  #decode(message: NetlinkMessage): Notification | undefined {
    const decoded = decodeNotification(message);
    if (decoded.ok) return decoded.value;
    this.#log("warning", `Netlink: cannot read a notification: ${decoded.error.fault}`);
    return undefined;
  }
}
