import assert from "node:assert/strict";
import {
  type Failure,
  http,
  type HttpAction,
  type HttpEvent,
  judgeBody,
} from "@keepalived/checkers";
import type { HttpUrl, Regex } from "@keepalived/keepalived-config";
import { AnswerBody } from "../../../apps/keepalived/check/exchange/answer_body.ts";
import { AnswerReader } from "../../../apps/keepalived/check/exchange/http_reader.ts";
import type { Target } from "../engine/target.ts";
import { join, latin1, pieces, split, textBytes } from "./support.ts";

const bodiless = 1;

const plain: HttpUrl = {
  method: "GET",
  path: "/",
  headers: [],
  closeNotify: false,
  statusCodes: [[200, 299]],
};

/** What is wanted of the body; the first byte chooses. */
const urls: readonly HttpUrl[] = [
  { ...plain, digest: "d41d8cd98f00b204e9800998ecf8427e" },
  { ...plain, regex: regex("(a+)b.*$", ["multiline"], 0) },
  { ...plain, regex: { ...regex("^ok|\\d{2,}", ["caseless", "utf"], 2), negated: true } },
  { ...plain, text: "ok" },
  { ...plain, json: { pointer: "/a/0/b~1c", value: "1" } },
  { ...plain, json: { pointer: "/__proto__/a", value: "{}" } },
  plain,
];

function regex(pattern: string, options: readonly string[], minOffset: number): Regex {
  return { pattern, options, minOffset, negated: false, maxOffset: 40 };
}

/** Answers to HTTP_GET and SSL_GET. */
export const target: Target = {
  name: "http",
  about: "answers of web servers: head, body in all its forms, what is looked for in it",
  laws: [
    "in pieces it says the same as whole",
    "one end, and nothing after it",
    "only bytes that came are told",
    "the check ends at most once",
  ],
  isText: true,
  mostBytes: 600,
  seeds: () =>
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"a":[{"b/c":"1"}]}',
      "HTTP/1.0 200 OK\n\nok aaab\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nok a\r\n3\r\naab\r\n0\r\nT: x\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 101 Switching\r\n\r\nx",
    ].flatMap((text) => [...urls.keys()].map((i) => join((i << 4) | (i % 8), textBytes(text)))),
  check: (input) => {
    const { choice, bytes } = split(input);
    const isBodiless = (choice & bodiless) !== 0;
    const url = urls[(choice >> 4) % urls.length] ?? plain;
    const whole = read([bytes], url, isBodiless);
    const parts = read(pieces(bytes, 1 + (choice >> 1) % 8), url, isBodiless);
    assert.deepEqual(parts, whole);
    assert.ok(whole.ends <= 1);
    assert.ok(latin1(bytes).includes(whole.raw));
    assert.ok(whole.body.length <= whole.raw.length);
    const { status } = whole;
    assert.ok(status === undefined || (status >= 0 && status <= 999 && Number.isInteger(status)));
  },
};

/** All that an answer says, however it comes. */
function read(parts: readonly Uint8Array[], url: HttpUrl, isBodiless: boolean) {
  const told = { raw: "", body: "", ends: 0, finishes: 0 };
  let status: number | undefined;
  let failure: Failure | undefined;
  let state = http.start(config, 1);
  const tell = (event: HttpEvent) => {
    const step = http.step(config, state, event, 1);
    state = step.state;
    told.finishes += step.actions.filter(({ kind }: HttpAction) => kind === "finish").length;
  };
  const body = new AnswerBody(url);
  const reader = new AnswerReader({
    onHead: (code) => {
      assert.equal(status, undefined);
      assert.equal(told.ends, 0);
      status = code;
      tell({ kind: "head", status: code });
    },
    onRaw: (piece) => {
      assert.equal(told.ends, 0);
      told.raw += latin1(piece);
      body.addRaw(piece);
    },
    onBody: (piece) => {
      assert.equal(told.ends, 0);
      told.body += latin1(piece);
      body.add(piece);
      tell({ kind: "progress", bodyBytes: body.bytes });
    },
    onComplete: (chunked) => {
      told.ends++;
      failure = judgeBody(url, body.finish(chunked));
      tell({ kind: "body", failure: failure ?? null });
    },
    onFault: (found) => {
      told.ends++;
      failure = found;
      tell({ kind: "failed", failure: found });
    },
  }, isBodiless);
  tell({ kind: "started" });
  tell({ kind: "connected" });
  for (const part of parts) {
    const lent = part.slice();
    reader.feed(lent);
    lent.fill(0x2a); // What was told before must not change.
  }
  reader.end();
  tell({ kind: "closed", notified: false });
  assert.ok(told.finishes <= 1);
  assert.match(failure?.text ?? "x", /^[\x20-\x7e]+$/);
  return { ...told, status, failure, stage: state.stage };
}

const config = {
  timeoutUs: 1_000_000,
  statusCodes: plain.statusCodes,
  maxBodyBytes: 500,
  closeNotify: false,
};
