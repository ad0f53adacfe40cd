/**
 * A sync group and its members as text: testdata/group/*.txt. A line that begins at the margin is input: the time, whom
 * it is for, and what; the indented ones below it are what they made of it. UPDATE=1 rewrites them.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import fc from "fast-check";
import { type Common, move } from "@keepalived/machine";
import { EXAMPLE } from "./fixture.ts";
import {
  type Action,
  instance,
  type InstanceConfig,
  type InstanceEvent,
  type InstanceState,
  memberEvent,
  syncGroup,
  type SyncGroupAction,
  type SyncGroupConfig,
  type SyncGroupEvent,
  type SyncGroupState,
} from "./mod.ts";
import { configure, parseEvent, print } from "./transcript.ts";

const SECOND = 1_000_000;
const FOLDER = new URL("testdata/group/", import.meta.url);

type Member = { config: InstanceConfig; state: InstanceState };
type Task = { readonly name: string; readonly event: InstanceEvent | Common<InstanceConfig> };

/** One router with instances A, B, C in a group G. Whoever is told something while others act has to wait. */
class Town {
  group: SyncGroupConfig = { name: "G", members: ["A", "B"] };
  groupState: SyncGroupState = syncGroup.start(this.group, 0);
  readonly members: ReadonlyMap<string, Member>;
  nowUs = 0;
  readonly #log: (name: string, line: string) => void;
  readonly #tasks: (Task | SyncGroupEvent)[] = [];
  #isBusy = false;

  constructor(log: (name: string, line: string) => void) {
    this.#log = log;
    this.members = new Map(["A", "B", "C"].map((name) => {
      const { announcement } = EXAMPLE;
      const config = { ...EXAMPLE, name, grouped: name !== "C", announcement: { ...announcement } };
      const state = instance.start(config, 0);
      return [name, { config, state: { ...state, localAddress: "10.0.0.9" } }];
    }));
  }

  /** Meets every deadline on the way. */
  runUntil(untilUs: number): void {
    for (;;) {
      const due = [...this.members].map(([name, { state }]) => ({
        name,
        atUs: instance.nextDeadlineUs(state) ?? Infinity,
      })).sort((a, b) => a.atUs - b.atUs)[0];
      if (due === undefined || due.atUs > untilUs) break;
      this.nowUs = due.atUs;
      this.tell(due.name, { kind: "timeout" });
    }
    this.nowUs = untilUs;
  }

  tell(name: string, event: Task["event"]): void {
    this.#put({ name, event });
  }

  reconfigure(name: string, config: InstanceConfig): void {
    const member = this.member(name);
    const previous = member.config;
    member.config = config;
    this.tell(name, { kind: "configured", previous });
  }

  /** A reload that changes who is a member. */
  regroup(members: readonly string[]): void {
    const previous = this.group;
    for (const [name, { config }] of this.members) {
      const grouped = members.includes(name);
      if (grouped !== config.grouped) this.reconfigure(name, { ...config, grouped });
    }
    this.group = { ...this.group, members };
    this.#decide({ kind: "configured", previous });
    for (const name of members) this.#put(memberEvent(name, this.member(name).state));
  }

  member(name: string): Member {
    return this.members.get(name) ?? assert.fail(`no such instance: ${name}`);
  }

  #put(task: Task | SyncGroupEvent): void {
    this.#tasks.push(task);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#tasks.shift(); next !== undefined; next = this.#tasks.shift()) {
      if ("kind" in next) this.#decide(next);
      else this.#step(next);
    }
    this.#isBusy = false;
  }

  #step({ name, event }: Task): void {
    const member = this.member(name);
    const { state, actions } = instance.step(member.config, member.state, event, this.nowUs);
    member.state = state;
    for (const action of actions) this.#perform(name, action);
  }

  #perform(name: string, action: Action): void {
    if (action.kind === "tell-group") return this.#put(action.event);
    this.#log(name, print(action));
  }

  #decide(event: SyncGroupEvent | Common<SyncGroupConfig>): void {
    const { state, actions } = syncGroup.step(this.group, this.groupState, event, this.nowUs);
    this.groupState = state;
    for (const action of actions) this.#follow(action);
  }

  #follow(action: SyncGroupAction): void {
    if (action.kind === "tell-member") return this.tell(action.member, action.event);
    this.#log(action.name, `${action.from} -> ${action.to}`);
  }
}

class Story {
  readonly #lines: string[] = [];
  readonly #town = new Town((name, line) => {
    if (/^(add-|remove-|send priority [1-9])/.test(line)) return;
    this.#lines.push(`  ${(this.#town.nowUs / SECOND).toFixed(6)} ${name} ${line}`);
  });

  play(line: string): void {
    this.#lines.push(line);
    if (line === "" || line.startsWith("#")) return;
    const [at = "", who = "", command = "", ...words] = line.split(" ");
    this.#town.runUntil(Math.round(Number(at) * SECOND));
    if (who === "group") this.#town.regroup([command, ...words].filter((it) => it !== ""));
    else if (who !== "look") { for (const name of who.split(",")) this.#do(name, command, words); }
    const states = [...this.#town.members].map(([name, { state }]) => `${name} ${state.kind}`);
    this.#lines.push(`  = ${states.join(", ")}; group ${this.#town.groupState.kind}`);
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #do(name: string, command: string, words: readonly string[]): void {
    const member = this.#town.member(name);
    if (command !== "configure") this.#town.tell(name, parseEvent(command, words));
    else if (member.state.running) this.#town.reconfigure(name, configure(member.config, words));
    else member.config = configure(member.config, words);
  }
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt")).sort();

test("there are stories of groups", () => {
  assert.ok(files.length >= 9);
});

for (const file of files) {
  test(`group story ${file}`, () => {
    const expected = readFileSync(new URL(file, FOLDER), "utf8");
    const story = new Story();
    const inputs = expected.trimEnd().split("\n").filter((line) => !line.startsWith("  "));
    for (const line of inputs) story.play(line);
    if (process.env["UPDATE"] === "1") writeFileSync(new URL(file, FOLDER), story.text);
    else assert.equal(story.text, expected);
  });
}

const input = fc.record({
  afterUs: fc.constantFrom(0, 0, 1, 300_000, 700_000, 4_000_000),
  who: fc.constantFrom("A", "B", "C"),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant({ kind: "startup" } as const) },
    fc.constant({ kind: "shutdown" } as const),
    { weight: 2, arbitrary: fc.constant({ kind: "owned-address-lost" } as const) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("fault" as const),
        reason: fc.constantFrom("script", "interface-down"),
        present: fc.boolean(),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("advertisement" as const),
        source: fc.constant("10.0.0.10"),
        priority: fc.constantFrom(0, 90, 100, 200),
        maxAdvertiseIntervalUs: fc.constant(SECOND),
      }),
    },
    fc.constantFrom(["A", "B"], ["A", "B", "C"], ["B", "C"], ["A"], []),
  ),
});

test("a group is never half Active, and one fault is the fault of all", () => {
  let active = 0;
  fc.assert(
    fc.property(fc.array(input, { maxLength: 40, size: "max" }), (inputs) => {
      const town = new Town(() => {});
      for (const { afterUs, who, what } of inputs) {
        town.runUntil(town.nowUs + afterUs);
        if ("kind" in what) town.tell(who, what);
        else town.regroup(what);
        const { kind, aim } = town.groupState;
        const states = town.group.members.map((name) => town.member(name).state);
        const running = states.filter((state) => state.kind !== "initialize");
        const isStarting = aim === "initialize" && running.length > 0;
        if (!isStarting) {
          assert.ok(
            running.every((state) => state.kind === aim),
            `${aim}: ${JSON.stringify(running)}`,
          );
          assert.equal(kind, aim);
        }
        if (kind === "active") active++;
        const isFaulty = states.some((state) =>
          state.faults.some((it) => !it.startsWith("group "))
        );
        for (const { faults } of states) assert.equal(faults.includes("group G"), isFaulty);
        for (const [name, { state }] of town.members) {
          if (!town.group.members.includes(name)) assert.ok(!state.faults.includes("group G"));
        }
      }
    }),
    { numRuns: 1_000, seed: 7 },
  );
  assert.ok(active > 300, `only ${active} times active`);
});

test("a group steps on what concerns it only, and an unchanged state is the identical one", () => {
  const config: SyncGroupConfig = { name: "G", members: ["A"] };
  const state = syncGroup.start(config, 0);
  const stranger = memberEvent("X", instance.start(EXAMPLE, 0));
  const events: readonly (SyncGroupEvent | Common<SyncGroupConfig>)[] = [
    stranger,
    { kind: "timeout" },
    { kind: "configured", previous: structuredClone(config) },
    { kind: "lower-priority-heard", member: "A" },
    { kind: "lower-priority-heard", member: "X" },
  ];
  for (const event of events) {
    assert.deepEqual(syncGroup.step(config, state, event, 0), move(state));
  }
  const { state: heard } = syncGroup.step(
    config,
    state,
    { ...stranger, member: "A" } as SyncGroupEvent,
    0,
  );
  assert.equal(
    syncGroup.step(config, heard, { ...stranger, member: "A" } as SyncGroupEvent, 0).state,
    heard,
  );
  assert.equal(syncGroup.nextDeadlineUs(state), undefined);
});

test("a group activates its members, says so when all follow, and falls with one of them", () => {
  const config: SyncGroupConfig = { name: "G", members: ["A", "B"] };
  let state = syncGroup.start(config, 0);
  const step = (event: SyncGroupEvent): readonly SyncGroupAction[] => {
    const { state: next, actions } = syncGroup.step(config, state, event, 0);
    state = next;
    return actions;
  };
  const report = (
    member: string,
    kind: "active" | "backup",
    reason: "startup" | "address-lost" | "higher-priority" = "startup",
  ): SyncGroupEvent => ({
    kind: "member",
    member,
    state: kind,
    reason,
    wantsActive: kind === "backup" && reason === "startup",
    faulty: false,
  });
  const tell = (member: string, command: "activate" | "announce" | "yield" | "yield-briefly") => ({
    kind: "tell-member",
    member,
    event: { kind: "group", command },
  });
  assert.deepEqual(step(report("A", "backup")), []);
  assert.deepEqual(step(report("B", "backup")), [tell("A", "activate"), tell("B", "activate")]);
  assert.deepEqual(step(report("A", "active")), []);
  assert.deepEqual(step(report("B", "active")), [
    { kind: "group-state-changed", name: "G", from: "initialize", to: "active" },
  ]);
  assert.deepEqual(step({ kind: "lower-priority-heard", member: "A" }), [tell("B", "announce")]);
  assert.deepEqual(step({ kind: "lower-priority-heard", member: "X" }), []);
  const active = state;
  assert.deepEqual(step(report("A", "backup", "higher-priority")), [tell("B", "yield")]);
  assert.deepEqual(step({ kind: "lower-priority-heard", member: "A" }), []);
  assert.deepEqual(step(report("B", "backup", "higher-priority")), [
    { kind: "group-state-changed", name: "G", from: "active", to: "backup" },
  ]);
  state = active;
  assert.deepEqual(step(report("A", "backup", "address-lost")), [tell("B", "yield-briefly")]);
});

test("a group forms around an Active member though another one that began speaks again", () => {
  const config: SyncGroupConfig = { name: "G", members: ["A", "B", "C"] };
  let state = syncGroup.start(config, 0);
  const hear = (
    member: string,
    kind: "initialize" | "active" | "backup",
    reason: "startup" | "higher-priority" = "startup",
  ): readonly SyncGroupAction[] => {
    const event = { kind: "member", member, state: kind, reason, wantsActive: false } as const;
    const step = syncGroup.step(config, state, { ...event, faulty: false }, 0);
    state = step.state;
    return step.actions;
  };
  hear("A", "active");
  for (const member of ["B", "C"]) hear(member, "initialize");
  hear("B", "backup");
  assert.deepEqual(hear("B", "backup", "higher-priority"), []);
  const activate = { kind: "group", command: "activate" };
  assert.deepEqual(hear("C", "backup"), [
    { kind: "tell-member", member: "B", event: activate },
    { kind: "tell-member", member: "C", event: activate },
  ]);
});
