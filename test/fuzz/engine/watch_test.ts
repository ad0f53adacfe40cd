import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Finding } from "./finding.ts";
import { type Outcome, watch } from "./watch.ts";

const folder = fileURLToPath(new URL("testing", import.meta.url));

/** Until somebody finds what is looked for. */
async function run(
  isWanted: (finding: Finding) => boolean,
  inputs: readonly string[] = [],
): Promise<Outcome> {
  const found = new AbortController();
  return await watch({
    module: new URL("testing/planted.ts", import.meta.url).href,
    folders: [folder],
    mostBytes: 40,
    // A machine that is busy with other things may need them; a free one needs a second.
    seconds: 120,
    seed: 3,
    inputs: inputs.map((text) => new TextEncoder().encode(text)),
    forEver: [],
    keep: 10,
    patienceS: 2,
    signal: found.signal,
    onFinding: (finding) => isWanted(finding) && found.abort(),
    onProgress: () => {},
  });
}

test("what no chance would find is found step by step, cut to what matters, and told once", async () => {
  const isDeepest = ({ key }: Finding) => key.includes("the deepest place");
  const outcome = await run(isDeepest);
  const [first, ...others] = outcome.findings.filter(isDeepest) ?? [];
  assert.deepEqual(others, []);
  assert.match(first?.text ?? "", /planted\.ts:\d+/);
  const text = new TextDecoder().decode(first?.input);
  assert.match(text, /^opensesame.*\{.+\}/s);
});

test("an input that never ends is a finding", async () => {
  const isHang = ({ key }: Finding) => key.startsWith("hang");
  const { findings } = await run(isHang, ["opensesame sleep", "opensesame"]);
  const [hang] = findings.filter(isHang);
  assert.match(new TextDecoder().decode(hang?.input), /^opensesame sleep$/);
  assert.match(hang?.text ?? "", /more than 2 s/);
});
