import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse, splitQuoted } from "@keepalived/conf-parser";
import { readCommand } from "../value.ts";
import { commandData, printCommand, printEscaped } from "./command_line.ts";
import { printLine } from "./quote.ts";

/** The text behind a keyword, as the parser hands it out after printing. */
function printed(text: string): string {
  const line = printLine(`notify ${text}`);
  const { entries, diagnostics } = parse("a", (path) => [{ path, text: `${line}\n` }]);
  assert.deepEqual(diagnostics, []);
  const [entry] = entries;
  return entry?.text.slice(entry.words[1]?.offset, entry.words.at(-1)?.end) ?? "";
}

const piece = fc.constantFrom(
  ...[
    "a",
    "/bin/x",
    " ",
    "\t",
    "\n",
    '"',
    "'",
    "\\",
    "#",
    "!",
    "{",
    "}",
    "$x",
    "${_PWD}",
    "$_PWD ",
    "é",
    "\x7f",
  ],
);
const argument = fc.array(piece, { maxLength: 4 }).map((all) => all.join(""));
const name = fc.constantFrom("root", "nobody", "a b", "#x");

test("printCommand() is read as the same command", () => {
  const command = fc.record({
    argv: fc.array(argument, { minLength: 1, maxLength: 4 }),
    user: fc.option(name, { nil: undefined }),
  }).map(({ argv, user }) => ({ argv, ...(user === undefined ? {} : { user, group: "wheel" }) }));
  fc.assert(
    fc.property(command, (it) => {
      assert.deepEqual(readCommand(printed(printCommand(it))), { command: it, surplus: 0 });
    }),
    { numRuns: 2000, seed: 42 },
  );
});

test("printCommand() of a program alone needs no quotes, not even for a user with blanks", () => {
  assert.equal(printCommand({ argv: ["/bin/true"], user: "root" }), "/bin/true root");
  const odd = { argv: ["/my prog"], user: "a b", group: "" };
  assert.deepEqual(readCommand(printed(printCommand(odd)))?.command, odd);
});

test("printEscaped() is read as one word", () => {
  fc.assert(
    fc.property(argument.filter((text) => text !== ""), (text) => {
      assert.deepEqual(splitQuoted(printed(printEscaped(text))), { ok: true, words: [text] });
    }),
    { numRuns: 1000, seed: 43 },
  );
});

test("commandData() is a line where that says all", () => {
  assert.equal(commandData({ argv: ["/bin/a", "b"] }), "/bin/a b");
  assert.deepEqual(commandData({ argv: ["/bin/a", "b c"] }), { command: ["/bin/a", "b c"] });
  assert.deepEqual(commandData({ argv: ["a"], user: "u", group: "g" }), {
    command: "a",
    user: "u",
    group: "g",
  });
});
