import type { ServerName, ServerOrder } from "../../control.ts";
import type { Premises } from "../premises.ts";
import { choiceOf, type Params, textOf } from "./params.ts";
import { ControlError } from "./protocol.ts";

/** What an operator can do with a server. */
const actions = ["drain", "disable", "enable", "weight"] as const;

type Action = (typeof actions)[number];

/** One action on a server. */
export type Order = Pick<ServerOrder, "server" | "virtualServer"> & {
  readonly action: Action;
  /** Of `weight`; absent: that of the configuration again. */
  readonly weight?: number;
};

/** Largest weight that IPVS takes. */
const heaviest = 2_147_483_647;

/** Reads the parameters. @throws ControlError */
export function orderOf(params: Params): Order {
  const action = choiceOf(params, "action", actions);
  const server = textOf(params, "server");
  const virtualServer = textOf(params, "virtualServer");
  const { weight } = params;
  if (action === undefined) throw new ControlError("bad-params", "action is missing");
  if (server === undefined) throw new ControlError("bad-params", "server is missing");
  const isWeight = typeof weight === "number" && Number.isInteger(weight) && weight >= 0 &&
    weight <= heaviest;
  if (weight !== undefined && (!isWeight || action !== "weight")) {
    throw new ControlError("bad-params", `weight is a number from 0 to ${heaviest}, for 'weight'`);
  }
  return {
    action,
    server,
    ...(virtualServer === undefined ? {} : { virtualServer }),
    ...(isWeight ? { weight } : {}),
  };
}

/** Has a server as an operator wants it. @returns the servers that are meant @throws ControlError if there is none */
export async function orderServer(
  order: Order,
  premises: Premises,
): Promise<{ readonly servers: readonly ServerName[] }> {
  const check = premises.children().find(({ name }) => name === "check");
  if (check === undefined) throw new ControlError("failed", "No checker process runs");
  const before = premises.orders();
  const { standing, rest } = place(before, order);
  const asked = await check.ask({ what: "orders", orders: [...rest, standing] });
  const servers = JSON.parse(asked) as readonly ServerName[];
  if (servers.length === 0) {
    await check.ask({ what: "orders", orders: before });
    const { server, virtualServer } = order;
    const where = virtualServer === undefined ? "" : ` in a virtual server '${virtualServer}'`;
    throw new ControlError("not-found", `There is no server '${server}'${where}`);
  }
  premises.setOrders(isNeeded(standing, rest) ? [...rest, standing] : rest);
  return { servers };
}

/** What holds for the server from now on, and the orders about others. One for all virtual servers replaces those for one. */
function place(
  orders: readonly ServerOrder[],
  order: Order,
): { readonly standing: ServerOrder; readonly rest: readonly ServerOrder[] } {
  const isSame = (it: ServerOrder) =>
    it.server === order.server && it.virtualServer === order.virtualServer;
  const isCovered = (it: ServerOrder) =>
    isSame(it) || (it.server === order.server && order.virtualServer === undefined);
  const { service, weight, ...named } = orders.find(isSame) ??
    { server: order.server, ...(order.virtualServer && { virtualServer: order.virtualServer }) };
  const next = {
    service: serviceOf(order.action) ?? service,
    weight: order.action === "weight" ? order.weight : weight,
  };
  return {
    standing: {
      ...named,
      ...(next.service === undefined || next.service === "in" ? {} : { service: next.service }),
      ...(next.weight === undefined ? {} : { weight: next.weight }),
    },
    rest: orders.filter((it) => !isCovered(it)),
  };
}

function serviceOf(action: Action): ServerOrder["service"] {
  return ({ drain: "drained", disable: "out", enable: "in" } as const)[
    action as Exclude<Action, "weight">
  ];
}

/** An order that asks for what is so anyhow is needed only against an older one, which may be about the server too. */
function isNeeded({ service, weight }: ServerOrder, rest: readonly ServerOrder[]): boolean {
  return service !== undefined || weight !== undefined || rest.length > 0;
}
