import assert from "node:assert/strict";
import { test } from "node:test";
import { type Body, type BodyDemand, judgeBody } from "./http_body.ts";
import { resolvePointer } from "./json_pointer.ts";

const body: Body = { digests: ["aa", "bb"], text: '{"status":"ok","n":[1,null]}', matches: true };
const regex = { pattern: "x", negated: false };

const rows: readonly (readonly [BodyDemand, Partial<Body>, string | undefined])[] = [
  [{}, {}, undefined],
  [{ digest: "aa" }, {}, undefined],
  [{ digest: "bb" }, {}, undefined],
  [{ digest: "cc" }, {}, "digest of the body is bb"],
  [{ regex }, {}, undefined],
  [{ regex }, { matches: false }, "regular expression is not in the body"],
  [{ regex: { ...regex, negated: true } }, {}, "regular expression is in the body"],
  [{ regex: { ...regex, negated: true } }, { matches: false }, undefined],
  [{ regex }, { matches: null }, "regular expression cannot be looked for"],
  [
    { regex: { ...regex, negated: true } },
    { matches: null },
    "regular expression cannot be looked for",
  ],
  [{ text: '"ok"' }, {}, undefined],
  [{ text: "OK" }, {}, "text that is wanted is not in the body"],
  [{ json: { pointer: "/status", value: "ok" } }, {}, undefined],
  [{ json: { pointer: "/n/0", value: "1" } }, {}, undefined],
  [{ json: { pointer: "/n/1", value: "null" } }, {}, undefined],
  [{ json: { pointer: "/n", value: "[1,null]" } }, {}, undefined],
  [
    { json: { pointer: "/status", value: "down" } },
    {},
    "'/status' in the JSON of the body is 'ok'",
  ],
  [{ json: { pointer: "/x", value: "ok" } }, {}, "JSON of the body has no '/x'"],
  [{ json: { pointer: "/status", value: "ok" } }, { text: "<html>" }, "body is no JSON"],
  [
    { json: { pointer: "/s", value: "ok" } },
    { text: '{"s":"\\u001b[2J"}' },
    "'/s' in the JSON of the body is '?[2J'",
  ],
  [{ digest: "cc", text: "nope" }, {}, "digest of the body is bb"],
];

for (const [demand, change, expected] of rows) {
  test(`judgeBody() ${JSON.stringify(demand)} ${JSON.stringify(change)}`, () => {
    assert.equal(judgeBody(demand, { ...body, ...change })?.text, expected);
  });
}

test("resolvePointer() follows RFC 6901 §5", () => {
  const document = { foo: ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7, o: { "0": "x" } };
  const rows: readonly (readonly [string, unknown])[] = [
    ["", document],
    ["/foo", ["bar", "baz"]],
    ["/foo/0", "bar"],
    ["/", 0],
    ["/a~1b", 1],
    ["/m~0n", 8],
    ["/ ", 7],
    ["/o/0", "x"],
    ["/foo/2", undefined],
    ["/foo/00", undefined],
    ["/foo/-", undefined],
    ["/foo/length", undefined],
    ["/foo/0/1", undefined],
    ["/toString", undefined],
    ["foo", undefined],
    ["/foo/", undefined],
  ];
  for (const [pointer, value] of rows) {
    assert.deepEqual(resolvePointer(document, pointer), value, pointer);
  }
});
