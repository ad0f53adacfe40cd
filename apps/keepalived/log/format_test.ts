import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import type { Entry } from "./entry.ts";
import { lineOf, syslogLineOf } from "./format.ts";

const entry: Entry = {
  at: new Date(2026, 10, 1, 9, 5, 7, 123),
  severity: "warning",
  text: '(A) "quoted"',
};

test("lineOf() begins as the C daemon's lines do", () => {
  assert.equal(lineOf(entry, "text", "Keepalived"), 'Sun Nov  1 09:05:07 2026: (A) "quoted"\n');
});

test("lineOf() gives a JSON object a line", () => {
  const line = lineOf(entry, "json", "Keepalived_vrrp");
  assert.ok(line.endsWith("}\n") && line.indexOf("\n") === line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    time: entry.at.toISOString(),
    level: "warning",
    ident: "Keepalived_vrrp",
    pid: process.pid,
    message: '(A) "quoted"',
  });
});

test("syslogLineOf() puts facility and severity first", () => {
  const rest = `Nov  1 09:05:07 Keepalived[${process.pid}]: (A) "quoted"`;
  assert.equal(syslogLineOf(entry, 3, "Keepalived"), `<28>${rest}`);
  assert.equal(syslogLineOf({ ...entry, severity: "info" }, 23, "Keepalived"), `<190>${rest}`);
});
