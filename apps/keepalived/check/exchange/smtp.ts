import { smtp, type SmtpEvent, splitLines } from "@keepalived/checkers";
import { host } from "@keepalived/reactor";
import { openStream } from "./stream.ts";
import type { CheckerOf, ExchangeTools, Finish, Release } from "./tools.ts";

/** SMTP_CHECK: greeting, HELO and QUIT. */
export function startSmtp(
  { connection, heloName }: CheckerOf<"smtp">,
  { reactor }: ExchangeTools,
  finish: Finish,
): Release {
  let pending = "";
  const stream = openStream(connection, reactor, {
    onOpen: () => send({ kind: "connected" }),
    onData: (bytes) => {
      const split = splitLines(pending, Buffer.from(bytes).toString("latin1"));
      pending = split.pending;
      for (const line of split.lines) send(line);
    },
    onEnd: () => send({ kind: "closed" }),
    onFailed: (failure) => send({ kind: "failed", failure }),
  });
  const machine = host(smtp, {
    name: "smtp",
    config: { timeoutUs: connection.timeoutUs, heloName },
    seed: 0,
    scheduler: reactor,
    perform: (action) => {
      switch (action.kind) {
        case "send":
          return stream.write(new TextEncoder().encode(action.text));
        case "finish":
          return finish(action.ending);
        default:
          return action satisfies never;
      }
    },
  });
  const send = (event: SmtpEvent): void => machine.send(event);
  send({ kind: "started" });
  return () => {
    machine[Symbol.dispose]();
    stream.close();
  };
}
