/**
 * Whole stories as text: testdata/*.txt. A line that begins at the margin is input, the indented ones below it are what
 * the instance made of it. UPDATE=1 rewrites them; the difference is to be reviewed.
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
} from "./mod.ts";
import { configure, parseEvent, print } from "./transcript.ts";

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
