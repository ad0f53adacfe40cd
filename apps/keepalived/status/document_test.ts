import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { documentText } from "./document.ts";
import { documentFixture } from "./testing/fixture.ts";

type Schema = { [name: string]: unknown };

const schema = JSON.parse(docs("status.schema.json")) as Schema;

test("the status document is what docs/status.schema.json describes, field by field", () => {
  const validate = new Ajv2020({ allErrors: true }).compile(closed(schema) as Schema);
  const { parent, ...children } = documentFixture();
  const text = documentText(
    parent,
    Object.fromEntries(
      Object.entries(children).filter(([name]) => name !== "version")
        .map(([name, child]) => [name, JSON.stringify(child)]),
    ),
  );
  validate(JSON.parse(text));
  assert.deepEqual(validate.errors ?? [], []);
});

test("a document without the children is one too, and another version is none", () => {
  const validate = new Ajv2020().compile(schema);
  const { parent } = documentFixture();
  assert.ok(validate(JSON.parse(documentText(parent, {}))), JSON.stringify(validate.errors));
  assert.equal(validate({ version: 2, parent }), false);
});

test("docs/control.schema.json takes what docs/control.md says, and nothing else", () => {
  const ajv = new Ajv2020({ allowUnionTypes: true }).addSchema(schema, "status.schema.json");
  const validate = ajv.compile(JSON.parse(docs("control.schema.json")));
  const examples = [...docs("control.md").matchAll(/^[→←] (.*)$/gm)].map(([, line = ""]) => line);
  assert.equal(examples.length, 4);
  // There is no such method: the third is an example of a mistake.
  const verdicts = examples.map((line) => validate(JSON.parse(line)));
  assert.deepEqual(verdicts, [true, true, false, true]);
  const { parent } = documentFixture();
  const right = [
    { method: "status" },
    { id: "a", method: "server", params: { action: "weight", server: "10.0.0.1", weight: 3 } },
    { id: 1, result: JSON.parse(documentText(parent, {})) },
    { id: 1, result: { applied: true, problems: [], changes: [] } },
  ];
  for (const it of right) assert.ok(validate(it), JSON.stringify([it, validate.errors]));
  const wrong = [
    { id: 1 },
    { method: "dump" },
    { method: "status", params: { detial: "full" } },
    { id: 1, error: { code: "unheard-of", message: "" } },
    { id: {}, method: "status" },
  ];
  for (const it of wrong) assert.ok(!validate(it), JSON.stringify(it));
});

/** The schema without room for fields that it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, closed(part)]);
  const isObject = "properties" in value;
  return Object.fromEntries([...entries, ...isObject ? [["additionalProperties", false]] : []]);
}

/** A page of the documentation. */
function docs(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
}
