/**
 * Ledger of the keywords: every row of keywords.tsv is accepted, changes the configuration, has its default, and is
 * refused one step outside its range.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ADDRESS_WORDS } from "@keepalived/keepalived-config";
import {
  argumentsOf,
  complaints,
  entryOf,
  type Ledger,
  meaning,
  type Row,
  rowOf,
  ROWS,
  sampleOf,
  statementOf,
  tableOf,
} from "./keyword_ledger.ts";
import { CHECKER } from "./keywords_checker.ts";
import { CORE } from "./keywords_core.ts";
import { PENDING, VRRP } from "./keywords_vrrp.ts";
import { load } from "./support.ts";

const LEDGERS: readonly Ledger[] = [CORE, VRRP, CHECKER];

/** Rows that a test has tried. */
const tried = new Set<Row>();

for (const ledger of LEDGERS) {
  for (const block of ledger.blocks) {
    for (const row of ROWS.filter((one) => one.block === block && one.kind !== "word")) {
      tried.add(row);
      tryKeyword(ledger, row);
      if (row.kind === "keyword") tryRange(ledger, row);
    }
  }
  for (const row of ROWS.filter(({ kind }) => kind !== "keyword")) tryWord(ledger, row);
  for (const range of ledger.ranges) {
    const { block, statement, low, below, high, above } = range;
    test(`${block} ${statement} holds to ${low}..${high ?? ""}`, () => {
      const ask = (value: string) =>
        complaints(ledger, block, statement.replace("{}", value))
          .filter((text) => /^(out-of-range|invalid-|unknown-option)/.test(text));
      for (const good of [low, high]) {
        if (good !== undefined) assert.deepEqual(ask(good), [], `${good} is refused`);
      }
      for (const bad of [below, above]) {
        if (bad !== undefined) assert.equal(ask(bad).length, 1, `${bad} is taken`);
      }
    });
  }
}

function tryKeyword(ledger: Ledger, row: Row): void {
  const { block, keyword, kind } = row;
  const name = `${block} ${keyword}`;
  if (kind === "doc-only") {
    test(`${name} is refused`, () => assert.equal(rowOf(tableOf(block), keyword), undefined));
    return;
  }
  test(`${name} is accepted`, () => {
    assert.deepEqual(complaints(ledger, block, statementOf(ledger, row)), []);
    assert.ok(rowOf(tableOf(block), keyword)?.help !== "");
  });
  const silent = entryOf(ledger.silent, row);
  test(`${name} ${silent === undefined ? "changes the configuration" : `does nothing: ${silent}`}`, () => {
    // What the file would say instead is taken out by the ledger: it puts in nothing that the statements say.
    const without = meaning(ledger, block, withoutIt(row));
    const change = silent === undefined ? assert.notDeepEqual : assert.deepEqual;
    change(meaning(ledger, block, statementOf(ledger, row)), without);
  });
  const said = entryOf(ledger.defaults, row) ?? literalDefault(row);
  if (said === undefined) return;
  test(`${name} is ${said} if nothing is said`, () => {
    const statement = `${keyword} ${said}`;
    assert.deepEqual(complaints(ledger, block, statement), []);
    assert.deepEqual(meaning(ledger, block, statement), meaning(ledger, block, withoutIt(row)));
  });
}

/** A comment that names the keyword, for the file to leave it out of what it puts in itself. */
function withoutIt({ keyword }: Row): string {
  return `# ${keyword}`;
}

/** The column `default`, if it is a value that the keyword takes. */
function literalDefault(row: Row): string | undefined {
  const table = tableOf(row.block);
  const keyword = rowOf(table, row.keyword);
  const [argument, another] = keyword === undefined ? [] : argumentsOf(table, keyword).arguments;
  if (argument === undefined || another !== undefined) return undefined;
  const [text] = row.default.toLowerCase() === "on" ? ["on"] : [row.default];
  switch (argument.kind) {
    case "integer":
    case "seconds":
      return /^-?[0-9.]+$/.test(text) && Number(text) >= argument.min ? text : undefined;
    case "boolean":
      return text === "on" || text === "off" ? text : undefined;
    case "choice":
      return argument.of.includes(text) ? text : undefined;
    case "word":
    case "address":
    case "command":
    case "rest":
      return undefined;
  }
}

/** `A..B`, `A..`, `>=A` or `+-A` at the start of the column `range`. */
function rangeOf(text: string): { low: string; high: string | undefined } | undefined {
  const match = /^(-?[0-9.]*[0-9])\.\.(-?[0-9.]*[0-9])?(?:$|[^0-9])/.exec(text);
  if (match?.[1] !== undefined) return { low: match[1], high: match[2] };
  const least = /^>=([0-9.]+)$/.exec(text)?.[1];
  if (least !== undefined) return { low: least, high: undefined };
  const most = /^\+-([0-9]+)$/.exec(text)?.[1];
  return most === undefined ? undefined : { low: `-${most}`, high: most };
}

function tryRange(ledger: Ledger, row: Row): void {
  const { block, keyword, range } = row;
  const table = tableOf(block);
  const found = rowOf(table, keyword);
  if (found === undefined) return;
  const { arguments: list } = argumentsOf(table, found);
  const argument = list.findLast(({ kind }) => kind === "integer" || kind === "seconds");
  const choice = list.find(({ kind }) => ["choice", "boolean", "address"].includes(kind));
  const [name] = list;
  const bounds = rangeOf(range);
  if (argument?.kind === "integer" || argument?.kind === "seconds") {
    const low = bounds?.low ?? String(argument.min);
    const high = bounds?.high ?? String(argument.max);
    const decimals = argument.kind === "seconds" && argument.decimals;
    test(`${block} ${keyword} holds to ${low}..${high}`, () => {
      const before = list.slice(0, list.indexOf(argument))
        .filter(({ optional }) => optional !== true).map(sampleOf);
      const after = list.slice(list.indexOf(argument) + 1)
        .filter(({ optional }) => optional !== true).map(sampleOf);
      const body = argumentsOf(table, found).block === undefined ? "" : " {\n}";
      const ask = (value: string) =>
        complaints(ledger, block, [keyword, ...before, value, ...after].join(" ") + body)
          .filter((text) => text.startsWith("out-of-range"));
      for (const good of [low, high]) assert.deepEqual(ask(good), [], `${good} is refused`);
      const below = decimals ? (Number(low) - 0.000001).toFixed(6) : `${Number(low) - 1}`;
      const above = !decimals
        ? `${Number(high) + 1}`
        : high.includes(".")
        ? (Number(high) + 0.000001).toFixed(6)
        : `${high}.000001`;
      for (const bad of [below, above]) assert.equal(ask(bad).length, 1, `${bad} is taken`);
    });
  } else if (choice !== undefined) {
    test(`${block} ${keyword} takes no other word`, () => {
      const body = argumentsOf(table, found).block === undefined ? "" : " {\n}";
      const wrong = choice.kind === "address" && choice.multicast === true ? "10.0.0.1" : "nosuch";
      const [first = ""] = complaints(ledger, block, `${keyword} ${wrong}${body}`);
      assert.match(first, /^invalid-(value|address)/);
    });
  } else if (name?.kind === "word" && name.longest !== undefined) {
    const { longest } = name;
    test(`${block} ${keyword} has at most ${longest} characters`, () => {
      const ask = (length: number) =>
        load(ledger.file(block, `${keyword} ${"x".repeat(length)}`)).diagnostics
          .filter(({ code }) => code === "truncated" || code === "invalid-value");
      assert.deepEqual(ask(longest), []);
      assert.equal(ask(longest + 1).length, 1);
    });
  } else if (range !== "") {
    test(`${block} ${keyword}: someone tries "${range}"`, () => {
      const tried = entryOf(ledger.prose, row) !== undefined ||
        ledger.ranges.some((one) => one.block === block && one.statement.startsWith(`${keyword} `));
      assert.ok(tried);
    });
  }
}

function tryWord(ledger: Ledger, row: Row): void {
  const { block, keyword } = row;
  const line = ledger.words[`${block} ${keyword}`] ?? ledger.words[block];
  if (line === undefined) return;
  tried.add(row);
  if (row.kind === "doc-only") {
    test(`${block} ${keyword} is no word of its line`, () => {
      const statement = line.statement.replace("{}", () => keyword);
      assert.notDeepEqual(complaints(ledger, line.block, statement), []);
    });
    return;
  }
  test(`${block} ${keyword} is a word of its line`, () => {
    const statement = line.statement.replace("{}", () => keyword);
    assert.deepEqual(complaints(ledger, line.block, statement), []);
    const wrong = line.statement.replace("{}", "nosuch");
    if (wrong !== statement) assert.notDeepEqual(complaints(ledger, line.block, wrong), []);
  });
}

for (const row of ROWS.filter(({ block }) => block === "address-line")) {
  tried.add(row);
  const { keyword } = row;
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
    const group = "track_group x1 {\ngroup {\nA\n}\n}\n";
    const text = keyword === "track_group"
      ? VRRP.file("vrrp_instance", "") + `static_ipaddress {\n${line}\n}\n${group}`
      : VRRP.file("vrrp_instance", `virtual_ipaddress {\n${line}\n}`);
    assert.deepEqual(load(text).diagnostics.map(({ message }) => message), []);
  });
}

test("every keyword of every block is in its table", (context) => {
  const keywords = ROWS.filter(({ kind }) => kind === "keyword");
  for (const { block, keyword } of keywords) {
    assert.ok(rowOf(tableOf(block), keyword) !== undefined, `${block} ${keyword}`);
  }
  context.diagnostic(`${keywords.length} keywords of ${ROWS.length} rows are in tables`);
});

test("every row is tried", (context) => {
  const missing = ROWS.filter((row) => !tried.has(row) && !PENDING.includes(row.block))
    .map(({ block, keyword }) => `${block} ${keyword}`);
  const pending = ROWS.filter((row) => !tried.has(row) && PENDING.includes(row.block));
  context.diagnostic(`${tried.size} of ${ROWS.length} rows are tried, ${pending.length} pending`);
  assert.deepEqual(missing, []);
});
