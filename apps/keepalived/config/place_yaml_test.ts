import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataNode } from "@keepalived/keepalived-config";
import { placeYaml } from "./place_yaml.ts";

/** Values with `LINE:COLUMN+LENGTH` in front. */
function shown(node: DataNode | undefined): unknown {
  if (node === undefined) return undefined;
  const { line, column, length } = node.at;
  const place = `${line}:${column}+${length}`;
  switch (node.kind) {
    case "scalar":
      return `${place} ${JSON.stringify(node.value)}${
        node.source === undefined ? "" : ` ${node.source}`
      }`;
    case "list":
      return [place, ...node.items.map(shown)];
    case "object":
      return [
        place,
        ...node.fields.map((
          { key, at, value },
        ) => [`${at.line}:${at.column} ${key}`, shown(value)]),
      ];
  }
}

function faults(text: string): string[] {
  const { node, diagnostics } = placeYaml("a.yaml", text);
  assert.equal(node === undefined, diagnostics.some(({ severity }) => severity === "error"));
  return diagnostics.map(({ at, code, message }) => {
    assert.equal(code, "invalid-syntax");
    return `${at.line}:${at.column} ${message}`;
  });
}

test("placeYaml() gives each value its place, and numbers as they are written", () => {
  const text = 'a: 0123\nb:\n  - "x y"\n  - on\n  - true\nc:\n';
  assert.deepEqual(shown(placeYaml("a.yaml", text).node), [
    "1:1+7",
    ["1:1 a", "1:4+4 123 0123"],
    ["2:1 b", ["3:3+7", '3:5+5 "x y"', '4:5+2 "on"', "5:5+4 true"]],
    ["6:1 c", "6:3+1 null"],
  ]);
});

test("placeYaml() reads JSON with its places", () => {
  assert.deepEqual(shown(placeYaml("a.json", '{\n\t"a": [1, {"b": null}]\n}\n').node), [
    "1:1+1",
    ["2:2 a", ["2:7+16", "2:8+1 1 1", ["2:11+11", ["2:12 b", "2:17+4 null"]]]],
  ]);
});

test("placeYaml() puts what an alias stands for at the place of its anchor", () => {
  assert.deepEqual(shown(placeYaml("a.yaml", "a: &x 1\nb: *x\n").node), [
    "1:1+7",
    ["1:1 a", "1:7+1 1 1"],
    ["2:1 b", "1:7+1 1 1"],
  ]);
});

test("placeYaml() of nothing is nothing", () => {
  assert.deepEqual(shown(placeYaml("a.yaml", "# only a comment\n").node), "1:1+1 null");
});

test("placeYaml() reports broken syntax with its place", () => {
  assert.match(faults("a: [1\nb: 2\n")[0] ?? "", /^2:1 Flow sequence/);
  assert.match(faults("a: 1\na: 2\n")[0] ?? "", /^2:1 The key 'a' stands here twice/);
  assert.match(faults("a: *nothing\n")[0] ?? "", /^1:4 No anchor/);
  assert.match(faults("a: 1\n---\nb: 1\n")[0] ?? "", /multiple documents/);
  assert.match(faults("? [1]\n: 2\n")[0] ?? "", /^1:3 A key must be a word/);
});

test("placeYaml() counts the line breaks in what is broken too", () => {
  const places = faults("2\n: 0\n d:").map((fault) => fault.split(" ")[0]);
  assert.deepEqual(places, ["2:1", "2:3", "3:3"]);
});

test("placeYaml() holds against nesting, circles and aliases that double", () => {
  assert.ok(faults("[".repeat(100_000)).length > 0);
  assert.match(faults(`${"[".repeat(200)}${"]".repeat(200)}`)[0] ?? "", /More than 100 levels/);
  assert.match(faults("a: &a\n  b: *a\n")[0] ?? "", /More than 100 levels/);
  const doubling = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`);
  assert.match(faults(`a0: &a0 x\n${doubling.join("")}`)[0] ?? "", /More than \d+ values/);
});

test("placeYaml() takes time in proportion to the text", () => {
  const time = (size: number) => {
    const text = Array.from({ length: size }, (_, i) => `k${i}: [1, {a: b}]\n`).join("");
    const start = performance.now();
    placeYaml("a.yaml", text);
    return performance.now() - start;
  };
  time(1000);
  const [small, large] = [Math.min(time(4000), time(4000)), time(32_000)];
  // Eight times the text: quadratic would be 64 times the time. The rest is for a busy machine.
  assert.ok(large < 24 * small + 1000, `${small} ms, then ${large} ms`);
});
