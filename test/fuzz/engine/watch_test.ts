import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Outcome, watch } from "./watch.ts";

const folder = fileURLToPath(new URL("testing", import.meta.url));

function run(seconds: number, inputs: readonly string[] = []): Promise<Outcome> {
  return watch({
    module: new URL("testing/planted.ts", import.meta.url).href,
    folders: [folder],
    mostBytes: 40,
    seconds,
    seed: 3,
    inputs: inputs.map((text) => new TextEncoder().encode(text)),
    forEver: [],
    keep: 10,
    patienceS: 2,
    onFinding: () => {},
    onProgress: () => {},
  });
}

test("what no chance would find is found step by step, cut to what matters, and told once", async () => {
  let outcome: Outcome | undefined;
  // A machine that is busy with other things is given more time; a free one needs a second.
  for (let seconds = 2; seconds < 100 && !outcome?.findings.some(isDeepest); seconds *= 2) {
    outcome = await run(seconds);
  }
  const [first, ...others] = outcome?.findings.filter(isDeepest) ?? [];
  assert.deepEqual(others, []);
  assert.match(first?.text ?? "", /planted\.ts:\d+/);
  const text = new TextDecoder().decode(first?.input);
  assert.match(text, /^opensesame.*\{.+\}/s);
});

test("an input that never ends is a finding, and others are tried after it", async () => {
  const outcome = await run(5, ["opensesame sleep", "opensesame", "open"]);
  const hanging = outcome.findings.filter(({ text }) => text.includes("more than 2 s"));
  assert.ok(hanging.some(({ input }) => new TextDecoder().decode(input).includes("sleep")));
});

function isDeepest({ key }: { readonly key: string }): boolean {
  return key.includes("the deepest place");
}
