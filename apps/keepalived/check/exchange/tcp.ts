import { failed, succeeded } from "@keepalived/checkers";
import type { Connection } from "@keepalived/keepalived-config";
import { openSocket, peerOf, streamSocket } from "./connection.ts";
import { failureOfErrno } from "./failures.ts";
import { noConnection } from "./stream.ts";
import type { ExchangeTools, Finish, Release } from "./tools.ts";

/**
 * TCP_CHECK: a connection can be opened.
 *
 * There may be many thousands of these each second: when all is well it takes the calls socket, connect, epoll_ctl and
 * close, and readiness without an error says that the connection is open.
 */
export function startTcp(
  { connection }: { readonly connection: Connection },
  { reactor }: ExchangeTools,
  finish: Finish,
): Release {
  const socket = openSocket(connection, streamSocket);
  try {
    socket.connect(peerOf(connection));
    const watch = reactor.watch(socket.fd, "write", (ready) => {
      const errno = ready.failed ? socket.takeError() : 0;
      finish(errno === 0 ? succeeded : { ok: false, failure: failureOfErrno(errno) });
    });
    const timeout = reactor.at(
      reactor.nowUs() + connection.timeoutUs,
      () => finish(failed("timeout", noConnection(connection))),
    );
    return () => {
      timeout[Symbol.dispose]();
      watch.forget();
      socket[Symbol.dispose]();
    };
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}
