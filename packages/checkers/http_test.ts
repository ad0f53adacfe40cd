import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ending, failed, succeeded } from "./ending.ts";
import { Bench } from "./fixture.ts";
import { http, type HttpAction, type HttpConfig, type HttpEvent } from "./http.ts";
import { renderRequest } from "./http_request.ts";

const second = 1_000_000;
const plain: HttpConfig = {
  timeoutUs: 5 * second,
  statusCodes: [[200, 299], [404, 404]],
  maxBodyBytes: 1000,
  closeNotify: false,
};
const tls = { ...plain, closeNotify: true };
const send: HttpAction = { kind: "send-request" };
const started: HttpEvent = { kind: "started" };
const connected: HttpEvent = { kind: "connected" };
const head = (status: number): HttpEvent => ({ kind: "head", status });
const body: HttpEvent = { kind: "body", failure: null };
const wrong = { code: "digest", text: "digest" } as const;
const closed: HttpEvent = { kind: "closed", notified: false };
const notified: HttpEvent = { kind: "closed", notified: true };

const rows: readonly (readonly [string, HttpConfig, readonly HttpEvent[], Ending])[] = [
  ["200", plain, [connected, head(200), body], succeeded],
  ["299", plain, [connected, head(299), body], succeeded],
  ["404, which is wanted", plain, [connected, head(404), body], succeeded],
  ["300", plain, [connected, head(300), body], failed("status", "status code 300")],
  ["199", plain, [connected, head(199)], failed("status", "status code 199")],
  ["a wrong body", plain, [connected, head(200), { kind: "body", failure: wrong }], {
    ok: false,
    failure: wrong,
  }],
  ["no answer", plain, [connected, closed], failed("closed", "connection closed before an answer")],
  [
    "half an answer",
    plain,
    [connected, head(200), closed],
    failed("closed", "connection closed before the end of the answer"),
  ],
  [
    "too much",
    plain,
    [connected, head(200), { kind: "progress", bodyBytes: 1001 }],
    failed("too-long", "body of more than 1000 bytes"),
  ],
  [
    "as much as may be",
    plain,
    [connected, head(200), { kind: "progress", bodyBytes: 1000 }, body],
    succeeded,
  ],
  ["close_notify", tls, [connected, head(200), body, notified], succeeded],
  [
    "no close_notify",
    tls,
    [connected, head(200), body, closed],
    failed("tls", "connection closed without close_notify"),
  ],
  ["a failure", plain, [connected, { kind: "failed", failure: wrong }], {
    ok: false,
    failure: wrong,
  }],
];

for (const [name, config, events, ending] of rows) {
  test(`http: ${name}`, () => {
    const bench = new Bench(http, config);
    assert.deepEqual(bench.tell(0, started), []);
    const actions = events.flatMap((event) => bench.tell(second, event));
    assert.deepEqual(actions, [send, { kind: "finish", ending }]);
    const { state } = bench;
    for (const event of [...events, started, closed]) bench.tell(2 * second, event);
    assert.equal(bench.state, state, "nothing counts after its end");
    assert.equal(bench.deadlineUs, undefined);
  });
}

test("http: each step has its time, and each piece of an answer gives a new one", () => {
  const steps: readonly (readonly [HttpConfig, readonly HttpEvent[], string])[] = [
    [plain, [], "no connection within 5 s"],
    [plain, [connected], "no answer within 5 s"],
    [plain, [connected, { kind: "progress", bodyBytes: 0 }], "no answer within 5 s"],
    [plain, [connected, head(200)], "no end of the answer within 5 s"],
    [
      plain,
      [connected, head(200), { kind: "progress", bodyBytes: 9 }],
      "no end of the answer within 5 s",
    ],
    [tls, [connected, head(200), body], "no close_notify within 5 s"],
  ];
  for (const [config, events, text] of steps) {
    const bench = new Bench(http, config);
    bench.tell(0, started);
    events.forEach((event, i) => bench.tell((i + 1) * second, event));
    const dueUs = (events.length + 5) * second;
    assert.equal(bench.deadlineUs, dueUs);
    assert.deepEqual(bench.tell(dueUs - 1, { kind: "timeout" }), []);
    assert.deepEqual(bench.tell(dueUs, { kind: "timeout" }), [
      { kind: "finish", ending: failed("timeout", text) },
    ]);
  }
});

test("http: an answer that goes on and on has ten times the time of a step", () => {
  const bench = new Bench(http, plain);
  for (const event of [started, connected, head(200)]) bench.tell(0, event);
  for (let s = 4; s < 50; s += 4) {
    assert.deepEqual(bench.tell(s * second, { kind: "progress", bodyBytes: s }), []);
  }
  assert.equal(bench.deadlineUs, 50 * second);
  assert.deepEqual(bench.tell(50 * second, { kind: "timeout" }), [
    { kind: "finish", ending: failed("endless", "answer has no end within 50 s") },
  ]);
});

test("http: what does not belong to the step changes nothing", () => {
  const bench = new Bench(http, plain);
  const stray = (events: readonly HttpEvent[]) => {
    const { state } = bench;
    for (const event of events) assert.deepEqual(bench.tell(0, event), []);
    assert.equal(bench.state, state);
  };
  stray([connected, head(200), body, { kind: "progress", bodyBytes: 5 }]);
  bench.tell(0, started);
  stray([started, head(200), body, { kind: "progress", bodyBytes: 5000 }]);
  bench.tell(0, connected);
  stray([started, connected, body]);
  bench.tell(0, head(200));
  stray([started, connected, head(500)]);
});

const request = {
  method: "GET",
  path: "/a?b=c",
  version: "1.0",
  host: "10.1.0.1:2003",
  headers: [],
} as const;

const requests: readonly (readonly [Parameters<typeof renderRequest>[0], string])[] = [
  // As keepalived 2.2.7 sent them.
  [request, "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.1.0.1:2003\r\n\r\n"],
  [
    { ...request, version: "1.0C", host: "url.example" },
    "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: url.example\r\n\r\n",
  ],
  [
    { ...request, version: "1.1", host: "chk.example" },
    "GET /a?b=c HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: chk.example\r\n\r\n",
  ],
  // Additions.
  [
    { ...request, method: "POST", headers: [["X-A", "b"], ["user-agent", "me"]], body: "ü=1" },
    "POST /a?b=c HTTP/1.0\r\nHost: 10.1.0.1:2003\r\nContent-Length: 4\r\nX-A: b\r\nuser-agent: me\r\n\r\nü=1",
  ],
  [
    { ...request, headers: [["Host", "other"]] },
    "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: other\r\n\r\n",
  ],
];

for (const [request, text] of requests) {
  test(`renderRequest() of ${JSON.stringify(request)}`, () => {
    assert.equal(renderRequest(request), text);
  });
}
