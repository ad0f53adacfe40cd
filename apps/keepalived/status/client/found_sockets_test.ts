import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { onlySocket } from "./found_sockets.ts";

test("the daemon that can be meant is found, and of several none is chosen", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-sockets-"));
  const add = (path: string) => writeFileSync(join(folder, path), "");
  try {
    assert.equal(onlySocket(undefined, folder), join(folder, "control.sock"));
    assert.equal(onlySocket("blue", folder), join(folder, "blue"));
    mkdirSync(join(folder, "blue"));
    add("blue/control_blue.sock");
    assert.equal(onlySocket(undefined, folder), join(folder, "blue/control_blue.sock"));
    add("control_second.sock");
    assert.throws(() => onlySocket(undefined, folder), {
      message: `Several daemons run: choose one with --socket: ${folder}/blue/control_blue.sock, ${
        join(folder, "control_second.sock")
      }`,
    });
    assert.equal(onlySocket("blue", folder), join(folder, "blue/control_blue.sock"));
    add("control.sock");
    assert.equal(onlySocket(undefined, folder), join(folder, "control.sock"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
