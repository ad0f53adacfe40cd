import { parseHex } from "@keepalived/bytes";
import { judgeUdpReply } from "@keepalived/checkers";
import { familyOf } from "@keepalived/ip-address";
import {
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVERR,
  SOCK_DGRAM,
  type Socket,
} from "@keepalived/linux";
import type { SocketKind } from "./connection.ts";
import { ask } from "./question.ts";
import type { CheckerOf, ExchangeTools, Finish, Release } from "./tools.ts";

export const datagramSocket: SocketKind = {
  type: SOCK_DGRAM,
  protocol: { 4: 0, 6: 0 },
  name: "a UDP socket",
};

/** What keepalived sends if nothing is said. */
const filler = new TextEncoder().encode("keepalived check - keepalived ch");

/** UDP_CHECK: an answer that is wanted, or at least no error that comes back. */
export function startUdp(
  { connection, payload, reply }: CheckerOf<"udp">,
  tools: ExchangeTools,
  finish: Finish,
): Release {
  const demand = reply === undefined
    ? undefined
    : { ...reply, data: bytesOf(reply.data), mask: bytesOf(reply.mask) };
  return ask(
    connection,
    {
      kind: datagramSocket,
      port: connection.port,
      silenceIsGood: reply === undefined,
      prepare: (socket) => {
        hearErrors(socket, familyOf(connection.address));
        return payload === undefined ? filler : bytesOf(payload);
      },
      judge: (packet) => judgeUdpReply(demand, packet),
    },
    tools,
    finish,
  );
}

/** @throws RangeError for what the configuration does not let through */
function bytesOf(hex: string): Uint8Array {
  const bytes = parseHex(hex);
  if (bytes === undefined) throw new RangeError(`Not hexadecimal: ${hex}`);
  return bytes;
}

/** All errors on the way are told, also that there is no way: by itself a socket hears only that nobody listens. */
export function hearErrors(socket: Socket, family: 4 | 6): void {
  if (family === 4) socket.setOption(IPPROTO_IP, IP_RECVERR, 1);
  else socket.setOption(IPPROTO_IPV6, IPV6_RECVERR, 1);
}
