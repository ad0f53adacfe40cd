/**
 * Whole stories as text: testdata/*.txt. A line that begins at the margin is input, the indented ones below it are what
 * the instance made of it. UPDATE=1 rewrites them; the difference is to be reviewed.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { EXAMPLE, virtualAddress } from "./fixture.ts";
import {
  type Action,
  describeInstance,
  instance,
  type InstanceConfig,
  type InstanceEvent,
  type InstanceState,
} from "./mod.ts";

const SECOND = 1_000_000;
const FOLDER = new URL("testdata/", import.meta.url);

class Story {
  #config: InstanceConfig = EXAMPLE;
  #state: InstanceState = instance.start(EXAMPLE, 0);
  #nowUs = 0;
  readonly #lines: string[] = [];

  /** One line of input: `SECONDS COMMAND ARGUMENTS`, or a remark. */
  play(line: string): void {
    this.#lines.push(line);
    const [at = "", command = "", ...words] = line.split(" ");
    if (line === "" || at === "#") return;
    const nowUs = Math.round(Number(at) * SECOND);
    assert.ok(nowUs >= this.#nowUs, `goes back in time: ${line}`);
    this.#runUntil(nowUs);
    if (command === "configure") {
      const previous = this.#config;
      this.#config = configure(previous, words);
      if (this.#state.running) this.#step({ kind: "configured", previous });
    } else if (command !== "look") {
      this.#step(parseEvent(command, words));
    }
    const text = describeInstance(this.#config, this.#state, this.#nowUs);
    this.#lines.push(`  = ${text}`);
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  /** Meets every deadline on the way. */
  #runUntil(untilUs: number): void {
    for (;;) {
      const atUs = instance.nextDeadlineUs(this.#state);
      if (atUs === undefined || atUs > untilUs) break;
      this.#nowUs = atUs;
      this.#step({ kind: "timeout" });
    }
    this.#nowUs = untilUs;
  }

  #step(event: InstanceEvent | Common<InstanceConfig>): void {
    const step = instance.step(this.#config, this.#state, event, this.#nowUs);
    this.#state = step.state;
    const at = (this.#nowUs / SECOND).toFixed(6);
    for (const action of step.actions) this.#lines.push(`  ${at} ${print(action)}`);
  }
}

/** `key=value` pairs; addresses as a list with commas, `none` for no value. */
function configure(config: InstanceConfig, words: readonly string[]): InstanceConfig {
  let next: Record<string, unknown> = { ...config };
  for (const word of words) {
    const [key = "", value = ""] = word.split("=");
    if (key === "addresses") next["addresses"] = value.split(",").map(virtualAddress);
    else if (key in config.announcement) {
      next = { ...next, announcement: { ...next["announcement"] as object, [key]: Number(value) } };
    } else if (key in config) next[key] = /^[a-z]+$/.test(value) ? parseWord(value) : Number(value);
    else throw new RangeError(`No such setting: ${key}`);
  }
  return next as InstanceConfig;
}

function parseWord(value: string): boolean | string {
  return value === "true" || (value === "false" ? false : value);
}

function parseEvent(command: string, words: readonly string[]): InstanceEvent {
  const [first = "", second = ""] = words;
  switch (command) {
    case "startup":
    case "shutdown":
    case "owned-address-lost":
    case "announcement-requested":
      return { kind: command };
    case "hear":
      return {
        kind: "advertisement",
        source: first,
        priority: Number(second),
        maxAdvertiseIntervalUs: Number(words[2] ?? 1) * SECOND,
      };
    case "local-address":
      return { kind: command, address: first };
    case "fault":
    case "clear":
      return { kind: "fault", reason: first, present: command === "fault" };
    case "weight":
      return { kind: "priority", adjustment: Number(first) };
  }
  throw new RangeError(`No such command: ${command}`);
}

function print(action: Action): string {
  const list = (addresses: readonly { readonly address: string }[]) =>
    addresses.map((a) => a.address).join(" ");
  switch (action.kind) {
    case "send-advertisement": {
      const { priority, maxAdvertiseIntervalUs, addresses } = action.advertisement;
      return `send priority ${priority} interval ${maxAdvertiseIntervalUs / SECOND} ${
        addresses.join(" ")
      }`;
    }
    case "add-addresses":
    case "remove-addresses":
      return `${action.kind} ${list(action.addresses)}`;
    case "add-holdings":
    case "remove-holdings":
      return `${action.kind} ${action.holdings.map((holding) => holding.key).join(" ")}`;
    case "tell-group":
      return `tell group ${JSON.stringify(action.event)}`;
    case "announce":
      return `announce ${action.repeat} x ${list(action.addresses)}`;
    case "state-changed":
      return `${action.from} -> ${action.to}: ${action.reason}, priority ${action.priority}`;
    case "priority-changed":
      return `priority of ${action.state} now ${action.priority}`;
    case "lower-priority-heard":
      return `lower priority ${action.priority} heard from ${action.source}`;
    case "owner-conflict":
      return `owner conflict with ${action.source}${action.yielded ? ", yielded" : ""}`;
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt")).sort();

test("there are stories", () => {
  assert.ok(files.length >= 8);
});

for (const file of files) {
  test(`story ${file}`, () => {
    const expected = readFileSync(new URL(file, FOLDER), "utf8");
    const story = new Story();
    const inputs = expected.trimEnd().split("\n").filter((line) => !line.startsWith("  "));
    for (const line of inputs) story.play(line);
    if (process.env["UPDATE"] === "1") writeFileSync(new URL(file, FOLDER), story.text);
    else assert.equal(story.text, expected);
  });
}
