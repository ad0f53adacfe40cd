import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { decodeFileEvents, FileEvents } from "./file_events.ts";

test("FileEvents tells what happens to the files of a folder", () => {
  using place = scratch();
  using events = new FileEvents();
  const folder = events.watch(place.path);
  assert.equal(events.watch(place.path), folder);
  assert.deepEqual(events.read(), []);
  const file = (name: string) => join(place.path, name);
  const seen = (change: () => void) => {
    change();
    return events.read().map((event) => {
      assert.ok("name" in event && event.folder === folder);
      return `${event.kind} ${event.name}`;
    });
  };
  assert.deepEqual(seen(() => writeFileSync(file("ä"), "1")), ["appeared ä", "written ä"]);
  assert.deepEqual(seen(() => appendFileSync(file("ä"), "2")), ["written ä"]);
  assert.deepEqual(seen(() => renameSync(file("ä"), file("b"))), ["gone ä", "appeared b"]);
  assert.deepEqual(seen(() => symlinkSync("b", file("link"))), ["appeared link"]);
  assert.deepEqual(seen(() => rmSync(file("b"))), ["gone b"]);
});

test("FileEvents tells that a folder has gone, and a watch can be ended then, and before", () => {
  using place = scratch();
  using events = new FileEvents();
  const [one, two] = [join(place.path, "one"), join(place.path, "two")];
  mkdirSync(one);
  mkdirSync(two);
  const folders = [events.watch(one), events.watch(two)] as const;
  rmSync(one, { recursive: true });
  assert.deepEqual(events.read(), [{ kind: "folder-gone", folder: folders[0] }]);
  events.unwatch(folders[0]);
  events.unwatch(folders[1]);
  writeFileSync(join(two, "file"), "");
  assert.deepEqual(events.read(), []);
});

test("watch() refuses what is no folder", () => {
  using place = scratch();
  using events = new FileEvents();
  const file = join(place.path, "file");
  writeFileSync(file, "");
  assert.throws(() => events.watch(file), { code: "ENOTDIR" });
  assert.throws(() => events.watch(join(place.path, "none")), { code: "ENOENT" });
});

test("FileEvents tells that events were lost", () => {
  using place = scratch();
  using events = new FileEvents();
  events.watch(place.path);
  // The limit of the system (max_queued_events) is 16,384; equal events in a row count once.
  for (let i = 0; i < 20_000; i++) writeFileSync(join(place.path, i % 2 ? "a" : "b"), "");
  let lost = false;
  for (let batch = events.read(); batch.length > 0; batch = events.read()) {
    lost ||= batch.some(({ kind }) => kind === "overrun");
  }
  assert.equal(lost, true);
});

test("decodeFileEvents() takes any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.ok(decodeFileEvents(bytes).length <= bytes.length / 16);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "keepalived-files-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
