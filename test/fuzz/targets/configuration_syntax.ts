import assert from "node:assert/strict";
import { expandBraces, type Loader, parse, splitQuoted } from "@keepalived/conf-parser";
import type { Entry } from "@keepalived/conf-parser";
import { samples } from "../../config/support.ts";
import type { Target } from "../engine/target.ts";
import { obeyDiagnostics, textBytes, utf8 } from "./support.ts";

/** Parts the main file from one that it may include. */
const divider = "\x01";

/** The language of keepalived.conf without its keywords. */
export const target: Target = {
  name: "configuration-syntax",
  about: "conf-parser: lines, words, blocks, definitions, sequences, conditions, includes",
  laws: [
    "never throws",
    "every place lies inside its file",
    "the same text gives the same tree",
    "what is expanded stays within the budget",
  ],
  isText: true,
  mostBytes: 1500,
  seeds: () => [
    ...samples("confs").map(({ text }) => text.slice(0, 1200)).map(textBytes),
    ...[
      "$A=b\n$LIST=1 2 3\n~SEQ(i, 1, 3) a$i ${A}\n~LST(x, $LIST) y $x\n",
      "$BLOCK=\\\n  one\\\n  two\n@low a b\n@^low c\n@low&x d\n",
      `include b.conf\nincludea c*.conf\n${divider}inner { a }\ninclude b.conf\n`,
      'a {\n b "c d" \'e\'\n}\n! comment\n# other\nquoted \\"x\\"\n',
      "~SEQ(a,1,2,10)~SEQ(b,3) x$a$b\n${_ENV HOME} ${_PWD} ${_INSTANCE} ${_RANDOM} ${_HASH}\n",
      "include_check +readable match\ninclude {a,b{c,d}}.conf\n@if x\n@else\n@endif\n",
    ].map(textBytes),
  ],
  words:
    () => ["~SEQ(", "~LST(", "${_", "@", "@^", "include", "includer", "includem", "\\\n", "{", "}"],
  check: (input) => {
    const text = utf8(input);
    const [main = "", other = ""] = text.split(divider, 2);
    const load: Loader = (pattern, from) =>
      from === undefined
        ? [{ path: pattern, text: main }]
        : pattern.includes("b")
        ? [{ path: "b.conf", text: other }]
        : pattern.includes("c")
        ? [{ path: "c.conf", error: "Permission denied" }]
        : [];
    const read = () =>
      parse("a.conf", load, { configId: "low", environment: { HOME: "/root" }, seed: () => 7 });
    const { entries, diagnostics, sources } = read();
    obeyDiagnostics(diagnostics, sources);
    const lines = new Map([...sources].map(([file, it]) => [file, it.split("\n")]));
    // A few characters can stand for a million blocks in each other: no recursion.
    let level: readonly Entry[] = entries;
    let depth = 0;
    for (; level.length > 0; depth++) {
      for (const { at } of level.flatMap(({ words }) => words)) {
        assert.ok(lines.get(at.file)?.[at.line - 1] !== undefined, `line ${at.line} of ${at.file}`);
      }
      level = level.flatMap(({ block }) => block?.entries ?? []);
    }
    if (depth < 100 && entries.length < 1000) assert.deepEqual(read().entries, entries);
    for (const line of main.split("\n", 5)) {
      splitQuoted(line);
      assert.ok((expandBraces(line)?.length ?? 0) <= 1000);
    }
  },
};
