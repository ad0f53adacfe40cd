import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { MetricsServer } from "../../../apps/keepalived/status/metrics/metrics_server.ts";
import type { Target } from "../engine/target.ts";
import { latin1, textBytes } from "./support.ts";

const page = "# EOF\n";
const statuses = [100, 200, 400, 404, 405, 408, 413, 414, 417, 431, 501, 505];

/** What comes on the socket of the metrics. */
export const target: Target = {
  name: "metrics",
  about: "requests to the server of metrics, over a socket",
  laws: ["answers only GET and HEAD of /metrics", "the server goes on, and says nothing odd"],
  isText: true,
  mostBytes: 400,
  seeds: () =>
    [
      "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
      "HEAD /metrics?x=1 HTTP/1.0\r\n\r\n",
      "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "GET http://a/metrics HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ].map(textBytes),
  check: async (input) => {
    const folder = mkdtempSync(joinPath(tmpdir(), "keepalived-fuzz-"));
    const path = joinPath(folder, "metrics.sock");
    const said: string[] = [];
    const text = () => Promise.resolve(page);
    using _ = new MetricsServer({ log: (_, text) => void said.push(text), place: { path }, text });
    try {
      obeyAnswer(await ask(path, input), input);
      const second = await ask(path, textBytes("GET /metrics HTTP/1.0\r\n\r\n"));
      assert.ok(second.endsWith(page), second);
      assert.deepEqual(said, []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function obeyAnswer(answer: string, input: Uint8Array): void {
  for (const [, status] of answer.matchAll(/(?:^|\r\n)HTTP\/1\.1 (\d{3}) /g)) {
    assert.ok(statuses.includes(Number(status)), answer);
  }
  if (answer.includes(page)) assert.match(latin1(input), /GET/);
  assert.ok(answer === "" || answer.startsWith("HTTP/1.1 "), answer);
}

/** Sends everything, and hears all that is answered. */
function ask(path: string, input: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ path, allowHalfOpen: false });
    socket.setEncoding("latin1");
    socket.on("data", (text) => answer += text);
    socket.on("close", () => resolve(answer));
    // The server may close while there is still something to send.
    socket.on(
      "error",
      (error: NodeJS.ErrnoException) =>
        error.code === "EPIPE" || error.code === "ECONNRESET" ? resolve(answer) : reject(error),
    );
    socket.end(input);
  });
}
