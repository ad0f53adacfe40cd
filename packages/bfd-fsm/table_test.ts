/**
 * The state table as text: testdata/table/*.txt, a file for each state and a paragraph for each cell. Its first line is the
 * state, the settings, what happened before (all by 10 s) and the event; the indented lines are what the session made of
 * it. UPDATE=1 rewrites them; the difference is to be reviewed.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { EXAMPLE } from "./fixture.ts";
import { describeSession, session, type SessionConfig, type SessionEvent } from "./mod.ts";
import { configure, parsePacket, print } from "./transcript.ts";

type Input = SessionEvent | Common<SessionConfig>;

const SECOND = 1_000_000;
const NOW = 10 * SECOND;
const FOLDER = new URL("testdata/table/", import.meta.url);

/** How each state is come by. A new state does not compile here. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  "admin-down": [],
  down: ["startup"],
  init: ["startup", "hear down"],
  up: ["startup", "hear init", "hear up final"],
  polling: ["startup", "hear init"],
  demanded: ["startup", "hear init", "hear up final demand"],
};

/** Each event, with the differences that the standard makes. */
const EVENTS: readonly string[] = [
  "startup",
  "shutdown",
  "timeout early",
  "timeout transmit",
  "timeout detect",
  "configured",
  "configured tx=50",
  "configured tx=200",
  "configured rx=50",
  "configured rx=200",
  "configured mult=5",
  "configured passive=true",
  ...["admin-down", "down", "init", "up"].flatMap((state) => [
    `hear ${state}`,
    `hear ${state} poll`,
    `hear ${state} final`,
  ]),
  "hear up rx=0",
  "hear up rx=500 tx=400 mult=2",
  "hear up demand",
];

function parse(text: string, config: SessionConfig): { event: Input; config: SessionConfig } {
  const [command = "", ...words] = text.split(" ");
  switch (command) {
    case "hear":
      return { event: parsePacket(words), config };
    case "configured":
      return { event: { kind: command, previous: config }, config: configure(config, words) };
    case "startup":
    case "shutdown":
      return { event: { kind: command }, config };
  }
  throw new RangeError(`No such event: ${text}`);
}

/** Plays one cell. */
function play(header: string): readonly string[] {
  const [given = "", wanted = ""] = header.split(" + ");
  const [first = "", ...more] = given.split("; ");
  const [name = "", ...words] = first.split(" ");
  const path = PATHS[name];
  assert.ok(path !== undefined, `no such state: ${header}`);
  let config = configure(EXAMPLE, words);
  let state = session.start(config, 1);
  for (const line of [...path, ...more]) {
    const input = parse(line, config);
    config = input.config;
    state = session.step(config, state, input.event, NOW).state;
  }
  let input: { event: Input; config: SessionConfig };
  let nowUs = NOW;
  if (wanted.startsWith("timeout")) {
    input = { event: { kind: "timeout" }, config };
    const dueUs = wanted === "timeout detect" ? state.detectAtUs : state.transmitAtUs;
    nowUs = wanted === "timeout early" ? NOW : dueUs ?? NOW + 100 * SECOND;
  } else input = parse(wanted, config);
  const after = session.step(input.config, state, input.event, nowUs);
  const at = (nowUs / SECOND).toFixed(6);
  const lines = after.actions.map((action) => `  ${at} ${print(action)}`);
  const isSame = after.state === state && after.actions.length === 0;
  lines.push(isSame ? "  nothing" : `  = ${describeSession(after.state, nowUs)}`);
  return lines;
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt")).sort();
const cells = new Set<string>();

for (const file of files) {
  test(`table ${file}`, () => {
    const expected = readFileSync(new URL(file, FOLDER), "utf8");
    const inputs = expected.trimEnd().split("\n").filter((line) => !line.startsWith("  "));
    const lines = inputs.flatMap((line) => {
      if (line === "" || line.startsWith("#")) return [line];
      cells.add(line);
      return [line, ...play(line)];
    });
    const text = `${lines.join("\n")}\n`;
    if (process.env["UPDATE"] === "1") writeFileSync(new URL(file, FOLDER), text);
    else assert.equal(text, expected);
  });
}

test("the table has every cell: each state, each event", () => {
  const wanted = Object.keys(PATHS).flatMap((state) =>
    EVENTS.map((event) => `${state} + ${event}`)
  );
  assert.deepEqual(wanted.filter((cell) => !cells.has(cell)), []);
});
