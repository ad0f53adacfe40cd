import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArgs } from "./parse_args.ts";

test("parseArgs() reads strings, booleans, aliases and the rest", () => {
  const args = parseArgs(["--runtime", "deno", "-h", "a", "--only=x", "b"], {
    string: ["runtime", "only"],
    boolean: ["help", "quick"],
    alias: { h: "help" },
  });
  assert.deepEqual({ ...args }, {
    runtime: "deno",
    only: "x",
    help: true,
    quick: false,
    _: ["a", "b"],
  });
});

test("parseArgs() collects what may repeat, of others the last counts", () => {
  const args = parseArgs(["--a", "1", "--a", "2", "--b", "1", "--b", "2"], {
    string: ["a", "b"],
    collect: ["a"],
  });
  assert.deepEqual(args["a"], ["1", "2"]);
  assert.equal(args["b"], "2");
});

test("parseArgs() tells of unknown flags", () => {
  const unknown: string[] = [];
  parseArgs(["--nonsense", "-x"], { unknown: (flag) => unknown.push(flag) });
  assert.deepEqual(unknown, ["--nonsense", "-x"]);
});
