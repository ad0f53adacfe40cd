import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpUrl, Regex } from "@keepalived/keepalived-config";
import { AnswerBody } from "./answer_body.ts";

const url: HttpUrl = {
  method: "GET",
  path: "/",
  headers: [],
  closeNotify: false,
  statusCodes: [[200, 299]],
};

/** What is gathered of a body that comes in these pieces. */
function gather(demand: Partial<HttpUrl>, pieces: readonly string[]) {
  const body = new AnswerBody({ ...url, ...demand });
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    body.addRaw(bytes);
    body.add(bytes);
  }
  return body.finish(false);
}

/** Pattern, options, offsets, and whether it is in `Grüße\nan alle`. */
const rows: readonly (readonly [string, string, number, number | undefined, boolean | null])[] = [
  ["an", "", 0, undefined, true],
  ["AN", "", 0, undefined, false],
  ["AN", "caseless", 0, undefined, true],
  // Offsets count bytes: ü and ß have two.
  ["an", "", 8, undefined, true],
  ["an", "utf", 8, undefined, true],
  ["an", "", 9, undefined, false],
  ["an", "utf", 9, undefined, false],
  ["an", "", 0, 8, true],
  ["an", "utf", 0, 8, true],
  ["an", "", 0, 7, false],
  ["an", "utf", 0, 7, false],
  ["^Gr..(?:..)e$", "multiline", 0, undefined, true],
  ["^Gr..e$", "multiline", 0, undefined, false],
  ["^Gr..e$", "multiline utf", 0, undefined, true],
  ["an", "firstline", 0, undefined, false],
  ["e\\s", "firstline", 0, undefined, true],
  ["e", "", 99, undefined, false],
  ["a++", "", 0, undefined, null],
];

for (const [pattern, options, minOffset, maxOffset, expected] of rows) {
  test(`/${pattern}/ ${options} from ${minOffset} to ${maxOffset}`, () => {
    const regex: Regex = {
      pattern,
      negated: false,
      options: options === "" ? [] : options.split(" "),
      minOffset,
      ...(maxOffset === undefined ? {} : { maxOffset }),
    };
    for (const pieces of [["Grüße\nan alle"], [..."Grüße\nan alle"]]) {
      assert.equal(gather({ regex }, pieces).matches, expected);
      assert.equal(gather({ regex }, pieces).matches, expected, "the second time too");
    }
  });
}

test("what nobody asks for is not kept", () => {
  assert.deepEqual(gather({}, ["abc"]), { digests: [], text: "", matches: null });
  assert.deepEqual(gather({ text: "x" }, ["a", "bc"]).text, "abc");
  assert.deepEqual(gather({ digest: "x" }, ["a", "bc"]), {
    digests: ["900150983cd24fb0d6963f7d28e17f72"],
    text: "",
    matches: null,
  });
});
