/** What holds of every configuration, however it came. */

import assert from "node:assert/strict";
import {
  type Config,
  type DataObject,
  describeDifference,
  difference,
  type Form,
  lint,
  loadConfig,
  type LoadedConfig,
  printForm,
  printStatements,
  readForm,
  showConfig,
  testExitCode,
} from "@keepalived/keepalived-config";
import { obeyDiagnostics } from "./support.ts";

const host = { hostName: "low.example", configId: "low" };

export function load(text: string): LoadedConfig {
  return loadConfig(() => [{ path: "a.conf", text }], "a.conf", host);
}

export function formOf(text: string): Form & { readonly data: DataObject } {
  const form = readForm(
    (_, from) => from === undefined ? [{ path: "a.conf", text }] : [],
    "a.conf",
    host,
  );
  assert.ok(form.data !== undefined);
  return { ...form, data: form.data };
}

/** Asserts that they mean the same, wherever their objects came from. */
export function assertSame(found: unknown, wanted: unknown, message: string = "They differ"): void {
  const withoutPlaces = (key: string, value: unknown) => key === "at" ? undefined : value;
  const [a = "", b = ""] = [found, wanted].map((it) => String(JSON.stringify(it, withoutPlaces)));
  // Equal texts are the rule, and quick to compare.
  if (a !== b) assert.deepEqual(JSON.parse(a), JSON.parse(b), message);
}

/**
 * What is wrong is said, in places that are there, and what is taken is within its limits.
 *
 * @returns the configuration
 */
export function obeyLoaded(loaded: LoadedConfig): Config {
  const { config, diagnostics } = loaded;
  obeyDiagnostics(diagnostics, loaded.sources);
  testExitCode(diagnostics);
  assert.ok(config !== undefined);
  for (const one of config.instances) {
    assert.ok(one.virtualRouterId >= 1 && one.virtualRouterId <= 255);
    assert.ok(one.priority >= 1 && one.priority <= 255);
    assert.ok(Number.isInteger(one.advertisementIntervalUs) && one.advertisementIntervalUs > 0);
    assert.ok(one.version === 3 || one.family === 4);
  }
  lint(loaded);
  showConfig(config);
  assert.deepEqual(describeDifference(difference(config, config)), []);
  return config;
}

/** Shown and read again it is the same; only if all that it names is there. */
export function obeyShown(config: Config): void {
  const running = new Set(config.instances.map(({ name }) => name));
  const isWhole =
    config.trackGroups.every(({ members }) => members.every((member) => running.has(member))) &&
    config.instances.every(({ addresses }) => addresses.length > 0);
  if (!isWhole) return;
  const printed = printStatements(showConfig(config, { secrets: "shown" }));
  const second = load(printed).config;
  assert.ok(second !== undefined);
  const { present: _, ...wanted } = config;
  const { present: __, ...found } = second;
  assertSame(found, wanted, printed);
  assert.deepEqual(describeDifference(difference(config, second)), []);
}

/** As text again it is the same data, and means the same. */
export function obeyForm(data: DataObject, config: Config): void {
  const printed = printForm(data);
  const again = formOf(printed);
  assertSame(again.data, data, printed);
  assert.equal(printForm(again.data), printed);
  assertSame(load(printed).config, config, printed);
}
