import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AnswerReader } from "./http_reader.ts";

/** What an answer says, with its body in one piece. */
type Heard = {
  readonly told: readonly string[];
  readonly raw: string;
  readonly body: string;
};

function read(pieces: readonly Uint8Array[], bodiless = false): Heard {
  const told: string[] = [];
  let raw = "";
  let body = "";
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  const reader = new AnswerReader({
    onHead: (status) => told.push(`head ${status}`),
    onRaw: (bytes) => raw += text(bytes),
    onBody: (bytes) => body += text(bytes),
    onComplete: (chunked) => told.push(chunked ? "complete, in chunks" : "complete"),
    onFault: ({ text }) => told.push(text),
  }, bodiless);
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return { told, raw, body };
}

const bytes = (text: string) => Buffer.from(text, "latin1");

const rows: readonly (readonly [string, readonly string[], string, string?])[] = [
  ["HTTP/1.0 200 OK\r\n\r\nabc", ["head 200", "complete"], "abc"],
  ["HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nabc", ["head 404", "complete"], "ab"],
  ["HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\nabc", ["head 200", "complete"], ""],
  ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", ["head 200", "complete"], "abc"],
  ["HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\nabc", ["head 200", "complete"], "abc"],
  ["HTTP/1.1 204 No\r\n\r\nabc", ["head 204", "complete"], ""],
  ["HTTP/1.1 304 No\r\nContent-Length: 3\r\n\r\nabc", ["head 304", "complete"], ""],
  ["HTTP/1.1 101 Up\r\n\r\nabc", ["head 101", "complete"], "abc"],
  ["HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc", ["head 200", "complete"], "abc"],
  [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 1\r\n\r\na\r\n0123456789\r\n0\r\n\r\nmore",
    ["head 200", "complete, in chunks"],
    "0123456789",
    "a\r\n0123456789\r\n0\r\n\r\n",
  ],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", ["head 200", "complete"], "abc"],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", ["head 200"], "ab", "3\r\nab"],
  ["HTTP/1.1 2000 OK\r\n\r\n", ["answer has no status code"], ""],
  ["HTTX", ["answer is not HTTP"], ""],
  ["HTTP/1.1 200 OK\r\nA: b", [], ""],
  ["", [], ""],
];

for (const [answer, told, body, raw = body] of rows) {
  test(`AnswerReader of ${JSON.stringify(answer.slice(0, 70))}`, () => {
    assert.deepEqual(read([bytes(answer)]), { told, raw, body });
  });
}

test("AnswerReader: an answer to HEAD has no body, whatever it says", () => {
  const answer = bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  assert.deepEqual(read([answer], true).told, ["head 200", "complete"]);
});

test("AnswerReader: nothing is told after the end", () => {
  const twice = bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  assert.deepEqual(read([twice, twice]).told, ["head 200", "complete"]);
});

const part = fc.constantFrom(
  "HTTP/1.1 ",
  "200 OK",
  "404",
  "\r\n",
  "\n",
  "\r",
  "Content-Length: ",
  "3",
  "0",
  "a",
  "Transfer-Encoding: chunked",
  "\r\n\r\n",
  "100 Continue",
  ": ",
  "zz",
  ";x=y",
  "x".repeat(1100),
  "\0",
  "\xff",
);
const answer = fc.tuple(
  fc.constantFrom(
    "",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  ),
  fc.array(part, { maxLength: 14 }),
).map(([head, parts]) => head + parts.join(""));

test("AnswerReader says the same however an answer comes in pieces, and never throws", () => {
  fc.assert(
    fc.property(answer, fc.array(fc.nat(40), { maxLength: 12 }), (text, cuts) => {
      const all = bytes(text);
      const whole = read([all]);
      const heads = whole.told.filter((one) => one.startsWith("head")).length;
      assert.ok(heads <= 1 && whole.told.length - heads <= 1);
      assert.deepEqual(settled(read([...all].map((byte) => Uint8Array.of(byte)))), settled(whole));
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        pieces.push(all.subarray(at, at + cut));
        at += cut;
      }
      assert.deepEqual(settled(read([...pieces, all.subarray(at)])), settled(whole));
    }),
    { seed: 5, numRuns: 3000 },
  );
});

/** What counts: of an answer that is refused the body does not. */
function settled({ told, raw, body }: Heard): unknown {
  const complete = told.some((one) => one.startsWith("complete"));
  return complete ? { told, raw, body } : told;
}
