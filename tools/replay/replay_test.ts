import assert from "node:assert/strict";
import { test } from "node:test";
import { instanceOf } from "../../apps/keepalived/vrrp/testing/instance.ts";
import { machineConfig } from "../../apps/keepalived/vrrp/machine_config.ts";
import { host, jsonRecorder, type Scheduler } from "@keepalived/reactor";
import { instance, type InstanceEvent } from "@keepalived/vrrp-fsm";
import { describeReplay, replay } from "./replay.ts";

/** What a virtual router goes through: it becomes MASTER, hears a better one, gets another priority, and ends. */
function recording(): string[] {
  const lines: string[] = [];
  const time = new ManualTime();
  const scheduler = { ...time.scheduler, recorder: jsonRecorder((line) => lines.push(line)) };
  const world = { startedAtUs: 0, scheduler };
  const configOf = (priority: number) =>
    machineConfig(instanceOf(`priority ${priority}`), world as never);
  const send = (event: InstanceEvent) => running.send(event);
  using running = host(instance, {
    name: "instance VI",
    config: configOf(100),
    seed: 1,
    scheduler,
    perform: () => {},
  });
  send({ kind: "local-address", address: "192.0.2.1" });
  send({ kind: "startup" });
  for (let i = 0; i < 6; i++) time.advance();
  const source = "192.0.2.2";
  send({ kind: "advertisement", source, priority: 200, maxAdvertiseIntervalUs: 1_000_000 });
  for (let i = 0; i < 3; i++) time.advance();
  running.configure(configOf(250));
  for (let i = 0; i < 3; i++) time.advance();
  send({ kind: "shutdown" });
  return lines;
}

test("a recording is replayed to the same actions", () => {
  const lines = recording();
  const { machines, events, actions, difference } = replay(lines);
  assert.equal(difference, undefined);
  assert.equal(machines, 1);
  assert.ok(events > 10 && actions > 10, `${events} events, ${actions} actions`);
  assert.match(describeReplay(replay(lines)), /^1 machines, \d+ events, \d+ actions: all as rec/);
});

test("the first action that differs is shown with its event", () => {
  const lines = recording();
  const at = lines.findIndex((line) => line.includes('"add-addresses"'));
  const changed = lines.with(at, (lines[at] ?? "").replace("192.0.2.101", "192.0.2.99"));
  const result = replay(changed);
  assert.equal(result.difference?.line, at);
  assert.equal(result.difference?.machine, "instance VI");
  const shown = describeReplay(result);
  assert.match(shown, /instance VI does something else\n {2}event {5}{"kind":"timeout"}\n/);
  assert.match(shown, /recorded {2}{"kind":"send-advertisement".*192\.0\.2\.99/);
  assert.match(shown, /replayed {2}{"kind":"send-advertisement".*192\.0\.2\.101/);
});

test("actions that the recording has and the machine does not take are a difference, as are those that it lacks", () => {
  const lines = recording();
  const at = lines.findLastIndex((line) => line.includes('"actions"'));
  assert.match(describeReplay(replay(lines.toSpliced(at, 1))), /recorded {2}nothing more/);
  const more = (lines[at] ?? "").replace(/\]}$/, ',{"kind":"more"}]}');
  assert.match(describeReplay(replay(lines.with(at, more))), /replayed {2}nothing more/);
});

test("what is no recording, or lacks lines, is said with its line", () => {
  const lines = recording();
  for (
    const [wrong, message] of [
      [["{"], /^Line 1 is no JSON/],
      [["7"], /^Line 1 is no line/],
      [["{}"], /^Line 1 is not of a recording/],
      [lines.slice(1), /^Line 1: instance VI has not begun/],
      [[...lines, '{"lost":3}'], /: 3 lines were lost here/],
      [['{"machine":"toaster x","atUs":1,"start":{"config":{},"seed":1}}'], /no machine is called/],
      [[lines[0] ?? "", '{"machine":"instance VI","atUs":1,"actions":[]}'], /actions of nothing/],
    ] as const
  ) {
    assert.throws(() => replay(wrong), { name: "RangeError", message });
  }
});

/** A clock that goes from deadline to deadline. */
class ManualTime {
  #nowUs = 1000;
  #atUs: number | undefined;
  #callback = () => {};
  readonly scheduler: Scheduler = {
    nowUs: () => this.#nowUs,
    deadline: (callback) => {
      this.#callback = callback;
      return {
        setAt: (atUs) => {
          this.#atUs = atUs;
        },
        [Symbol.dispose]: () => {
          this.#atUs = undefined;
        },
      };
    },
  };

  advance(): void {
    if (this.#atUs === undefined) return;
    this.#nowUs = this.#atUs;
    this.#callback();
  }
}
