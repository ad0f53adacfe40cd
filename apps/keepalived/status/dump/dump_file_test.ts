import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dumpFolder, dumpPath, writeDump } from "./dump_file.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "keepalived-dump-"));
});
after(() => rmSync(folder, { recursive: true }));

test("dumpFolder() is TMPDIR if that is a directory, else /tmp", () => {
  writeFileSync(join(folder, "file"), "");
  assert.equal(dumpFolder({ TMPDIR: folder }), folder);
  for (const other of [join(folder, "file"), join(folder, "none"), ""]) {
    assert.equal(dumpFolder({ TMPDIR: other }), "/tmp", other);
  }
  assert.equal(dumpFolder({}), "/tmp");
});

test("dumpPath() leaves a whole path as it is", () => {
  assert.equal(dumpPath("/a", "keepalived.data"), "/a/keepalived.data");
  assert.equal(dumpPath("/a", "/b/other.data"), "/b/other.data");
});

test("writeDump() replaces a file at once, and follows no link", async () => {
  const [path, other] = [join(folder, "dump"), join(folder, "other")];
  writeFileSync(other, "other", { mode: 0o644 });
  symlinkSync(other, path);
  await writeDump(path, "text");
  assert.equal(readFileSync(path, "utf8"), "text");
  assert.equal(readFileSync(other, "utf8"), "other");
  assert.equal(statSync(path).mode, 0o100600);
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith(".new")), []);
});

test("writeDump() says what is in its way, and leaves nothing behind", async () => {
  const path = join(folder, "directory");
  mkdirSync(path);
  await assert.rejects(writeDump(path, "text"), /directory: it is a directory/);
  await assert.rejects(writeDump(join(folder, "none", "dump"), "text"), /ENOENT/);
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith(".new")), []);
});
