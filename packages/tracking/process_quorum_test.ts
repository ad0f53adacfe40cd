import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench } from "./fixture.ts";
import { processQuorum, type ProcessQuorumConfig } from "./process_quorum.ts";

const verdict = (up: boolean) => [{ kind: "verdict", up }];

function bench(config: Partial<ProcessQuorumConfig> = {}) {
  return new Bench(processQuorum, { quorum: 1, forkDelayUs: 0, terminateDelayUs: 0, ...config });
}

function counted(one: ReturnType<typeof bench>, atUs: number, count: number) {
  return one.tell(atUs, { kind: "counted", count });
}

/** Quorum, most, and the counts that satisfy them, of 0 to 5. */
const quorums: readonly (readonly [number, number | undefined, readonly number[]])[] = [
  [1, undefined, [1, 2, 3, 4, 5]],
  [3, undefined, [3, 4, 5]],
  [2, 3, [2, 3]],
  [2, 2, [2]],
  // The quorum is 1 unless it is given: with it nothing could ever satisfy "none".
  [1, 0, [0]],
];

for (const [quorum, quorumMax, expected] of quorums) {
  test(`quorum ${quorum}, at most ${quorumMax ?? "any"}: up with ${expected}`, () => {
    const config = { quorum, ...(quorumMax === undefined ? {} : { quorumMax }) };
    const up = [0, 1, 2, 3, 4, 5].filter((count) => {
      const one = bench(config);
      assert.deepEqual(counted(one, 0, count), verdict(expected.includes(count)));
      return one.state.up;
    });
    assert.deepEqual(up, expected);
  });
}

test("before the first count it is not up", () => {
  assert.deepEqual(bench().state, { up: false, changesAtUs: null, count: null });
});

test("the first count decides at once, whatever the delays", () => {
  const delays = { forkDelayUs: 100, terminateDelayUs: 100 };
  assert.deepEqual(counted(bench(delays), 0, 0), verdict(false));
  assert.deepEqual(counted(bench(delays), 0, 1), verdict(true));
});

test("a count that is the same, or that changes no verdict, says nothing", () => {
  const one = bench();
  counted(one, 0, 1);
  const { state } = one;
  assert.deepEqual(counted(one, 1, 1), []);
  assert.equal(one.state, state);
  assert.deepEqual(counted(one, 2, 2), []);
  assert.equal(one.state.count, 2);
});

test("a quorum that a new process makes waits for the fork delay, a lost one for the other", () => {
  const one = bench({ forkDelayUs: 50, terminateDelayUs: 70 });
  counted(one, 0, 0);
  assert.deepEqual(counted(one, 100, 1), []);
  assert.deepEqual(one.advance(149), []);
  assert.deepEqual(one.advance(150), [[150, { kind: "verdict", up: true }]]);
  counted(one, 200, 0);
  assert.deepEqual(one.advance(269), []);
  assert.deepEqual(one.advance(270), [[270, { kind: "verdict", up: false }]]);
});

test("too many: the fork delay when one comes, the other when one goes", () => {
  const one = bench({ quorumMax: 1, forkDelayUs: 50, terminateDelayUs: 70 });
  counted(one, 0, 1);
  counted(one, 100, 2);
  assert.deepEqual(one.advance(9999), [[150, { kind: "verdict", up: false }]]);
  counted(one, 10_000, 1);
  assert.deepEqual(one.advance(99_999), [[10_070, { kind: "verdict", up: true }]]);
});

test("a process that is replaced in time is not noticed", () => {
  const one = bench({ terminateDelayUs: 70 });
  counted(one, 0, 1);
  counted(one, 100, 0);
  assert.deepEqual(counted(one, 169, 1), []);
  assert.deepEqual(one.advance(9999), []);
  assert.equal(one.state.up, true);
});

test("another quorum counts at once; the end of a delay goes on", () => {
  const one = bench({ terminateDelayUs: 70 });
  counted(one, 0, 2);
  assert.deepEqual(one.configure(1, config({ quorum: 3, terminateDelayUs: 70 })), verdict(false));
  assert.deepEqual(one.configure(2, config({ quorum: 2, terminateDelayUs: 70 })), verdict(true));
  counted(one, 100, 1);
  const { state } = one;
  assert.deepEqual(one.configure(101, config({ quorum: 2, terminateDelayUs: 5 })), []);
  assert.equal(one.state, state);
  assert.deepEqual(one.configure(102, config({ quorum: 1, terminateDelayUs: 5 })), []);
  assert.equal(one.state.changesAtUs, null);
});

test("another quorum before the first count changes nothing", () => {
  const one = bench();
  const { state } = one;
  assert.deepEqual(one.configure(1, config({ quorum: 3 })), []);
  assert.equal(one.state, state);
});

function config(given: Partial<ProcessQuorumConfig>): ProcessQuorumConfig {
  return { quorum: 1, forkDelayUs: 0, terminateDelayUs: 0, ...given };
}
