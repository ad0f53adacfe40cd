import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import {
  assertTestdata,
  bfdFixture,
  checkFixture,
  dumpFixture,
  vrrpFixture,
} from "../testing/fixture.ts";
import { bfdData } from "./bfd_data.ts";
import { checkData } from "./check_data.ts";
import { statsText } from "./stats.ts";
import { vrrpData } from "./vrrp_data.ts";
import { vrrpJson } from "./vrrp_json.ts";

// Points of time are shown in local time.
process.env["TZ"] = "UTC";

test("keepalived.data: every section of a configuration with everything", () => {
  assertTestdata("keepalived.data", vrrpData(dumpFixture()));
});

test("keepalived_check.data: every kind of virtual server and checker", () => {
  assertTestdata("keepalived_check.data", checkData(checkFixture()));
});

test("keepalived_bfd.data: sessions in every state", () => {
  assertTestdata("keepalived_bfd.data", bfdData(bfdFixture()));
});

test("keepalived.stats: every counter of each instance", () => {
  assertTestdata("keepalived.stats", statsText(vrrpFixture()));
});

test("keepalived.json, versions 1 and 2", () => {
  const dump = dumpFixture();
  const [first, second] = ([1, 2] as const).map((version) => JSON.parse(vrrpJson(version, dump)));
  assertTestdata("keepalived.json", `${JSON.stringify(second, null, 2)}\n`);
  assert.deepEqual(first, second.vrrp);
});

test("no secret is in any dump", () => {
  const dump = dumpFixture();
  for (const text of [vrrpData(dump), vrrpJson(2, dump), JSON.stringify(dump.vrrp)]) {
    assert.doesNotMatch(text, /secret/);
  }
});
