import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Arena } from "./arena.ts";
import { Folder } from "./servers.ts";

function script(folder: Folder, lines: string): string {
  const path = folder.write("check.sh", `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What a program does, keywords of MISC_CHECK, and how the attempt ends. */
const programs: readonly (readonly [string, string, unknown])[] = [
  ["exit 0", "", { ok: true }],
  ["exit 3", "", { ok: false, failure: { code: "exit", text: "exited with status 3" } }],
  ["exit 3", "misc_dynamic", { ok: true, weight: 1 }],
  ["exit 1", "misc_dynamic", {
    ok: false,
    failure: { code: "exit", text: "exited with status 1" },
  }],
  ["kill -9 $$", "", { ok: false, failure: { code: "signal", text: "due to signal 9" } }],
  ["sleep 30", "misc_timeout 1", { ok: false, failure: { code: "timeout", text: "timed out" } }],
];

for (const [lines, keywords, ending] of programs) {
  test(`MISC_CHECK: ${lines} ${keywords}`, async () => {
    using folder = new Folder();
    await using arena = new Arena();
    const block = `MISC_CHECK {\nmisc_path ${script(folder, lines)}\n${keywords}\n}`;
    assert.deepEqual((await arena.attempt(block)).ending, ending);
  });
}

test("MISC_CHECK: arguments and user", async () => {
  using folder = new Folder();
  await using arena = new Arena();
  chmodSync(folder.path, 0o777);
  const path = script(folder, `printf '%s|' "$@" > "${folder.path}/said"`);
  const block = `MISC_CHECK {\nmisc_path "${path} a 'b c'"\nuser nobody nogroup\n}`;
  assert.deepEqual((await arena.attempt(block)).ending, { ok: true });
  const said = join(folder.path, "said");
  assert.equal(readFileSync(said, "utf8"), "a|b c|");
  assert.notEqual(statSync(said).uid, 0);
});

test("MISC_CHECK: a program that is not there", async () => {
  await using arena = new Arena();
  const failure = await arena.failure("MISC_CHECK {\nmisc_path /nonexistent/check\n}");
  assert.match(failure, /^local: not started: .*No such file/);
});

test("MISC_CHECK: an attempt that is abandoned ends its program", async () => {
  using folder = new Folder();
  await using arena = new Arena();
  const begun = join(folder.path, "begun");
  const ended = join(folder.path, "ended");
  const path = script(folder, `trap 'touch ${ended}; exit' TERM\ntouch ${begun}\nsleep 30 & wait`);
  const exchange = arena.begin(`MISC_CHECK {\nmisc_path ${path}\n}`, () => assert.fail("told"));
  await until(() => existsSync(begun));
  exchange.abandon();
  await until(() => existsSync(ended));
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(condition());
}
