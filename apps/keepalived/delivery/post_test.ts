import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { WebhookConfig } from "@keepalived/keepalived-config";
import { post } from "./post.ts";

function webhook(port: number, more: Partial<WebhookConfig> = {}): WebhookConfig {
  const url = `http://127.0.0.1:${port}/hook?x=1`;
  const trust = { verify: true };
  return { url, timeoutUs: 500_000, retries: 0, headers: [], trust, ...more };
}

/** Runs something beside a server on a port of its own. */
async function beside<T>(server: Server, act: (port: number) => Promise<T>): Promise<T> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await act((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

function answering(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Server {
  return createServer((request, response) => {
    const body: string[] = [];
    request.setEncoding("utf8").on("data", (text) => body.push(text));
    request.on("end", () => answer(request, response, body.join("")));
  });
}

test("post() sends JSON with the headers that are configured, secrets from files too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-post-"));
  const file = join(folder, "token");
  writeFileSync(file, "Bearer sesame\nmore\n");
  const seen: unknown[] = [];
  const server = answering(({ method, url, headers }, response, body) => {
    const { authorization, "content-type": type, "x-low": low } = headers;
    seen.push(method, url, type, authorization, low, body);
    response.writeHead(204).end();
  });
  const headers = [
    { name: "Authorization", value: { file } },
    { name: "X-Low", value: { text: "a b" } },
  ];
  const failure = await beside(server, (port) => post('{"name":"ä"}', webhook(port, { headers })));
  assert.equal(failure, undefined);
  assert.deepEqual(seen, [
    "POST",
    "/hook?x=1",
    "application/json",
    "Bearer sesame",
    "a b",
    '{"name":"ä"}',
  ]);
  rmSync(folder, { recursive: true });
});

for (
  const [status, permanent] of [
    [200, undefined],
    [201, undefined],
    [301, true],
    [400, true],
    [401, true],
    [404, true],
    [408, false],
    [429, false],
    [500, false],
    [503, false],
  ] as const
) {
  test(`post() takes an answer of ${status} for ${permanent === undefined ? "done" : permanent ? "final" : "passing"}`, async () => {
    const server = answering((_, response) => void response.writeHead(status).end("text"));
    const failure = await beside(server, (port) => post("{}", webhook(port)));
    const expected = permanent === undefined
      ? undefined
      : { reason: `the server answers ${status}`, permanent };
    assert.deepEqual(failure, expected);
  });
}

/** Servers that do not answer as they should, and what that is. */
const nasty: readonly (readonly [string, () => Server, RegExp])[] = [
  ["says nothing", () => createTcpServer(() => {}), /^no answer after 0.5 s$/],
  [
    "answers byte by byte",
    () =>
      createTcpServer((socket) => {
        const timer = setInterval(() => socket.write("H"), 50);
        for (const event of ["close", "error"]) socket.on(event, () => clearInterval(timer));
      }),
    /./,
  ],
  ["closes", () => createTcpServer((socket) => void socket.end()), /./],
  ["resets", () => createTcpServer((socket) => void socket.resetAndDestroy()), /./],
  ["speaks something else", () => createTcpServer((socket) => void socket.end("220 hi\r\n")), /./],
];

for (const [what, serverOf, reason] of nasty) {
  test(`post() comes to an end with a server that ${what}`, async () => {
    const begun = performance.now();
    const failure = await beside(serverOf(), (port) => post("{}", webhook(port)));
    assert.ok(performance.now() - begun < 15_000);
    assert.equal(failure?.permanent, false);
    assert.match(failure.reason, reason);
  });
}

test("post() does not wait for the end of an answer", async () => {
  const server = answering((_, response) => void response.writeHead(200).write("and so on"));
  assert.equal(await beside(server, (port) => post("{}", webhook(port))), undefined);
});

test("post() says who is not there, and which file cannot be read", async () => {
  const closed = await beside(createTcpServer(), (port) => Promise.resolve(port));
  const refused = await post("{}", webhook(closed));
  assert.match(refused?.reason ?? "", /ECONNREFUSED|refused/i);
  const headers = [{ name: "Authorization", value: { file: "/no/such/file" } }];
  const unread = await post("{}", webhook(closed, { headers }));
  assert.match(unread?.reason ?? "", /ENOENT.*\/no\/such\/file/);
  const bad = await post(
    "{}",
    webhook(closed, { headers: [{ name: "no name", value: { text: "" } }] }),
  );
  assert.match(bad?.reason ?? "", /header/i);
});
