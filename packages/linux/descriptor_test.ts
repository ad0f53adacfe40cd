import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Descriptor, O_RDONLY, O_RDWR, openPipe } from "./descriptor.ts";
import { lockFile } from "./file_lock.ts";

test("a pipe carries bytes, is not ready when empty, and ends", () => {
  const { reader, writer } = openPipe();
  using _reader = reader;
  const into = new Uint8Array(8);
  assert.equal(reader.read(into), undefined);
  assert.equal(writer.write(Uint8Array.of(1, 2)), 2);
  assert.equal(reader.read(into), 2);
  writer[Symbol.dispose]();
  assert.equal(reader.read(into), 0);
});

test("writing to a full pipe gives undefined", () => {
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  const chunk = new Uint8Array(65_536);
  assert.equal(writer.write(chunk), chunk.length);
  assert.equal(writer.write(chunk), undefined);
});

test("a child process gets an inherited descriptor and no other", () => {
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  const script = `echo hello >&${writer.fd}`;
  assert.notEqual(spawnSync("bash", ["-c", script], { stdio: "ignore" }).status, 0);
  writer.setInherited(true);
  execFileSync("bash", ["-c", script]);
  writer.setInherited(false);
  assert.notEqual(spawnSync("bash", ["-c", script], { stdio: "ignore" }).status, 0);
  const into = new Uint8Array(16);
  assert.equal(new TextDecoder().decode(into.subarray(0, reader.read(into))), "hello\n");
});

test("inherited() makes a descriptor that does not block", () => {
  using zero = Descriptor.open("/dev/zero", O_RDONLY);
  const copy = Descriptor.inherited(zero.fd);
  assert.equal(copy.read(new Uint8Array(4)), 4);
  assert.throws(() => Descriptor.inherited(9999), { code: "EBADF" });
});

test("open() names the path that cannot be opened", () => {
  assert.throws(() => Descriptor.open("/nonexistent/file", O_RDWR), {
    message: "Cannot open /nonexistent/file: No such file or directory (ENOENT)",
  });
});

test("lockFile() lets one holder in at a time", () => {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  const path = join(folder, "daemon.pid");
  try {
    const lock = lockFile(path);
    assert.ok(lock);
    lock.write("12345\n");
    lock.write("7\n");
    assert.equal(readFileSync(path, "utf8"), "7\n");
    assert.equal(lockFile(path), undefined);
    lock[Symbol.dispose]();
    using again = lockFile(path);
    assert.ok(again);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
