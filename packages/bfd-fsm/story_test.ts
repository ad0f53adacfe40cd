/**
 * Two sessions on one link, as text: testdata/*.txt. A line at the margin is input, the indented ones below it are what
 * the two made of it; a packet takes a millisecond. UPDATE=1 rewrites them; the difference is to be reviewed.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { EXAMPLE } from "./fixture.ts";
import { Pair, type Side } from "./pair.ts";
import { configure, print } from "./transcript.ts";

const SECOND = 1_000_000;
const FOLDER = new URL("testdata/", import.meta.url);

/** `SECONDS start|stop|cut|mend|crash|configure|look [a|b] [settings]` */
function tell(text: string): string {
  const lines: string[] = [];
  const pair = new Pair(EXAMPLE, { ...EXAMPLE, localDiscriminator: 0xb }, (side, action, nowUs) => {
    lines.push(`  ${(nowUs / SECOND).toFixed(6)} ${side}: ${print(action)}`);
  });
  for (const line of text.trimEnd().split("\n").filter((line) => !line.startsWith("  "))) {
    lines.push(line);
    const [at = "", command = "", who = "", ...words] = line.split(" ");
    if (line === "" || at === "#") continue;
    pair.runUntil(Math.round(Number(at) * SECOND));
    const side = who as Side;
    switch (command) {
      case "start":
        pair.send(side, { kind: "startup" });
        break;
      case "stop":
        pair.send(side, { kind: "shutdown" });
        break;
      case "crash":
        pair.crash(side);
        break;
      case "configure":
        pair.configure(side, configure(pair.config(side), words));
        break;
      case "cut":
      case "mend":
        pair.setLink(side, command === "mend");
        break;
      case "look":
        break;
      default:
        throw new RangeError(`No such command: ${line}`);
    }
    lines.push(`  = ${pair.describe("a")}`, `  = ${pair.describe("b")}`);
  }
  return `${lines.join("\n")}\n`;
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt")).sort()) {
  test(`story ${file}`, () => {
    const expected = readFileSync(new URL(file, FOLDER), "utf8");
    const text = tell(expected);
    if (process.env["UPDATE"] === "1") writeFileSync(new URL(file, FOLDER), text);
    else assert.equal(text, expected);
  });
}
