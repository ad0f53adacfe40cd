import assert from "node:assert/strict";
import { stringify } from "@std/yaml";
import { checkForm, type Data, loadForm, placeData } from "@keepalived/keepalived-config";
import { placeYaml } from "../../../apps/keepalived/config/place_yaml.ts";
import { samples } from "../../config/support.ts";
import type { Target } from "../engine/target.ts";
import { assertSame, formOf, obeyForm } from "./configuration_laws.ts";
import { obeyDiagnostics, textBytes, utf8 } from "./support.ts";

const host = { hostName: "low.example", configId: "low" };

/** Configurations in YAML and JSON. */
export const target: Target = {
  name: "plain-data",
  about: "configurations as YAML and JSON",
  laws: [
    "never throws, and every finding has its place in the file",
    "the tables' form of it, as text, YAML or JSON, is the same data and means the same",
    "no key reaches a prototype",
  ],
  isText: true,
  mostBytes: 1500,
  seeds: () => [
    ...[...samples("confs")].flatMap(({ text }) => {
      const { data } = formOf(text);
      return [stringify(data, { lineWidth: -1 }), JSON.stringify(data)];
    }).filter((text) => text.length < 1400).map(textBytes),
    ...[
      "a: &x [1, 2]\nb: *x\nc: !!str 5\n",
      '{"__proto__": {"a": 1}, "constructor": 2}',
      "vrrp_instance:\n  - name: A\n    interface: eth0\n    virtual_router_id: 0x33\n",
      "? [a]\n: b\n---\nc: |\n  text\n  more\n",
    ].map(textBytes),
  ],
  check: (input) => {
    const text = utf8(input);
    const { node, diagnostics } = placeYaml("a.yaml", text);
    obeyDiagnostics(diagnostics, new Map([["a.yaml", text]]));
    if (node === undefined) {
      assert.ok(diagnostics.some(({ severity }) => severity === "error"));
      return;
    }
    const { data, diagnostics: findings } = checkForm(node);
    assert.ok(data !== undefined);
    const { config } = loadForm(node, host);
    assert.ok(config !== undefined);
    assertPlain(data);
    // Names that the language defines mean something as text only; whoever prints them was told.
    if (findings.every(({ code }) => code !== "not-expanded")) obeyForm(data, config);
    const placed = placeData(JSON.parse(JSON.stringify(data)) as Data, "data");
    assertSame(checkForm(placed).data, data);
    assertSame(loadForm(placed, host).config, config);
    const again = placeYaml("b.yaml", stringify(data, { lineWidth: -1 }));
    assert.ok(again.node !== undefined);
    assertSame(checkForm(again.node).data, data);
  },
};

/** Objects all the way down are ordinary ones. */
function assertPlain(data: Data): void {
  if (data === null || typeof data !== "object") return;
  const prototype: unknown = Object.getPrototypeOf(data);
  assert.ok(prototype === Object.prototype || prototype === Array.prototype || prototype === null);
  for (const value of Object.values(data)) assertPlain(value);
}
