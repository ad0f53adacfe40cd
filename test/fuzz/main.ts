/**
 * Fuzzing that is guided by coverage: inputs that lead somewhere new are kept, and changed further.
 *
 *     npm run fuzz -- TARGET... [--minutes N]
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import {
  corpusPath,
  parseInput,
  printInput,
  readCorpus,
  writeCorpus,
} from "./engine/corpus_file.ts";
import { type Finding, nameOf } from "./engine/finding.ts";
import type { Progress } from "./engine/fuzzer.ts";
import { watch } from "./engine/watch.ts";
import { findTarget, moduleOf, targetNames } from "./targets/all.ts";

const help = `Usage: npm run fuzz -- TARGET... [OPTIONS]

Tries inputs on a target, guided by where they lead in its code, and reports those that break one of its laws.

  --minutes N    how long for each target (default 1)
  --update       put few inputs that lead everywhere where this run came into test/fuzz/corpus/TARGET.txt
  --input FILE   try the inputs in a file once, each as JSON text in a line, and say what happens
  --seed N       the numbers that the run draws (default: other ones each time)
  --list         the targets, and what must hold of each
  --help         this

TARGET "all" is each of them, one after the other. Status 1: something was found. It is in
test/fuzz/findings/, with the command that tries it again.
`;

/** Inputs that the corpus of a target has at most, beside those that are kept for ever. */
const mostKept = 40;
const lineMs = 5000;
/** Far more than any input should take, in seconds of processor time. */
const patienceS = 10;
const root = fileURLToPath(new URL("../../", import.meta.url));
const findings = fileURLToPath(new URL("findings/", import.meta.url));

/** Ctrl-C ends the run in order, with its summary; a second one ends everything. */
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

async function main(args: readonly string[]): Promise<number> {
  const unknown: string[] = [];
  const options = parseArgs([...args], {
    string: ["minutes", "seed", "input"],
    boolean: ["update", "list", "help"],
    unknown: (argument) => {
      if (argument.startsWith("-")) unknown.push(argument);
      return true;
    },
  });
  if (options["help"] === true) return say(help);
  if (options["list"] === true) return await list();
  const asked = options._.map(String);
  const targets = asked.includes("all") ? targetNames : asked;
  const minutes = Number(options["minutes"] ?? 1);
  const strange = targets.find((name) => !targetNames.includes(name));
  if (unknown.length > 0) return refuse(`There is no option ${unknown[0]}`);
  if (targets.length === 0) return refuse(`Which target? One of: ${targetNames.join(", ")}`);
  if (strange !== undefined) return refuse(`There is no target '${strange}': see --list`);
  if (!(minutes > 0)) return refuse("--minutes wants a number");
  let status = 0;
  for (const name of targets) {
    if (interrupted.signal.aborted) break;
    const isGood = options["input"] === undefined
      ? await fuzz(name, minutes, Number(options["seed"] ?? Date.now()), options["update"] === true)
      : await replay(name, String(options["input"]));
    if (!isGood) status = 1;
  }
  return status;
}

async function list(): Promise<number> {
  for (const name of targetNames) {
    const { about, laws } = await findTarget(name);
    say(`${name}: ${about}\n${laws.map((law) => `    ${law}\n`).join("")}`);
  }
  return 0;
}

/** @returns whether nothing was found */
async function fuzz(
  name: string,
  minutes: number,
  seed: number,
  update: boolean,
): Promise<boolean> {
  const { mostBytes } = await findTarget(name);
  const corpus = readCorpus(name);
  const forEver = corpus.filter(({ note }) => note !== undefined);
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  let toldMs = 0;
  say(`${name}: seed ${seed}, ${corpus.length} inputs in the corpus\n`);
  const { progress, findings, kept } = await watch({
    module: moduleOf(name),
    folders: [`${root}packages`, `${root}apps`],
    mostBytes,
    patienceS,
    signal: interrupted.signal,
    seconds: 60 * minutes,
    seed,
    inputs: corpus.map(({ input }) => input),
    forEver: forEver.map(({ input }) => input),
    keep: update ? mostKept : 0,
    onFinding: (finding) => tellFinding(name, finding),
    onProgress: (progress) => {
      if (performance.now() - toldMs < lineMs) return;
      toldMs = performance.now();
      say(`${name}: ${describe(progress, performance.now() - startMs)}\n`);
    },
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  const wallMs = performance.now() - startMs;
  if (update && kept.length > 0) {
    writeCorpus(name, [...forEver, ...kept.map((input) => ({ input, note: undefined }))]);
    say(`${name}: ${forEver.length + kept.length} inputs in ${corpusPath(name)}\n`);
  }
  const cpuS = (user + system) / 1_000_000;
  say(
    `${name}: ${describe(progress, wallMs)}\n` +
      `${name}: ${(wallMs / 60_000).toFixed(1)} minutes, ${cpuS.toFixed(0)} s of processor time, ` +
      `${(progress.runs / cpuS).toFixed(0)} executions in each; slowest input ` +
      `${progress.slowestMs.toFixed(0)} ms, ${progress.slowest.length} bytes\n` +
      `${name}: ${findings.length} findings\n`,
  );
  return findings.length === 0;
}

function describe({ runs, covered, places, inputs }: Progress, ms: number): string {
  const rate = (runs / (ms / 1000)).toFixed(0);
  const share = (100 * covered / Math.max(1, places)).toFixed(1);
  return `${runs} executions, ${rate}/s, ${covered} of ${places} places (${share} %), ` +
    `${inputs} inputs`;
}

function tellFinding(target: string, { key, input, text }: Finding): void {
  const file = join(findings, `${target}-${nameOf(input)}.txt`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${printInput(input)}\n`);
  say(
    `${target}: FOUND ${key}\n${text.replace(/^/gm, "    ")}\n    ${printInput(input)}\n` +
      `    To try it again: npm run fuzz -- ${target} --input ${file}\n`,
  );
}

/** @returns whether all laws hold */
async function replay(name: string, file: string): Promise<boolean> {
  const { check } = await findTarget(name);
  let isGood = true;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    try {
      await check(parseInput(line));
      say(`${name}: good: ${line}\n`);
    } catch (error) {
      isGood = false;
      say(`${name}: ${line}\n${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  return isGood;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}

// Whoever reads may stop, as `head` does.
process.stdout.on("error", () => process.exit());
process.exitCode = await main(process.argv.slice(2));
