import { chmodSync, chownSync, lstatSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { effectiveUserId, setUmask } from "@keepalived/linux";
import type { Log } from "../../log.ts";
import { CONTENT_TYPE } from "./exposition.ts";

/** Where metrics are served. */
export type MetricsPlace =
  | { readonly address: string; readonly port: number }
  | { readonly path: string; readonly groupId?: number | undefined };

export type MetricsServerOptions = {
  readonly log: Log;
  readonly place: MetricsPlace;
  /** @throws Error if nobody can say */
  readonly text: () => Promise<string>;
};

/** Scrapers at once. */
const connectionsAtMost = 16;
/** For a request, and for the next one of a connection. */
const patienceMs = 10_000;

/** `GET /metrics`, and nothing else. Requests that come at the same time get one answer. */
export class MetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #server: Server;
  #current: Promise<string> | undefined;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: patienceMs }, (request, response) => {
      request.resume();
      const path = request.url?.split("?", 1)[0];
      if (path !== "/metrics") return end(response, 404, "There is only /metrics\n");
      if (request.method !== "GET" && request.method !== "HEAD") {
        return end(response, 405, "Only GET and HEAD\n", { allow: "GET, HEAD" });
      }
      void this.#answer(response);
    });
    this.#server.maxConnections = connectionsAtMost;
    this.#server.keepAliveTimeout = patienceMs;
    this.#server.on("error", (error) => {
      options.log("warning", `Nobody can ask for metrics: ${error.message}`);
    });
    this.#listen();
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(response: ServerResponse): Promise<void> {
    try {
      const asked = this.#current ??= this.#options.text().finally(() => this.#current = undefined);
      end(response, 200, await asked, { "content-type": CONTENT_TYPE });
    } catch (error) {
      this.#options.log("error", `Cannot tell metrics: ${(error as Error).message}`);
      end(response, 500, "Cannot tell metrics\n");
    }
  }

  #listen(): void {
    const { place } = this.#options;
    if (!("path" in place)) return void this.#server.listen(place.port, place.address);
    const { path, groupId } = place;
    // What an earlier run left; of anything else the bind complains.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
    const umask = setUmask(0o177);
    const restore = () => void setUmask(umask);
    this.#server.once("listening", restore).once("error", restore);
    this.#server.listen(path, () => {
      if (groupId === undefined) return;
      chownSync(path, effectiveUserId(), groupId);
      chmodSync(path, 0o660);
    });
  }
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const all = { "content-type": "text/plain; charset=utf-8", ...headers };
  response.writeHead(status, { ...all, "content-length": new TextEncoder().encode(text).length });
  response.end(text);
}
