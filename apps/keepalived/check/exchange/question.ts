import { type Judgement, probe } from "@keepalived/checkers";
import type { Connection } from "@keepalived/keepalived-config";
import { ReceiveBuffer, type Socket, SyscallError } from "@keepalived/linux";
import { host } from "@keepalived/reactor";
import { openSocket, peerOf, type SocketKind } from "./connection.ts";
import { failureOf } from "./failures.ts";
import type { ExchangeTools, Finish, Release } from "./tools.ts";

/** A question in one packet. */
export type Question = {
  readonly kind: SocketKind;
  /** 0 for what has no ports. */
  readonly port: number;
  /** No answer is a good one. */
  readonly silenceIsGood: boolean;
  /** Readies a socket that is connected, and says what to send. */
  readonly prepare: (socket: Socket) => Uint8Array;
  /** What a packet from the peer is worth. */
  readonly judge: (packet: Uint8Array) => Judgement;
};

/** What all questions of this process read into, one after the other. */
let packets: ReceiveBuffer | undefined;
const packetsPerTurn = 16;

/**
 * Sends a question on a socket that hears of nobody but the peer, and of errors on the way, and waits for an answer.
 *
 * @throws SyscallError if it cannot be sent
 */
export function ask(
  connection: Connection,
  question: Question,
  { reactor }: ExchangeTools,
  finish: Finish,
): Release {
  const socket = openSocket(connection, question.kind);
  try {
    socket.connect(peerOf(connection, question.port));
    socket.send(question.prepare(socket));
    const machine = host(probe, {
      name: question.kind.name,
      config: { timeoutUs: connection.timeoutUs, silenceIsGood: question.silenceIsGood },
      seed: 0,
      scheduler: reactor,
      perform: (action) => finish(action.ending),
    });
    const watch = reactor.watch(socket.fd, "read", () => {
      try {
        for (let i = 0; i < packetsPerTurn; i++) {
          const packet = socket.receive(packets ??= new ReceiveBuffer());
          if (packet === undefined) return;
          machine.send({ kind: "reply", judgement: question.judge(packet.data) });
          if (machine.state.finished) return;
        }
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        machine.send({ kind: "failed", failure: failureOf(error) });
      }
    });
    machine.send({ kind: "sent" });
    return () => {
      machine[Symbol.dispose]();
      watch.forget();
      socket[Symbol.dispose]();
    };
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}
