import { http, type HttpEvent, judgeBody, renderRequest } from "@keepalived/checkers";
import { familyOf } from "@keepalived/ip-address";
import type { Connection, HttpUrl } from "@keepalived/keepalived-config";
import { host } from "@keepalived/reactor";
import { AnswerBody, longestBody } from "./answer_body.ts";
import { AnswerReader } from "./http_reader.ts";
import { openStream, type Stream, type StreamEvents } from "./stream.ts";
import { openTlsStream } from "./tls_stream.ts";
import type { CheckerOf, ExchangeTools, Finish, Release } from "./tools.ts";

/** HTTP_GET and SSL_GET: one request, and its answer. */
export function startHttp(
  checker: CheckerOf<"http">,
  url: HttpUrl,
  tools: ExchangeTools,
  finish: Finish,
): Release {
  const { connection, tls, verify } = checker;
  const { reactor, tls: identity } = tools;
  const body = new AnswerBody(url);
  const reader = new AnswerReader({
    onHead: (status) => send({ kind: "head", status }),
    onRaw: (bytes) => body.addRaw(bytes),
    onBody: (bytes) => body.add(bytes),
    onComplete: (chunked) => {
      // Too much is told before it is judged: the rest of it was not kept.
      send({ kind: "progress", bodyBytes: body.bytes });
      const failure = judgeBody(url, body.finish(chunked)) ?? null;
      send({ kind: "body", failure });
    },
    onFault: (failure) => send({ kind: "failed", failure }),
  }, url.method === "HEAD");
  const events: StreamEvents = {
    onOpen: () => send({ kind: "connected" }),
    onData: (bytes) => {
      reader.feed(bytes);
      send({ kind: "progress", bodyBytes: body.bytes });
    },
    onEnd: (notified) => {
      reader.end();
      send({ kind: "closed", notified });
    },
    onFailed: (failure) => send({ kind: "failed", failure }),
  };
  const stream: Stream = tls
    ? openTlsStream(connection, reactor, { identity, serverName: url.serverName, verify }, events)
    : openStream(connection, reactor, events);
  const machine = host(http, {
    name: "http",
    config: {
      timeoutUs: connection.timeoutUs,
      statusCodes: url.statusCodes,
      maxBodyBytes: longestBody(url),
      closeNotify: tls && url.closeNotify,
    },
    seed: 0,
    scheduler: reactor,
    perform: (action) => {
      switch (action.kind) {
        case "send-request":
          return stream.write(requestOf(checker, url));
        case "finish":
          return finish(action.ending);
        default:
          return action satisfies never;
      }
    },
  });
  const send = (event: HttpEvent): void => machine.send(event);
  send({ kind: "started" });
  return () => {
    machine[Symbol.dispose]();
    stream.close();
  };
}

const requests = new WeakMap<CheckerOf<"http">, Map<HttpUrl, Uint8Array>>();

/** Encoded once for all attempts. */
function requestOf(checker: CheckerOf<"http">, url: HttpUrl): Uint8Array {
  let known = requests.get(checker);
  if (known === undefined) requests.set(checker, known = new Map());
  let request = known.get(url);
  if (request === undefined) {
    known.set(url, request = new TextEncoder().encode(render(checker, url)));
  }
  return request;
}

function render({ version, connection }: CheckerOf<"http">, url: HttpUrl): string {
  const { method, path, headers, body } = url;
  return renderRequest({
    method,
    path,
    version,
    host: url.host ?? defaultHost(connection),
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

/** Address and port, which keepalived says also where it is the usual one. */
function defaultHost({ address, port }: Connection): string {
  return familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
