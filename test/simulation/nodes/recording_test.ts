import "../kernel/stand_in.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonRecorder } from "@keepalived/reactor";
import { describeReplay, replay } from "../../../tools/replay/replay.ts";
import { simulate } from "./simulate.ts";

test("what nodes recorded is replayed to the same actions, whatever befell them", async () => {
  let actions = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const recordings = new Map<number, string[]>();
    await simulate(seed, {
      sabotage: ({ nodes }) => {
        for (const node of nodes) {
          const lines: string[] = [];
          recordings.set(node.host.index, lines);
          node.recorder = jsonRecorder((line) => lines.push(line));
        }
      },
    });
    for (const [index, lines] of recordings) {
      const result = replay(lines);
      assert.equal(
        result.difference,
        undefined,
        `seed ${seed}, node ${index}: ${describeReplay(result)}`,
      );
      actions += result.actions;
    }
  }
  assert.ok(actions > 1000, `${actions} actions`);
});
