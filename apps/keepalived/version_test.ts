import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { kernelName } from "./version.ts";

test("kernelName() is what uname says", () => {
  assert.equal(kernelName(), execFileSync("uname", ["-srv"], { encoding: "utf8" }).trim());
});
