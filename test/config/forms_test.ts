/** Laws of the forms of a configuration: conf, plain data, YAML and JSON say the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse as parseYaml, stringify as printYaml } from "@std/yaml";
import {
  checkForm,
  type Config,
  type Data,
  type DataObject,
  type Form,
  loadForm,
  placeData,
  printForm,
  readForm,
} from "@keepalived/keepalived-config";
import { configurations } from "./arbitrary.ts";
import { load, samples } from "./support.ts";

const host = { hostName: "host.example" };

function formOf(text: string): Form & { readonly data: DataObject } {
  const form = readForm(() => [{ path: "a.conf", text }], "a.conf", host);
  assert.ok(form.data !== undefined);
  return { ...form, data: form.data };
}

/** A configuration without the places that its objects came from. */
function meaning(config: Config | undefined): unknown {
  return JSON.parse(JSON.stringify(config, (key, value) => key === "at" ? undefined : value));
}

function laws(text: string): void {
  const { data } = formOf(text);
  const printed = printForm(data);
  assert.deepEqual(formOf(printed), {
    ...formOf(printed),
    data,
    diagnostics: formOf(printed).diagnostics.filter(({ severity }) => severity !== "error"),
  });
  assert.equal(printForm(formOf(printed).data), printed);
  const wanted = meaning(load(text, host).config);
  assert.deepEqual(meaning(load(printed, host).config), wanted, "as conf");
  for (const other of [JSON.parse(JSON.stringify(data)), parseYaml(printYaml(data))]) {
    assert.deepEqual(checkForm(placeData(other as Data, "data")).data, data);
    const loaded = loadForm(placeData(other as Data, "data"), host);
    assert.deepEqual(meaning(loaded.config), wanted, "as data");
  }
}

for (const { file, text } of [...samples("confs"), ...samples("confs-bad")]) {
  test(`${file} means the same in every form`, () => laws(text));
}

test("generated configurations mean the same in every form", () => {
  fc.assert(fc.property(configurations(), laws), { numRuns: 600, seed: 31 });
});
