import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import { parseSections, printSections, type Section } from "./benchmark_document.ts";

export const summary = "all of them, written to docs/benchmarks.md";

const usage = `Usage: npm run bench [-- all [NAME]...]

Runs every benchmark, or those that are named, and puts what they print into docs/benchmarks.md in the place of what is
there of them. All of them take about three quarters of an hour. Needs root, and a machine with nothing else to do.
`;

const document = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const program = fileURLToPath(new URL("./main.ts", import.meta.url));

/** What is run of each, in this order. */
const plan: Readonly<Record<string, readonly string[]>> = {
  failover: [],
  outage: [],
  scale: [],
  garbage: [],
  config: [],
  ipvs: [],
  checks: [],
  status: [],
  soak: ["--virtual"],
};

/** Measures one after the other, and returns the exit status. */
export async function run(
  args: readonly string[],
  summaries: Readonly<Record<string, string>>,
): Promise<number> {
  const { _: words, help } = parseArgs([...args], { boolean: ["help"] });
  const names = words.length === 0 ? Object.keys(plan) : words.map(String);
  const unknown = names.find((name) => !Object.hasOwn(plan, name));
  if (help === true || unknown !== undefined) {
    if (unknown !== undefined) process.stderr.write(`bench: ${unknown} is not known\n\n`);
    process.stderr.write(usage);
    return help === true ? 0 : 2;
  }
  let failures = 0;
  for (const [i, name] of names.entries()) {
    process.stderr.write(`bench: ${i + 1} of ${names.length}: ${name}\n`);
    const text = await outputOf([name, ...plan[name] ?? []]);
    if (text === undefined) failures++;
    else put({ name, summary: summaries[name] ?? "", text });
  }
  return failures > 0 ? 1 : 0;
}

/** What a benchmark prints, which is shown as it comes; undefined if it fails. */
async function outputOf(args: readonly string[]): Promise<string | undefined> {
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const parts: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    parts.push(part);
    process.stdout.write(part);
  });
  const [status] = await once(child, "close");
  return status === 0 ? parts.join("") : undefined;
}

/** After each, so that one that fails costs nothing but itself. */
function put(section: Section): void {
  const before = existsSync(document) ? parseSections(readFileSync(document, "utf8")) : [];
  const known = new Map([...before, section].map((it) => [it.name, it]));
  const order = Object.keys(plan);
  const sorted = [...known.values()].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  writeFileSync(document, printSections(sorted));
}
