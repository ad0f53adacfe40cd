import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessPattern, RunningProcess } from "@keepalived/tracking";
import { ProcessTable } from "./process_table.ts";

/** A table for processes named `a` and those named `b`, over processes as they are when looked at. */
function tableOf(running: ReadonlyMap<number, string>): ProcessTable {
  const pattern = (command: string): ProcessPattern => (
    { command, parameters: [], match: "none", fullCommand: false }
  );
  const patterns = new Map([["A", pattern("a")], ["A2", pattern("a")], ["B", pattern("b")]]);
  return new ProcessTable(patterns, (pid): RunningProcess | undefined => {
    const name = running.get(pid);
    return name === undefined ? undefined : { name, commandLine: [] };
  });
}

function counts(table: ProcessTable): readonly number[] {
  return ["A", "A2", "B", "none"].map((name) => table.count(name));
}

test("a process counts for each pattern that it matches, once however often it is looked at", () => {
  const table = tableOf(new Map([[1, "a"], [2, "b"], [3, "c"]]));
  for (const pid of [1, 2, 3, 1, 4]) table.changed(pid);
  assert.deepEqual(counts(table), [1, 1, 1, 0]);
});

test("a child counts as its parent does, until it runs something else", () => {
  const running = new Map([[1, "a"]]);
  const table = tableOf(running);
  table.changed(1);
  table.forked(2, 1);
  table.forked(3, 2);
  table.forked(5, 4);
  assert.deepEqual(counts(table), [3, 3, 0, 0]);
  running.set(2, "b").set(3, "c");
  table.changed(2);
  table.changed(3);
  assert.deepEqual(counts(table), [1, 1, 1, 0]);
});

test("a process that exits, or is gone when it is looked at, counts no more", () => {
  const running = new Map([[1, "a"], [2, "a"]]);
  const table = tableOf(running);
  table.changed(1);
  table.changed(2);
  table.exited(1);
  table.exited(1);
  table.exited(77);
  assert.deepEqual(counts(table), [1, 1, 0, 0]);
  running.delete(2);
  table.changed(2);
  assert.deepEqual(counts(table), [0, 0, 0, 0]);
});

test("keep() forgets those that are not there any more", () => {
  const table = tableOf(new Map([[1, "a"], [2, "a"], [3, "b"]]));
  for (const pid of [1, 2, 3]) table.changed(pid);
  table.keep(new Set([2, 9]));
  assert.deepEqual(counts(table), [1, 1, 0, 0]);
});
