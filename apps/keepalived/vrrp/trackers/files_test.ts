import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { test } from "node:test";
import type { TrackFileConfig } from "@keepalived/keepalived-config";
import { Files, initializeFiles } from "./files.ts";
import { Bench } from "./fixture.ts";

function track(bench: Bench, ...paths: readonly string[]): Files {
  const files = new Files(bench);
  files.configure(paths.map((path) => config(path)));
  return files;
}

/** A file is known by the last part of its path. */
function config(path: string): TrackFileConfig {
  return { name: path.slice(path.lastIndexOf("/") + 1), path, weight: 1, reverse: false };
}

test("a file counts as it is at first, and after each of the ways in which it changes", async () => {
  await using bench = new Bench();
  const path = bench.path("f");
  writeFileSync(path, "1\n");
  using files = track(bench, path);
  assert.equal(files.value("f"), 1);
  const becomes = async (value: number) => {
    await bench.until(`it is ${value}`, () => files.value("f") === value);
  };
  writeFileSync(path, "2\n");
  await becomes(2);
  writeFileSync(bench.path("other"), "3\n");
  renameSync(bench.path("other"), path);
  await becomes(3);
  renameSync(path, bench.path("away"));
  await becomes(0);
  writeFileSync(path, "4\n");
  await becomes(4);
  rmSync(path);
  await becomes(0);
  symlinkSync(bench.path("target"), path);
  mkdirSync(bench.path("sub"));
  writeFileSync(bench.path("target"), "5\n");
  await becomes(5);
  assert.deepEqual(bench.changes, Array(7).fill("f").slice(0, bench.changes.length));
  assert.deepEqual(bench.said, []);
});

test("a file that is being written counts once it is closed, and never as empty", async () => {
  await using bench = new Bench();
  const path = bench.path("f");
  writeFileSync(path, "7");
  using files = track(bench, path);
  bench.changes.length = 0;
  const fd = openSync(path, "w");
  writeSync(fd, "8");
  await bench.sleep(50);
  assert.equal(files.value("f"), 7);
  closeSync(fd);
  await bench.until("it is 8", () => files.value("f") === 8);
  assert.deepEqual(bench.changes, ["f"]);
});

test("a file with the number that it had is no change, nor is another file of the folder", async () => {
  await using bench = new Bench();
  writeFileSync(bench.path("f"), "7");
  using files = track(bench, bench.path("f"), bench.path("g"));
  bench.changes.length = 0;
  writeFileSync(bench.path("f"), "7 again");
  writeFileSync(bench.path("h"), "9");
  writeFileSync(bench.path("g"), "1");
  await bench.until("g is 1", () => files.value("g") === 1);
  assert.deepEqual(bench.changes, ["g"]);
  assert.deepEqual(files.status().map(({ name, value }) => [name, value]), [["f", 7], ["g", 1]]);
});

test("what a symbolic link leads to is watched as well, in another folder too", async () => {
  await using bench = new Bench();
  mkdirSync(bench.path("far"));
  writeFileSync(bench.path("far/target"), "1");
  symlinkSync(bench.path("far/target"), bench.path("f"));
  using files = track(bench, bench.path("f"));
  writeFileSync(bench.path("far/target"), "2");
  await bench.until("it is 2", () => files.value("f") === 2);
  writeFileSync(bench.path("far/next"), "3");
  rmSync(bench.path("f"));
  symlinkSync(bench.path("far/next"), bench.path("f"));
  await bench.until("it is 3", () => files.value("f") === 3);
  writeFileSync(bench.path("far/next"), "4");
  await bench.until("it is 4", () => files.value("f") === 4);
  rmSync(bench.path("far/next"));
  await bench.until("it is 0", () => files.value("f") === 0);
  writeFileSync(bench.path("far/next"), "5");
  await bench.until("it is 5", () => files.value("f") === 5);
  rmSync(bench.path("f"));
  symlinkSync("f", bench.path("f"));
  await bench.until("it is 0: it leads to itself", () => files.value("f") === 0);
  assert.deepEqual(bench.said, []);
});

test("a folder that is not there, or goes, is said once and looked for; the file counts as 0", async () => {
  await using bench = new Bench();
  const path = bench.path("sub/f");
  using files = track(bench, path);
  assert.equal(files.value("f"), 0);
  mkdirSync(bench.path("sub"));
  writeFileSync(path, "5");
  await bench.until("it is 5", () => files.value("f") === 5);
  assert.equal(bench.said.length, 1);
  assert.match(bench.said[0] ?? "", /^Track file f: .*sub.*looking each second instead$/);
  writeFileSync(path, "6");
  await bench.until("it is 6 at once: the folder is watched", () => files.value("f") === 6, 500);
  rmSync(bench.path("sub"), { recursive: true });
  await bench.until("it is 0", () => files.value("f") === 0);
});

test("what is no file with a number counts as 0, and holds nobody up", async () => {
  await using bench = new Bench();
  mkdirSync(bench.path("folder"));
  assert.equal(spawnSync("mkfifo", [bench.path("fifo")]).status, 0);
  writeFileSync(bench.path("large"), " ".repeat(1 << 20) + "5");
  using files = track(bench, ...["folder", "fifo", "large"].map((name) => bench.path(name)));
  for (const name of ["folder", "fifo", "large", "unknown"]) assert.equal(files.value(name), 0);
});

test("a reload keeps what goes on, and reads what is new", async () => {
  await using bench = new Bench();
  writeFileSync(bench.path("f"), "1");
  writeFileSync(bench.path("g"), "2");
  using files = track(bench, bench.path("f"));
  const [before] = files.status();
  files.configure([config(bench.path("f")), config(bench.path("g"))]);
  assert.deepEqual(files.status()[0], before);
  assert.equal(files.value("g"), 2);
  writeFileSync(bench.path("f"), "3");
  await bench.until("f is 3", () => files.value("f") === 3);
  files.configure([]);
  assert.deepEqual(files.status(), []);
});

test("files that are to be made are made; what is there stays unless it is to be overwritten", async () => {
  await using bench = new Bench();
  for (const name of ["kept", "overwritten"]) writeFileSync(bench.path(name), "9");
  const make = (name: string, value: number, overwrite: boolean) => ({
    ...config(bench.path(name)),
    initialize: { value, overwrite },
  });
  initializeFiles([
    make("made", -5, false),
    make("kept", 5, false),
    make("overwritten", 6, true),
    config(bench.path("absent")),
    make("no/such/folder", 1, true),
  ], bench.log);
  const read = (name: string) => readFileSync(bench.path(name), "utf8");
  assert.deepEqual(["made", "kept", "overwritten"].map(read), ["-5\n", "9", "6\n"]);
  assert.throws(() => read("absent"), { code: "ENOENT" });
  assert.equal(bench.said.length, 1);
  assert.match(bench.said[0] ?? "", /^Track file folder: cannot write its value: ENOENT/);
});
