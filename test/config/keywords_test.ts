/**
 * Ledger of the keywords: every row of keywords.tsv that concerns `global_defs`, `vrrp_instance`, its `authentication` and
 * the address lines is accepted, and refused just outside its range.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  ADDRESS_WORDS,
  type Argument,
  type Keyword,
  ROOT,
  type Table,
} from "@keepalived/keepalived-config";
import { load } from "./support.ts";

type Row = { block: string; keyword: string; shape: string; range: string; kind: string };

const rows: readonly Row[] = readFileSync(new URL("testdata/keywords.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("block\t"))
  .map((line) => {
    const [block = "", keyword = "", shape = "", , range = "", , , , , , kind = ""] = line.split(
      "\t",
    );
    return { block, keyword, shape, range, kind };
  });

function tableOf(path: string): Table {
  let table = ROOT;
  for (const name of path === "root" ? [] : path.split("/")) {
    const row: Keyword | undefined = rowOf(table, name);
    assert.ok(row?.block !== undefined, `no table for ${path}`);
    table = row.block;
  }
  return table;
}

function rowOf(table: Table, name: string): Keyword | undefined {
  return table.kind === "keywords" ? table.keywords.find((row) => row.name === name) : undefined;
}

/** A value that an argument takes. */
function sampleOf(argument: Argument): string {
  switch (argument.kind) {
    case "integer":
    case "seconds":
      return String(Math.max(argument.min, Math.min(argument.max, 2)));
    case "boolean":
      return "on";
    case "choice":
      return argument.of[0] ?? "";
    case "address":
      return argument.family === 6
        ? "ff02::5"
        : argument.multicast === true
        ? "224.0.0.5"
        : "10.0.0.5";
    case "command":
      return '"/bin/true a b" root root';
    case "word":
      return argument.of.startsWith("MTU") ? "MTU" : "x1";
    case "rest":
      return SAMPLES[argument.of] ?? "x1";
  }
}

const SAMPLES: Readonly<Record<string, string>> = {
  "[tcp N] [tcpfin N] [udp N]": "tcp 1 tcpfin 2 udp 3",
  "IFNAME [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]":
    "eth0 A id 1 maxlen 100 port 5 ttl 6 group 224.0.0.9",
  "CPU...": "0 1",
  "OCTAL | IRUSR|IWGRP...": "IWGRP | IWOTH",
  "[+|-]read|match|wildcard_match|brace_match": "+read -match",
  "[[name] IFNAME] [MAC] [netlink_notify_msg] [group G]": "name v0 02:00:00:00:01:02 group 5",
  "[[name] IFNAME] [IP] [bridge|private|vepa] [group G]": "v0 10.0.0.9/24 vepa",
};

/** A whole file with one statement in its block. */
function fileOf(path: string, statement: string): string {
  if (path === "root") return statement;
  if (path === "global_defs") return `global_defs {\n${statement}\n}\n`;
  const inner = path === "vrrp_instance" ? statement : `${path.split("/")[1]} {\n${statement}\n}`;
  const address = statement.includes("virtual_ipaddress {")
    ? ""
    : "virtual_ipaddress {\n10.0.0.1\n}\n";
  return `vrrp_instance A {\ninterface eth0\nvirtual_router_id 7\n${inner}\n${address}}\n`;
}

/** Findings about the statement itself, not about what goes with it. */
const ABOUT = new Set([
  "unknown-keyword",
  "invalid-number",
  "out-of-range",
  "invalid-value",
  "invalid-address",
  "missing-argument",
  "missing-value",
  "missing-block",
  "unknown-option",
  "invalid-command",
  "surplus-argument",
  "unexpected-brace",
]);

function complaints(path: string, statement: string): string[] {
  return load(fileOf(path, statement)).diagnostics
    .filter(({ code }) => ABOUT.has(code)).map(({ code, message }) => `${code}: ${message}`);
}

const covered = ["global_defs", "vrrp_instance", "vrrp_instance/authentication"];

for (const block of covered) {
  for (const row of rows.filter((one) => one.block === block)) {
    test(`${block} ${row.keyword} is ${row.kind === "doc-only" ? "refused" : "accepted"}`, () => {
      const table = tableOf(block);
      const found = rowOf(table, row.keyword);
      if (row.kind === "doc-only") return assert.equal(found, undefined);
      assert.ok(found !== undefined);
      const keyword = rowOf(table, found.aliasOf ?? "") ?? found;
      const values = keyword.arguments.map(sampleOf).join(" ");
      const body = keyword.block === undefined ? "" : " {\n}";
      assert.deepEqual(complaints(block, `${row.keyword} ${values}${body}`), []);
      assert.ok(found.help !== "");
    });
  }
}

/** `A..B`, `A..` in the range column. */
function rangeOf(text: string): { low: string; high: string | undefined } | undefined {
  const match = /^(-?[0-9.]*[0-9])\.\.(-?[0-9.]*[0-9])?(?:$|[^0-9])/.exec(text);
  return match?.[1] === undefined ? undefined : { low: match[1], high: match[2] };
}

for (const { block, keyword, range, kind } of rows) {
  if (!covered.includes(block) || kind === "doc-only") continue;
  const bounds = rangeOf(range);
  const table = tableOf(block);
  const row = rowOf(table, keyword);
  const argument = row?.arguments.findLast(({ kind }) => kind === "integer" || kind === "seconds");
  if (bounds === undefined || argument === undefined) continue;
  if (argument.kind !== "integer" && argument.kind !== "seconds") continue;
  test(`${block} ${keyword} holds to ${bounds.low}..${bounds.high ?? ""}`, () => {
    const decimals = argument.kind === "seconds" && argument.decimals;
    const before = row?.arguments.slice(0, row.arguments.indexOf(argument))
      .filter(({ optional }) => optional !== true).map(sampleOf) ?? [];
    const ask = (value: string) =>
      complaints(block, [keyword, ...before, value].join(" "))
        .filter((text) => text.startsWith("out-of-range"));
    assert.deepEqual(ask(bounds.low), []);
    const below = decimals
      ? (Number(bounds.low) - 0.000001).toFixed(6)
      : `${Number(bounds.low) - 1}`;
    assert.equal(ask(below).length, 1, `${below} is taken`);
    if (bounds.high === undefined) return;
    assert.deepEqual(ask(bounds.high), []);
    const above = decimals ? `${bounds.high}.000001` : `${Number(bounds.high) + 1}`;
    assert.equal(ask(above).length, 1, `${above} is taken`);
  });
}

for (const { keyword } of rows.filter(({ block }) => block === "address-line")) {
  test(`address line word ${keyword} is accepted`, () => {
    const word = ADDRESS_WORDS.find(({ name }) => name === keyword);
    assert.ok(keyword === "ADDRESS" || word !== undefined);
    const values: Readonly<Record<string, string>> = {
      broadcast: "+",
      brd: "10.0.0.255",
      peer: "10.0.0.2/24",
      preferred_lft: "forever",
      scope: "link",
    };
    const value = word?.arguments.length === 0 ? "" : values[keyword] ?? "x1";
    const line = keyword === "ADDRESS" ? "10.0.0.1/24" : `10.0.0.1/24 ${keyword} ${value}`;
    const text = fileOf("vrrp_instance", `virtual_ipaddress {\n${line}\n}`);
    assert.deepEqual(load(text).diagnostics.map(({ message }) => message), []);
  });
}

/** Words of the other tables: `type` of `lvs_method` and the like stand inside a line, not at its head. */
test("every keyword of every block is in its table", (context) => {
  let count = 0;
  for (const { block, keyword, kind } of rows) {
    if (kind !== "keyword") continue;
    const path = block.replace("vrrp_track_file", "track_file");
    assert.ok(rowOf(tableOf(path), keyword) !== undefined, `${block} ${keyword}`);
    count++;
  }
  context.diagnostic(`${count} keywords of ${rows.length} rows are in tables`);
  assert.equal(count, rows.filter(({ kind }) => kind === "keyword").length);
});
