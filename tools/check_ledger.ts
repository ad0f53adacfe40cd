/**
 * The ledgers of test/conformance: each requirement of a standard has a test that shows it and one that would show its
 * violation, or says why not. Their form is described in test/conformance/README.md.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = "test/conformance";
const ledgers = ["rfc3768.md", "rfc5798.md", "rfc9568.md", "runtime.md"];

/** One line for each requirement that is not proven, each test that does not exist, and each count that is wrong. */
export function checkLedgers(): readonly string[] {
  const read = new Map<string, TestNames | undefined>();
  const namesOf = (path: string) => {
    if (!read.has(path)) read.set(path, existsSync(path) ? readTestNames(path) : undefined);
    return read.get(path);
  };
  return ledgers.flatMap((ledger) =>
    checkLedger(readFileSync(join(folder, ledger), "utf8"), namesOf)
      .map((problem) => `${ledger}: ${problem}`)
  );
}

const levels = ["MUST", "MUST NOT", "SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "RECOMMENDED"];

/** What no standard demands and everybody knows of the C daemon: it has to be shown, and there is nothing to refute. */
const known = "DOES";

/** What stands for a proof, and needs a reason. */
const excuses = ["not ours", "not followed"];

/** The problems of one ledger. @param namesOf the tests of a file; undefined: there is no such file */
export function checkLedger(
  text: string,
  namesOf: (path: string) => TestNames | undefined,
): readonly string[] {
  const problems: string[] = [];
  const files = new Map<string, string>();
  let section: { title: string; count: number; stated: number } | undefined;
  let stated: number | undefined;
  let total = 0;
  const endSection = () => {
    if (section === undefined || section.count === section.stated) return;
    problems.push(`${section.title}: ${section.count} requirements, ${section.stated} stated`);
  };
  for (const block of blocksOf(text)) {
    const alias = /^- `(\w+)`: `([^`]+)`$/.exec(block);
    const all = /^Requirements: (\d+)\b/.exec(block);
    const heading = /^## (.+) \((\d+)\)$/.exec(block);
    if (alias !== null) files.set(alias[1] ?? "", alias[2] ?? "");
    else if (all !== null) stated = Number(all[1]);
    else if (block.startsWith("## ")) {
      endSection();
      section = undefined;
      if (heading === null) problems.push(`${block}: no count`);
      else section = { title: heading[1] ?? "", count: 0, stated: Number(heading[2]) };
    } else if (section !== undefined && block.startsWith("- ")) {
      section.count++;
      total++;
      const where = `${section.title}, requirement ${section.count}`;
      problems.push(...checkRow(block, files, namesOf).map((problem) => `${where}: ${problem}`));
    }
  }
  endSection();
  if (stated !== total) problems.push(`${total} requirements, ${stated ?? "no number"} stated`);
  return problems;
}

/** Headings, paragraphs and top-level list items, each as one line; parts of an item are separated by line breaks. */
function blocksOf(text: string): readonly string[] {
  const blocks: string[] = [];
  let fresh = true;
  for (const line of text.split("\n")) {
    if (line.trim() === "") fresh = true;
    else if (fresh || /^(#|- )/.test(line)) {
      blocks.push(line);
      fresh = false;
    } else {
      const joint = /^ +- /.test(line) ? "\n" : " ";
      blocks.push(`${blocks.pop() ?? ""}${joint}${line.trim()}`);
    }
  }
  return blocks;
}

function checkRow(
  block: string,
  files: ReadonlyMap<string, string>,
  namesOf: (path: string) => TestNames | undefined,
): readonly string[] {
  const [head = "", ...parts] = block.split("\n");
  const level = /^- \*\*([A-Z ]+)\*\* \S/.exec(head)?.[1];
  if (level === undefined) return [`no level and text: ${head}`];
  const problems = [...levels, known].includes(level) ? [] : [`unknown level ${level}`];
  const kinds = parts.map((part) => /^- ([a-z ]+): /.exec(part)?.[1] ?? part);
  const isExcused = kinds.length === 1 && excuses.includes(kinds[0] ?? "");
  if (!isExcused && kinds.join() !== (level === known ? "shown" : "shown,refuted")) {
    return [...problems, `neither shown and refuted nor excused: ${kinds.join(", ") || "nothing"}`];
  }
  for (const part of parts) problems.push(...checkPart(part, files, namesOf));
  return problems;
}

function checkPart(
  part: string,
  files: ReadonlyMap<string, string>,
  namesOf: (path: string) => TestNames | undefined,
): readonly string[] {
  const [, kind = "", rest = ""] = /^- ([a-z ]+): (.*)$/.exec(part) ?? [];
  if (excuses.includes(kind)) return [];
  if (/^nothing to refute, .{8}/.test(rest) && kind === "refuted") return [];
  const references = [...rest.matchAll(/`(\w+)` `([^`]+)`/g)];
  const spare = rest.replaceAll(/`(\w+)` `([^`]+)`/g, "").replaceAll(/[,; ]/g, "");
  if (references.length === 0 || spare !== "") return [`${kind}: no tests, but "${rest}"`];
  return references.flatMap(([, alias = "", name = ""]) => {
    const path = files.get(alias);
    if (path === undefined) return [`${kind}: no file is called ${alias}`];
    const names = namesOf(path);
    if (names === undefined) return [`${kind}: there is no file ${path}`];
    return names.has(name) ? [] : [`${kind}: ${path} has no test "${name}"`];
  });
}

/** The names of the tests of a file. */
export type TestNames = { readonly has: (name: string) => boolean };

function readTestNames(path: string): TestNames {
  const data = join(dirname(path), "testdata");
  const fileNames = existsSync(data) ? readdirSync(data) : [];
  return testNames(readFileSync(path, "utf8"), fileNames);
}

/**
 * The names of the tests in a source text.
 *
 * A name with a `${…}` in it stands for those in which there is a string of the same text in its place, or one of the
 * given words.
 */
export function testNames(source: string, words: readonly string[]): TestNames {
  const strings = new Set(words);
  for (const [, text = ""] of source.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)) strings.add(text);
  const plain = new Set<string>();
  const patterns: RegExp[] = [];
  for (const [, quote, text = ""] of source.matchAll(/\btest\(\s*(["'`])((?:[^\\]|\\.)*?)\1/g)) {
    if (quote !== "`" || !text.includes("${")) plain.add(text);
    else patterns.push(new RegExp(`^${patternOf(text)}$`));
  }
  const has = (name: string) =>
    plain.has(name) ||
    patterns.some((pattern) => pattern.exec(name)?.slice(1).every((part) => strings.has(part)));
  return { has };
}

function patternOf(template: string): string {
  return template.split(/\$\{[^}]*\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("(.+?)");
}
