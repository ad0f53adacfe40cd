import { isIp, parseIp } from "@keepalived/ip-address";
import type { RealServer, VirtualServer } from "@keepalived/keepalived-config";
import type { ServerService } from "@keepalived/lvs-pool";
import type { ServerOrder } from "../control.ts";

/** What is wanted of a server in the end. */
export type Standing = { readonly service: ServerService; readonly weight: number | null };

/** What orders make of a server: of several about it the last one counts. */
export function standingOf(
  orders: readonly ServerOrder[],
  virtualServer: VirtualServer,
  server: RealServer,
): Standing {
  const order = orders.findLast((it) => isAbout(it, virtualServer, server));
  return { service: order?.service ?? "in", weight: order?.weight ?? null };
}

/** Whether an order is about a server of a virtual server. */
export function isAbout(
  order: ServerOrder,
  virtualServer: VirtualServer,
  server: RealServer,
): boolean {
  const { address, port, name } = server;
  const itself = order.server === name || isPlace(order.server, address, port);
  return itself &&
    (order.virtualServer === undefined || isVirtualServer(order.virtualServer, virtualServer));
}

function isVirtualServer(word: string, { name, group, members }: VirtualServer): boolean {
  if (word === name || word === group) return true;
  return members.some((it) =>
    it.kind === "fwmark" ? word === `fwmark ${it.mark}` : isPlace(word, it.first, it.port)
  );
}

/** `10.1.0.1`, `10.1.0.1:80`, `2001:db8::1`, `[2001:db8::1]:80` */
function isPlace(word: string, address: string, port: number): boolean {
  if (isIp(word)) return parseIp(word) === address;
  const [, inBrackets, bare, digits] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(word) ?? [];
  return parseIp(inBrackets ?? bare ?? "") === address && Number(digits) === port;
}
