/** The JSON Schema takes every configuration, and refuses what the tables refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import ajv from "ajv/dist/2020.js";
import fc from "fast-check";
import { type Data, jsonSchema, readForm } from "@keepalived/keepalived-config";
import { configurations } from "./arbitrary.ts";
import { samples } from "./support.ts";

const schema = jsonSchema();
const judge = new ajv.Ajv2020({ allErrors: true, allowUnionTypes: true });
const accepts = judge.compile(schema);

function accepted(text: string): void {
  const { data } = readForm((path) => [{ path, text }], "a.conf", { hostName: "h" });
  assert.ok(accepts(data), JSON.stringify(accepts.errors?.slice(0, 3), null, 1));
}

test("jsonSchema() is a schema of its draft", () => {
  assert.ok(judge.validateSchema(schema), JSON.stringify(judge.errors));
});

for (const { file, text } of samples("confs")) {
  test(`the JSON Schema takes ${file}`, () => accepted(text));
}

test("the JSON Schema takes generated configurations", () => {
  fc.assert(fc.property(configurations(), accepted), { numRuns: 400, seed: 51 });
});

const instance = (fields: Record<string, Data>): Data => ({
  vrrp_instance: { name: "A", ...fields },
});

const REFUSED: readonly (readonly [string, Data])[] = [
  ["a list", []],
  ["an unknown keyword", { nosuch: 1 }],
  ["an unknown keyword of a block", instance({ priorty: 1 })],
  ["a block without its name", { vrrp_instance: { priority: 1 } }],
  ["a number outside its range", instance({ priority: 256 })],
  ["a time outside its range", instance({ advert_int: 0.001 })],
  ["a word for a number", instance({ priority: "high" })],
  ["a flag that is false", instance({ nopreempt: false })],
  ["a number for a boolean", instance({ smtp_alert: 1 })],
  ["a word that is none of some", instance({ state: "ACTIVE" })],
  ["an object for a line", instance({ virtual_ipaddress: [{}] })],
  ["a command without a command", instance({ notify: { user: "root" } })],
];

for (const [what, data] of REFUSED) {
  test(`the JSON Schema refuses ${what}`, () => assert.ok(!accepts(data)));
}

test("the JSON Schema takes what people write", () => {
  const data = instance({
    nopreempt: null,
    smtp_alert: true,
    priority: [100, 101],
    notify: { command: ["/bin/x", "a b"], user: "root" },
    virtual_ipaddress: "10.0.0.1/24 dev eth0",
    track_script: ["a", "b weight 3"],
  });
  assert.ok(accepts(data), JSON.stringify(accepts.errors));
});
