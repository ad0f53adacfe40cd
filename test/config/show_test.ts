/** What is shown of a configuration means the same when it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Config,
  describeDifference,
  difference,
  printStatements,
  showConfig,
} from "@keepalived/keepalived-config";
import { configurations } from "./plausible.ts";
import { load, printed, samples } from "./support.ts";

/** Without the places, which are those of another file, and without what the file has of what is left out. */
function meaning({ present: _, ...config }: Config): unknown {
  return JSON.parse(JSON.stringify(config, (key, value) => key === "at" ? undefined : value));
}

/** Shows a configuration and reads that. */
function again(config: Config): { config: Config; complaints: string } {
  const result = load(printStatements(showConfig(config, { secrets: "shown" })));
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const complaints = printed({ ...result, diagnostics: errors }).join("\n");
  assert.ok(result.config !== undefined);
  return { config: result.config, complaints };
}

function roundTrips(text: string, configId?: string): void {
  const { config } = load(text, configId === undefined ? {} : { configId });
  assert.ok(config !== undefined);
  const second = again(config);
  assert.deepEqual(meaning(second.config), meaning(config), second.complaints);
  assert.equal(second.complaints, "");
  assert.deepEqual(describeDifference(difference(config, second.config)), []);
}

for (const folder of ["confs", "confs-bad"] as const) {
  for (const { file, text, configId } of samples(folder)) {
    test(`${file} means the same when it is shown and read again`, () => {
      roundTrips(text, configId);
    });
  }
}

/**
 * Whether all that is named is there: a track group may name instances that cannot run, and the family of an instance
 * may be that of an address which another instance has.
 */
function isWhole({ trackGroups, instances }: Config): boolean {
  const running = new Set(instances.map(({ name }) => name));
  return trackGroups.every(({ members }) => members.every((member) => running.has(member))) &&
    instances.every(({ addresses }) => addresses.length > 0);
}

test("every configuration means the same when it is shown and read again", () => {
  const whole = configurations.filter((text) => {
    const { config } = load(text);
    return config !== undefined && isWhole(config);
  });
  fc.assert(fc.property(whole, (text) => roundTrips(text)), { numRuns: 400, seed: 5 });
});
