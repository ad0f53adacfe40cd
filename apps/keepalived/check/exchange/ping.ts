import { randomInt } from "node:crypto";
import type { Judgement } from "@keepalived/checkers";
import { decodeIcmpEcho, encodeIcmpEcho } from "@keepalived/inet-codec";
import { familyOf, type IpAddress } from "@keepalived/ip-address";
import type { Connection } from "@keepalived/keepalived-config";
import {
  ICMP_FILTER,
  ICMPV6_FILTER,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  SOCK_RAW,
  type Socket,
  SOL_RAW,
} from "@keepalived/linux";
import type { SocketKind } from "./connection.ts";
import { ask } from "./question.ts";
import type { ExchangeTools, Finish, Release } from "./tools.ts";
import { hearErrors } from "./udp.ts";

/**
 * A raw socket, connected, so that it hears of the peer alone.
 *
 * The kernel's sockets for ping need `net.ipv4.ping_group_range` to be opened up, which the C daemon does and leaves so.
 */
const echoSocket: SocketKind = {
  type: SOCK_RAW,
  protocol: { 4: IPPROTO_ICMP, 6: IPPROTO_ICMPV6 },
  name: "a raw socket for ICMP",
};

const data = new TextEncoder().encode("keepalived check - ".repeat(3));

/** PING_CHECK: an answer to an ICMP echo request. */
export function startPing(
  { connection }: { readonly connection: Connection },
  tools: ExchangeTools,
  finish: Finish,
): Release {
  const target = connection.address;
  const family = familyOf(target);
  const identifier = randomInt(0x10000);
  const sequenceNumber = randomInt(0x10000);
  let own: IpAddress = target;
  return ask(
    connection,
    {
      kind: echoSocket,
      port: 0,
      silenceIsGood: false,
      prepare: (socket) => {
        hearErrors(socket, family);
        hearReplies(socket, family);
        const local = socket.localAddress();
        if (local !== undefined && "port" in local) own = local.address;
        const path = { source: own, destination: target };
        return encodeIcmpEcho({ kind: "request", identifier, sequenceNumber, data }, path);
      },
      judge: (packet): Judgement => {
        // A raw socket for IPv4 gives the header of the packet as well.
        const header = family === 4 ? ((packet[0] ?? 0) & 0x0f) * 4 : 0;
        const path = { source: target, destination: own };
        const echo = decodeIcmpEcho(packet.subarray(header), path);
        if (!echo.ok || echo.value.kind !== "reply") return "foreign";
        const isOurs = echo.value.identifier === identifier &&
          echo.value.sequenceNumber === sequenceNumber;
        return isOurs ? "good" : "foreign";
      },
    },
    tools,
    finish,
  );
}

/** Of all ICMP messages only echo replies are worth waking up for. */
function hearReplies(socket: Socket, family: 4 | 6): void {
  if (family === 4) return socket.setOption(SOL_RAW, ICMP_FILTER, ~1);
  const blocked = new Uint8Array(32).fill(0xff);
  blocked[129 >> 3] = 0xff & ~(1 << (129 & 7));
  socket.setOption(IPPROTO_ICMPV6, ICMPV6_FILTER, blocked);
}
