/** Laws for any text: never throws, places lie inside the text, time is linear, and a good file stays good under noise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadConfig, type LoadedConfig, testExitCode } from "@keepalived/keepalived-config";
import { instance, load, samples } from "./support.ts";

function obeys(text: string, { diagnostics, config }: LoadedConfig): void {
  const lines = text.split("\n");
  for (const { at, message, code } of diagnostics) {
    const source = lines[at.line - 1];
    assert.ok(source !== undefined, `${code} in line ${at.line} of ${lines.length}`);
    assert.ok(at.column >= 1 && at.column <= source.length + 1 && at.length >= 1, code);
    assert.notEqual(message, "");
  }
  testExitCode(diagnostics);
  for (const one of config?.instances ?? []) {
    assert.ok(one.virtualRouterId >= 1 && one.virtualRouterId <= 255);
    assert.ok(one.priority >= 1 && one.priority <= 255);
    assert.ok(Number.isInteger(one.advertisementIntervalUs) && one.advertisementIntervalUs > 0);
    assert.ok(one.version === 3 || one.family === 4);
  }
}

const texts = [...samples("confs"), ...samples("confs-bad")].map(({ text }) => text);

test("random text obeys the laws", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => obeys(text, load(text))),
    { numRuns: 500, seed: 11 },
  );
});

const noise = fc.constantFrom(
  "",
  "{",
  "}",
  '"',
  "\0",
  "\n",
  " ",
  "$",
  "#",
  "-1",
  "99999999999",
  "\\\n",
  "é",
);

test("samples with characters replaced obey the laws", () => {
  const edit = fc.record({ at: fc.nat(), length: fc.nat(12), put: noise });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { maxLength: 6 }), (text, edits) => {
      const mutated = edits.reduce((rest, { at, length, put }) => {
        const start = at % (rest.length + 1);
        return rest.slice(0, start) + put + rest.slice(start + length);
      }, text);
      obeys(mutated, load(mutated, { configId: "low" }));
    }),
    { numRuns: 1500, seed: 12 },
  );
});

test("samples with lines left out, doubled or swapped obey the laws", () => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(fc.nat(), { maxLength: 5 }), (text, picks) => {
      const lines = text.split("\n");
      for (const pick of picks) {
        const at = pick % lines.length;
        const line = lines[at] ?? "";
        if (pick % 3 === 0) lines.splice(at, 1);
        else if (pick % 3 === 1) lines.splice(at, 0, line);
        else lines.splice(pick % 7, 0, ...lines.splice(at, 1));
      }
      const mutated = lines.join("\n");
      obeys(mutated, load(mutated, { configId: "low" }));
    }),
    { numRuns: 1000, seed: 13 },
  );
});

test("one brace taken out of a good file does not cascade", () => {
  const text = [1, 2, 3].map((id) =>
    instance(
      `  virtual_ipaddress {\n    10.0.0.${id}\n  }\n  track_interface {\n    eth9\n  }\n  priority 90\n`,
      `A${id}`,
      id,
    )
  ).join("");
  assert.deepEqual(load(text).diagnostics, []);
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "}") continue;
    const { diagnostics, config } = load(text.slice(0, i) + text.slice(i + 1));
    assert.deepEqual(diagnostics.map(({ code }) => code), ["missing-brace"], `brace at ${i}`);
    assert.equal(config?.instances.length, 3);
    assert.ok(config.instances.every(({ priority }) => priority === 90));
  }
});

test("one brace too many in a good file does not cascade", () => {
  const text = [1, 2].map((id) =>
    instance(`  virtual_ipaddress {\n    10.0.0.${id}\n  }\n  priority 90\n`, `A${id}`, id)
  ).join("");
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "}") continue;
    const { diagnostics, config } = load(`${text.slice(0, i)}}\n${text.slice(i)}`);
    assert.deepEqual(diagnostics.map(({ code }) => code), ["extra-brace"], `brace at ${i}`);
    assert.ok(config?.instances.every(({ priority }) => priority === 90));
  }
});

const large: readonly (readonly [string, (size: number) => string])[] = [
  ["unknown keywords", (size) => "nosuch word\n".repeat(size / 12)],
  ["instances", (size) => {
    const count = size / 110;
    return Array.from({ length: count }, (_, i) => instance("priority 9", `A${i}`, 1 + (i % 255)))
      .join("");
  }],
  ["addresses of one instance", (size) => {
    const lines = Array.from(
      { length: size / 16 },
      (_, i) => `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`,
    );
    return instance(`virtual_ipaddress {\n${lines.join("\n")}\n}`);
  }],
  ["open blocks", (size) => "vrrp_instance A {\n".repeat(size / 18)],
  ["closed blocks", (size) => "vrrp_instance A {\n}\n}\n".repeat(size / 22)],
];

for (const [name, make] of large) {
  test(`loadConfig() is linear in ${name}`, () => {
    const time = (size: number) => {
      const text = make(size);
      const start = performance.now();
      load(text);
      return performance.now() - start;
    };
    time(20_000);
    const [small, big] = [Math.min(time(50_000), time(50_000)), time(400_000)];
    // Eight times the text: quadratic in its words would take far more than ten seconds. The rest is for a busy machine.
    assert.ok(big < 32 * small + 3000, `${small} ms, then ${big} ms`);
  });
}

test("a main file that cannot be read is no exception", () => {
  const load = () => [{ path: "x", error: "permission denied" }];
  const { config, diagnostics } = loadConfig(load, "x", { hostName: "h" });
  assert.equal(config, undefined);
  assert.equal(testExitCode(diagnostics), 6);
});
