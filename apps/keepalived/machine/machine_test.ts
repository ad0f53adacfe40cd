import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { thisMachine } from "./machine.ts";
import { examineScript } from "./script.ts";

test("thisMachine knows the accounts of the system, and no others", () => {
  assert.deepEqual(thisMachine.userOf("root"), { uid: 0, gid: 0 });
  assert.equal(thisMachine.groupIdOf("root"), 0);
  assert.equal(thisMachine.userOf("no-such-user"), undefined);
  assert.equal(thisMachine.groupIdOf("no-such-group"), undefined);
  // A number is no name, as the C daemon has it.
  assert.equal(thisMachine.userOf("0"), undefined);
  const { uid, gid } = userInfo();
  assert.deepEqual(thisMachine.daemon, { uid, gid });
});

test("examineScript() finds the script behind a link, and says what is missing", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "keepalived-script-")));
  try {
    const [script, link] = [join(folder, "s.sh"), join(folder, "link")];
    writeFileSync(script, "#!/bin/sh\n");
    symlinkSync(script, link);
    const { daemon } = thisMachine;
    assert.equal(examineScript(link, daemon, thisMachine).fault?.kind, "not-executable");
    chmodSync(script, 0o755);
    assert.deepEqual(examineScript(link, daemon, thisMachine), { path: script, searched: false });
    chmodSync(script, 0o757);
    const { unsafe } = examineScript(link, { uid: 0, gid: 0 }, thisMachine);
    assert.match(unsafe ?? "", /s\.sh (can be written by everybody|belongs to)/);
    rmSync(script);
    assert.equal(examineScript(link, daemon, thisMachine).fault?.reason, `there is no ${link}`);
    symlinkSync("round", join(folder, "round"));
    const { fault } = examineScript(join(folder, "round"), daemon, thisMachine);
    assert.match(fault?.message ?? "", /Too many levels of symbolic links/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("examineScript() finds a command of every system in PATH", () => {
  const { path, searched, fault } = examineScript("sh", { uid: 0, gid: 0 }, thisMachine);
  assert.ok(searched && fault === undefined && path.startsWith("/"));
});
