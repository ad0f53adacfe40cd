import { randomInt } from "node:crypto";
import { judgeDnsReply } from "@keepalived/checkers";
import { familyOf } from "@keepalived/ip-address";
import { decodeDnsHeader, encodeDnsQuestion } from "./dns_message.ts";
import { ask } from "./question.ts";
import type { CheckerOf, ExchangeTools, Finish, Release } from "./tools.ts";
import { datagramSocket, hearErrors } from "./udp.ts";

/** DNS_CHECK: an answer without an error. */
export function startDns(
  { connection, recordType, name }: CheckerOf<"dns">,
  tools: ExchangeTools,
  finish: Finish,
): Release {
  const id = randomInt(0x10000);
  return ask(
    connection,
    {
      kind: datagramSocket,
      port: connection.port,
      silenceIsGood: false,
      prepare: (socket) => {
        hearErrors(socket, familyOf(connection.address));
        return encodeDnsQuestion(id, name, recordType);
      },
      judge: (packet) => judgeDnsReply(id, decodeDnsHeader(packet)),
    },
    tools,
    finish,
  );
}
