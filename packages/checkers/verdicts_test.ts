import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, succeeded } from "./ending.ts";
import { judgeFile } from "./file.ts";
import { judgeProgram, type ProgramResult } from "./misc.ts";

const programs: readonly (readonly [ProgramResult, boolean, unknown])[] = [
  [{ kind: "exit", status: 0 }, false, succeeded],
  [{ kind: "exit", status: 1 }, false, failed("exit", "exited with status 1")],
  [{ kind: "exit", status: 5 }, false, failed("exit", "exited with status 5")],
  [{ kind: "exit", status: 0 }, true, succeeded],
  [{ kind: "exit", status: 1 }, true, failed("exit", "exited with status 1")],
  [{ kind: "exit", status: 2 }, true, { ok: true, weight: 0 }],
  [{ kind: "exit", status: 52 }, true, { ok: true, weight: 50 }],
  [{ kind: "exit", status: 255 }, true, { ok: true, weight: 253 }],
  [{ kind: "signal", signal: 9 }, true, failed("signal", "due to signal 9")],
  [{ kind: "timeout" }, false, failed("timeout", "timed out")],
  [
    { kind: "not-started", message: "no such user" },
    false,
    failed("local", "not started: no such user"),
  ],
];

for (const [end, dynamic, ending] of programs) {
  test(`judgeProgram() ${JSON.stringify(end)} ${dynamic ? "dynamic" : "plain"}`, () => {
    assert.deepEqual(judgeProgram(end, dynamic), ending);
  });
}

/** Weight, reverse, number, up, add: as seen with keepalived 2.2.7 and a server of weight 10. */
const files: readonly (readonly [number, boolean, number, boolean, number])[] = [
  [3, false, 5, true, 15],
  [3, false, -3, true, -9],
  [3, false, 0, true, 0],
  [-3, false, 0, true, 0],
  [3, true, 5, true, -15],
  [3, false, 900_000_000, true, 2_147_483_647],
  [3, false, -715_827_882, true, -2_147_483_646],
  [3, false, -715_827_883, false, -2_147_483_647],
  [2_147_483_647, true, 2, false, -2_147_483_647],
  [0, false, 0, true, 0],
  [0, false, 1, false, 0],
  [0, false, -1, false, 0],
  [0, true, 0, false, 0],
  [0, true, 1, true, 0],
];

for (const [weight, reverse, value, up, add] of files) {
  test(`judgeFile() weight ${weight}${reverse ? " reverse" : ""} of ${value}`, () => {
    const verdict = judgeFile({ weight, reverse }, value);
    assert.deepEqual(verdict, { up, add });
    assert.ok(!Object.is(verdict.add, -0));
  });
}
