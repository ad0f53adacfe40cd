/**
 * The state table as text: testdata/table/*.txt, a file for each state and a paragraph for each cell. Its first line is
 * the state, the settings, what happened before, and the event, all at 10 s; the indented lines are what the instance made of it. UPDATE=1
 * rewrites them; the difference is to be reviewed.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { EXAMPLE } from "./fixture.ts";
import {
  describeInstance,
  instance,
  type InstanceConfig,
  type InstanceEvent,
  type InstanceState,
  type StateKind,
} from "./mod.ts";
import { configure, parseEvent, print } from "./transcript.ts";

type Input = InstanceEvent | Common<InstanceConfig>;

const SECOND = 1_000_000;
const NOW = 10 * SECOND;
const FOLDER = new URL("testdata/table/", import.meta.url);

/** Each event, with the differences that the standard or keepalived makes. A new kind of event does not compile here. */
const EVENTS: Readonly<Record<Input["kind"], readonly string[]>> = {
  startup: ["startup", "startup resume"],
  shutdown: ["shutdown"],
  timeout: ["timeout early", "timeout due"],
  configured: ["configured same", "configured other"],
  advertisement: ["resignation", "lower", "equal", "equal of higher address", "higher", "own"]
    .map((it) => `hear ${it}`),
  "owned-address-lost": ["owned-address-lost"],
  "local-address": ["local-address"],
  fault: ["fault", "fault again", "clear one", "clear last", "clear none"],
  priority: ["weight"],
  "announcement-requested": ["announcement-requested"],
  "last-word-requested": ["last-word-requested"],
  group: ["activate", "yield", "yield-briefly", "announce"].map((it) => `group ${it}`),
};

/** How a state is come by: what happened until 10 s. A new state does not compile here. */
const STATES: Readonly<Record<StateKind | "delayed" | "candidate", readonly string[]>> = {
  initialize: [],
  delayed: ["10 startup"],
  backup: ["10 startup"],
  candidate: ["6.2 startup"],
  active: ["6 startup", "9.609375 group activate"],
  fault: ["10 startup", "10 fault interface-down"],
};
const SETTINGS: Readonly<Record<string, string>> = {
  delayed: "startupDelayUs=5000000",
  candidate: "grouped=true",
};

/** Cells that a state does not have: there is no deadline, or no fault without being in fault. */
const IMPOSSIBLE = new Set([
  "initialize + timeout due",
  "fault + timeout due",
  ...["delayed", "initialize", "backup", "candidate", "active"].flatMap((state) =>
    ["fault again", "clear one", "clear last"].map((event) => `${state} + ${event}`)
  ),
]);

/** Which cells each setting changes. A new setting does not compile here. */
const VARIANTS: Readonly<Record<keyof InstanceConfig, readonly string[]>> = {
  // What advertisements and kernel objects say.
  name: [],
  virtualRouterId: [],
  family: [],
  version: ["backup + hear resignation", "backup + hear higher", "active + hear higher"],
  initialState: ["initialize + startup", "fault + clear last"],
  priority: [
    "initialize + startup",
    "backup + hear lower",
    "backup + weight",
    "active + weight",
    "active + hear equal",
    "active + hear equal of higher address",
    "fault + clear last",
    "active + configured other",
  ],
  advertisementIntervalUs: ["backup + timeout due", "active + timeout due"],
  downTimerAdverts: ["initialize + startup", "backup + hear higher"],
  preempt: ["backup + hear lower", "candidate + hear lower"],
  preemptDelayUs: ["backup + hear lower", "candidate + hear lower"],
  startupDelayUs: ["initialize + startup"],
  addresses: ["backup + timeout due", "active + shutdown"],
  holdings: ["backup + timeout due", "active + shutdown", "active + fault"],
  grouped: [
    "initialize + startup",
    "backup + timeout due",
    "backup + group activate",
    "backup + fault",
    "active + group yield",
    "active + hear lower",
    "active + hear higher",
    "fault + clear last",
  ],
  lowerPriorityNoAdvert: ["active + hear lower"],
  higherPrioritySendAdvert: ["active + hear higher"],
  lateBackupPriority: ["active + timeout due", "active + hear lower"],
  announcement: ["backup + timeout due", "active + hear lower", "active + group announce"],
};

/** Plays one cell, and names it. */
function play(header: string): { readonly cell: string; readonly lines: readonly string[] } {
  const [given = "", wanted = ""] = header.split(" + ");
  const [first = "", ...events] = given.split("; ");
  const [kind = "", ...settings] = first.split(" ");
  const path = STATES[kind as keyof typeof STATES];
  assert.ok(path !== undefined, `no such state: ${header}`);
  const config = configure(EXAMPLE, [SETTINGS[kind] ?? "", ...settings].filter((it) => it !== ""));
  let state = instance.step(config, instance.start(config, 0), {
    kind: "local-address",
    address: "10.0.0.9",
  }, 0).state;
  for (const line of [...path, ...events.map((it) => `10 ${it}`)]) {
    const [at = "", command = "", ...words] = line.split(" ");
    state = runUntil(config, state, Number(at) * SECOND);
    state = instance.step(config, state, parseEvent(command, words), Number(at) * SECOND).state;
  }
  const before = runUntil(config, state, NOW);
  assert.equal(nameOf(before), kind, `not what ${header} says`);
  const { event, next, nowUs, variant } = parseInput(wanted, config, before);
  const { state: after, actions } = instance.step(next, before, event, nowUs);
  const at = (nowUs / SECOND).toFixed(6);
  const lines = actions.map((action) => `  ${at} ${print(action)}`);
  const isSame = after === before && actions.length === 0;
  lines.push(isSame ? "  nothing" : `  = ${describeInstance(next, after, nowUs)}`);
  return { cell: `${kind} + ${variant}`, lines };
}

function nameOf(state: InstanceState): string {
  if (state.startAtUs !== null) return "delayed";
  return state.router.kind === "backup" && state.router.candidate ? "candidate" : state.kind;
}

function runUntil(config: InstanceConfig, from: InstanceState, untilUs: number): InstanceState {
  let state = from;
  for (;;) {
    const atUs = instance.nextDeadlineUs(state);
    if (atUs === undefined || atUs > untilUs) return state;
    state = instance.step(config, state, { kind: "timeout" }, atUs).state;
  }
}

function parseInput(text: string, config: InstanceConfig, state: InstanceState): {
  readonly event: Input;
  readonly next: InstanceConfig;
  readonly nowUs: number;
  readonly variant: string;
} {
  const [command = "", ...words] = text.split(" ");
  if (command === "configured") {
    const next = configure(config, words);
    const variant = words.length === 0 ? "configured same" : "configured other";
    return { event: { kind: "configured", previous: config }, next, nowUs: NOW, variant };
  }
  if (command === "timeout") {
    const dueUs = instance.nextDeadlineUs(state);
    if (words[0] === "early") {
      return { event: { kind: command }, next: config, nowUs: NOW, variant: text };
    }
    assert.ok(dueUs !== undefined, `never due: ${text}`);
    const nowUs = dueUs + Number(words[1] ?? 0) * SECOND;
    return { event: { kind: command }, next: config, nowUs, variant: "timeout due" };
  }
  const lateUs = command === "late" ? Number(words.shift()) * SECOND : 0;
  const event = parseEvent(command === "late" ? words.shift() ?? "" : command, words);
  return { event, next: config, nowUs: NOW + lateUs, variant: variantOf(event, config, state) };
}

function variantOf(event: InstanceEvent, config: InstanceConfig, state: InstanceState): string {
  switch (event.kind) {
    case "advertisement": {
      const { source, priority } = event;
      if (priority === 0) return "hear resignation";
      if (source === state.localAddress) return "hear own";
      if (priority !== config.priority) {
        return priority > config.priority ? "hear higher" : "hear lower";
      }
      return source === "10.0.0.10" ? "hear equal of higher address" : "hear equal";
    }
    case "fault": {
      const isThere = state.faults.includes(event.reason);
      if (event.present) return isThere ? "fault again" : "fault";
      if (!isThere) return "clear none";
      return state.faults.length === 1 ? "clear last" : "clear one";
    }
    case "priority":
      return "weight";
    case "group":
      return `group ${event.command}`;
    case "startup":
      return event.resume === true ? "startup resume" : "startup";
    default:
      return event.kind;
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt")).sort();
/** Cells with example settings, and those where a setting makes a difference. */
const cells = new Set<string>();
const variants = new Set<string>();

for (const file of files) {
  test(`table ${file}`, () => {
    const expected = readFileSync(new URL(file, FOLDER), "utf8");
    const inputs = expected.trimEnd().split("\n").filter((line) => !line.startsWith("  "));
    const lines = inputs.flatMap((line) => {
      if (line === "" || line.startsWith("#")) return [line];
      const { cell, lines } = play(line);
      cells.add(cell);
      for (const [key] of line.matchAll(/\w+(?==)/g)) {
        const setting = key in EXAMPLE.announcement ? "announcement" : key;
        variants.add(`${setting}: ${cell}`);
      }
      return [line, ...lines];
    });
    const text = `${lines.join("\n")}\n`;
    if (process.env["UPDATE"] === "1") writeFileSync(new URL(file, FOLDER), text);
    else assert.equal(text, expected);
  });
}

test("the table has every cell: each state, each event", () => {
  const wanted = Object.keys(STATES).flatMap((state) =>
    Object.values(EVENTS).flat().map((event) => `${state} + ${event}`)
  ).filter((cell) => !IMPOSSIBLE.has(cell));
  assert.deepEqual(wanted.filter((cell) => !cells.has(cell)), []);
  assert.ok(wanted.length > 120, `only ${wanted.length} cells`);
});

test("the table has every cell that a setting changes", () => {
  const wanted = Object.entries(VARIANTS).flatMap(([setting, list]) =>
    list.map((cell) => `${setting}: ${cell}`)
  );
  assert.deepEqual(wanted.filter((cell) => !variants.has(cell)), []);
});
