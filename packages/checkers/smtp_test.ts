import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Ending, failed, succeeded } from "./ending.ts";
import { Bench } from "./fixture.ts";
import { type Line, splitLines } from "./lines.ts";
import { smtp, type SmtpAction } from "./smtp.ts";

const config = { timeoutUs: 5_000_000, heloName: "me.example" };
const opened = [{ kind: "started" }, { kind: "connected" }] as const;

/** What it does when a server says this, in these pieces. */
function converse(pieces: readonly string[]): readonly SmtpAction[] {
  const bench = new Bench(smtp, config);
  const actions = opened.flatMap((event) => bench.tell(0, event));
  let pending = "";
  for (const piece of pieces) {
    const split = splitLines(pending, piece);
    pending = split.pending;
    for (const line of split.lines) actions.push(...bench.tell(1, line));
  }
  actions.push(...bench.tell(2, { kind: "closed" }));
  return actions;
}

const helo: SmtpAction = { kind: "send", text: "HELO me.example\r\n" };
const quit: SmtpAction = { kind: "send", text: "QUIT\r\n" };

const rows: readonly (readonly [string, readonly SmtpAction[], Ending])[] = [
  ["220 x\r\n250 y\r\n221 z\r\n", [helo, quit], succeeded],
  ["220\n250\n221\n", [helo, quit], succeeded],
  ["220-a\r\n220-b\r\n220 c\r\n250-a\r\n250 b\r\n221-a\r\n221 b\r\n", [helo, quit], succeeded],
  ["220 x\r\n250 y\r\n500 z\r\n", [helo, quit], succeeded],
  ["220 x\r\n250 y\r\n221 z\r\n999 more\r\n", [helo, quit], succeeded],
  ["554 no\r\n", [], failed("reply", "the connection is answered by '554 no'")],
  ["220-a\r\n554 no\r\n", [], failed("reply", "the connection is answered by '554 no'")],
  ["220 x\r\n502 what\r\n", [helo], failed("reply", "HELO is answered by '502 what'")],
  [
    "220 x\r\n250 y\r\n",
    [helo, quit],
    failed("closed", "connection closed before the reply to QUIT"),
  ],
  ["220 x\r\n250 y", [helo], failed("closed", "connection closed before the reply to HELO")],
  ["", [], failed("closed", "connection closed before the reply to the connection")],
  [
    "SSH-2.0-x\x1b[1m\r\n",
    [],
    failed("malformed", "the connection is answered by 'SSH-2.0-x?[1m'"),
  ],
  ["220x\r\n", [], failed("malformed", "the connection is answered by '220x'")],
  ["\r\n", [], failed("malformed", "the connection is answered by ''")],
  ["220-a\r\n".repeat(100), [], failed("too-long", "reply to the connection has over 100 lines")],
  ["x".repeat(3000), [], failed("too-long", "line of the reply to the connection has no end")],
  [
    "220 x\r\n" + "y".repeat(3000) + "\r\n",
    [helo],
    failed("too-long", "line of the reply to HELO has no end"),
  ],
];

for (const [said, sent, ending] of rows) {
  test(`a server that says ${JSON.stringify(said.slice(0, 60))}`, () => {
    const expected = [...sent, { kind: "finish", ending }];
    assert.deepEqual(converse([said]), expected);
    assert.deepEqual(converse([...said]), expected, "byte by byte");
  });
}

test("each step has its time", () => {
  const silent: readonly (readonly [readonly Line[], string])[] = [
    [[], "no reply to the connection within 5 s"],
    [[{ kind: "line", text: "220-more" }], "no reply to the connection within 5 s"],
    [[{ kind: "line", text: "220 x" }], "no reply to HELO within 5 s"],
    [
      [{ kind: "line", text: "220 x" }, { kind: "line", text: "250 x" }],
      "no reply to QUIT within 5 s",
    ],
  ];
  for (const [lines, text] of silent) {
    const bench = new Bench(smtp, config);
    bench.tell(0, opened[0]);
    bench.tell(0, opened[1]);
    for (const line of lines) bench.tell(1000, line);
    const dueUs = bench.deadlineUs ?? 0;
    const isLater = lines.some((line) => line.kind === "line" && !line.text.includes("-"));
    assert.equal(dueUs, isLater ? 5_001_000 : 5_000_000);
    assert.deepEqual(bench.tell(dueUs - 1, { kind: "timeout" }), []);
    const actions = bench.tell(dueUs, { kind: "timeout" });
    assert.deepEqual(actions, [{ kind: "finish", ending: failed("timeout", text) }]);
  }
  const bench = new Bench(smtp, config);
  bench.tell(7, opened[0]);
  assert.deepEqual(bench.tell(5_000_007, { kind: "timeout" }), [
    { kind: "finish", ending: failed("timeout", "no connection within 5 s") },
  ]);
});

test("a connection that fails ends it; lines before it is open do not count", () => {
  const bench = new Bench(smtp, config);
  bench.tell(0, opened[0]);
  const { state } = bench;
  bench.tell(1, { kind: "line", text: "220 x" });
  assert.equal(bench.state, state);
  const failure = { code: "refused", text: "connection refused" } as const;
  assert.deepEqual(bench.tell(2, { kind: "failed", failure }), [
    { kind: "finish", ending: { ok: false, failure } },
  ]);
});

test("splitLines() gives the same lines however the text comes", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "\r", "\n", "220 ", "-", "x".repeat(700)),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat(60), { maxLength: 20 }), (text, cuts) => {
      assert.deepEqual(linesOf(pieces(text, cuts)), linesOf([text]));
    }),
    { seed: 5 },
  );
});

/** The lines up to the first that is too long: after that nobody listens. */
function linesOf(pieces: readonly string[]): readonly Line[] {
  const lines: Line[] = [];
  let pending = "";
  for (const piece of pieces) {
    const split = splitLines(pending, piece);
    pending = split.pending;
    lines.push(...split.lines);
  }
  const end = lines.findIndex(({ kind }) => kind === "too-long");
  return end < 0 ? lines : lines.slice(0, end + 1);
}

function pieces(text: string, cuts: readonly number[]): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  for (const cut of cuts) {
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...parts, rest];
}
