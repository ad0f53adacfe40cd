import { createHash } from "node:crypto";
import process from "node:process";
import { type Ending, http, type HttpEvent, renderRequest } from "@keepalived/checkers";
import type { Connection } from "@keepalived/keepalived-config";
import { SyscallError } from "@keepalived/linux";
import { host, Reactor } from "@keepalived/reactor";
import { AnswerReader } from "../check/exchange/http_reader.ts";
import { openStream, type Stream, type StreamEvents } from "../check/exchange/stream.ts";
import { openTlsStream } from "../check/exchange/tls_stream.ts";
import { dumpBytes, headings } from "./dump.ts";
import { genhashHelp, type GenhashOptions, hostOf, parseGenhashOptions } from "./options.ts";

/**
 * Prints the MD5 of a page, as `digest` of HTTP_GET and SSL_GET wants it.
 *
 * @param words after `--genhash`
 * @param called what it was called as
 * @returns the exit status: 0 also if there is no page, as the C daemon has it
 */
export async function runGenhash(words: readonly string[], called: string): Promise<number> {
  const options = parseGenhashOptions(words);
  if ("problem" in options) {
    const problem = options.problem === undefined ? "" : `${options.problem}\n`;
    process.stderr.write(problem + genhashHelp(called));
    return 1;
  }
  process.stdout.write(await describePage(options));
  return 0;
}

/** What is printed of a page. */
async function describePage(options: GenhashOptions): Promise<string> {
  const startMs = performance.now();
  const page = new Page(options.verbose);
  const ending = await fetch(options, page);
  const shown = ending.ok ? page.finish() : `${messageOf(ending)}\n`;
  if (!options.verbose) return shown;
  const micros = Math.round((performance.now() - startMs) * 1000);
  return `${shown}\nGlobal response time for [${options.url}] = ${micros} usecs\n`;
}

function messageOf({ failure: { code, text } }: Extract<Ending, { ok: false }>): string {
  switch (code) {
    case "timeout":
    case "endless":
      return text.startsWith("no connection") ? "Timeout connecting" : "Timeout WEB read";
    case "closed":
    case "malformed":
      return "no data received from remote webserver";
    case "refused":
    case "unreachable":
    case "reset":
      return "Connection failed";
    default:
      return `Connection failed: ${text}`;
  }
}

/** A page as it comes. */
class Page {
  readonly #verbose: boolean;
  readonly #digest = createHash("md5");
  #shown = "";
  #head: Buffer = Buffer.alloc(0);
  #isHeadOver = false;
  #hasBody = false;

  constructor(verbose: boolean) {
    this.#verbose = verbose;
    this.#show(headings.header);
  }

  /** Everything that the server sends; what belongs to the head is shown. */
  addReceived(bytes: Uint8Array): void {
    if (this.#isHeadOver) return;
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = /\r?\n\r?\n/.exec(this.#head.toString("latin1"));
    if (end === null) return;
    this.#isHeadOver = true;
    const head = this.#head.subarray(0, end.index + end[0].length);
    this.#show(dumpBytes(head) + headings.headerText + head.toString("latin1") + "\n");
  }

  /** What follows the head. */
  addRaw(bytes: Uint8Array): void {
    this.#digest.update(bytes);
    if (!this.#hasBody) this.#show(headings.body);
    this.#hasBody = true;
    this.#show(dumpBytes(bytes));
  }

  /** All that there is to print. */
  finish(): string {
    const digest = this.#digest.digest();
    this.#show(`\n${headings.digest}${dumpBytes(digest)}${headings.result}`);
    return `${this.#shown}${digest.toString("hex")}\n`;
  }

  #show(text: string): void {
    if (this.#verbose) this.#shown += text;
  }
}

/** Bytes of a page that are read at most. */
const mostBytes = 1 << 30;

async function fetch(options: GenhashOptions, page: Page): Promise<Ending> {
  using reactor = new Reactor();
  let ending: Ending | undefined;
  let bytes = 0;
  const events: StreamEvents = {
    onOpen: () => send({ kind: "connected" }),
    onData: (piece) => {
      page.addReceived(piece);
      reader.feed(piece);
      send({ kind: "progress", bodyBytes: bytes });
    },
    onEnd: (notified) => {
      reader.end();
      send({ kind: "closed", notified });
    },
    onFailed: (failure) => send({ kind: "failed", failure }),
  };
  const reader = new AnswerReader({
    onHead: (status) => send({ kind: "head", status }),
    onRaw: (piece) => {
      bytes += piece.length;
      page.addRaw(piece);
    },
    onBody: () => {},
    onComplete: () => send({ kind: "body", failure: null }),
    onFault: (failure) => send({ kind: "failed", failure }),
  }, false);
  const stream = open(options, reactor, events);
  if ("ok" in stream) return stream;
  using machine = host(http, {
    name: "genhash",
    config: {
      timeoutUs: options.timeoutUs,
      statusCodes: [[0, 999]],
      maxBodyBytes: mostBytes,
      closeNotify: false,
    },
    seed: 0,
    scheduler: reactor,
    perform: (action) => {
      switch (action.kind) {
        case "send-request":
          return stream.write(new TextEncoder().encode(requestOf(options)));
        case "finish":
          ending = action.ending;
          return reactor.stop();
        default:
          return action satisfies never;
      }
    },
  });
  const send = (event: HttpEvent): void => machine.send(event);
  send({ kind: "started" });
  await reactor.run();
  stream.close();
  return ending ?? { ok: false, failure: { code: "local", text: "no end" } };
}

function open(
  options: GenhashOptions,
  reactor: Reactor,
  events: StreamEvents,
): Stream | Extract<Ending, { ok: false }> {
  const { server, port, mark, timeoutUs, tls, sni, virtualHost } = options;
  const connection: Connection = { address: server, port, mark, timeoutUs };
  try {
    if (!tls) return openStream(connection, reactor, events);
    const serverName = sni ? virtualHost : undefined;
    const how = { identity: {}, serverName, verify: false };
    return openTlsStream(connection, reactor, how, events);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return { ok: false, failure: { code: "unreachable", text: error.message } };
  }
}

function requestOf(options: GenhashOptions): string {
  const { url, version } = options;
  return renderRequest({ method: "GET", path: url, version, host: hostOf(options), headers: [] });
}
