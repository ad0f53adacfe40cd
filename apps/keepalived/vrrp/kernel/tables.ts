import type { NetlinkConnection } from "@keepalived/reactor";
import type { Address, Route, Rule } from "@keepalived/netlink-route";
import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import type { Log } from "../../log.ts";
import type { Interfaces } from "../interfaces.ts";
import { addressKind } from "./addresses.ts";
import { KernelTable } from "./kernel_table.ts";
import { Requests } from "./requests.ts";
import type { HeldRoute } from "./route_of.ts";
import { routeKind } from "./routes.ts";
import { type HeldRule, ruleKind } from "./rules.ts";

/** What this process holds in the kernel, by kind. */
export type Tables = {
  readonly requests: Requests;
  readonly addresses: KernelTable<VirtualAddress, Address>;
  readonly routes: KernelTable<HeldRoute, Route>;
  readonly rules: KernelTable<HeldRule, Rule>;
};

export type TablesOptions = {
  readonly connection: Pick<NetlinkConnection, "send" | "prepare">;
  readonly interfaces: Interfaces;
  readonly log: Log;
  /** Called when it may have changed whether something is there. */
  readonly onChange: () => void;
};

/** Tables that hold nothing. Their requests share one order. */
export function newTables({ connection, interfaces, log, onChange }: TablesOptions): Tables {
  const requests = new Requests(connection);
  return {
    requests,
    addresses: new KernelTable(addressKind(interfaces), requests, log, onChange),
    routes: new KernelTable(routeKind(interfaces), requests, log, onChange),
    rules: new KernelTable(ruleKind, requests, log, onChange),
  };
}
