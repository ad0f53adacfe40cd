import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusDocument } from "../document.ts";
import type { InstanceSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { assertTestdata, documentFixture, vrrpFixture } from "../testing/fixture.ts";
import { explainText } from "./explain_text.ts";
import { ago, counted, lengthOfTime } from "./length_of_time.ts";
import { inColour, plain } from "./paint.ts";
import { statusText } from "./status_text.ts";
import { tableLines } from "./table.ts";

test("status: what a person reads", () => {
  assertTestdata("status.txt", statusText(documentFixture(), plain));
});

test("status: colours change nothing but colours", () => {
  const document = documentFixture();
  const coloured = statusText(document, inColour);
  assert.notEqual(coloured, statusText(document, plain));
  // deno-lint-ignore no-control-regex
  assert.equal(coloured.replace(/\x1b\[[0-9;]*m/g, ""), statusText(document, plain));
});

test("status: whatever is wrong is there", () => {
  const document = documentFixture();
  const { parent } = document;
  const troubled: StatusDocument = {
    version: 3,
    parent: {
      ...parent,
      maintenance: true,
      reload: { at: parent.process.at - 90, ok: false, problem: "the configuration has errors" },
      children: [
        { name: "VRRP", restarts: 2 },
        {
          name: "Checker",
          pid: 7,
          startedAt: parent.process.at - 5,
          restarts: 1,
          problem: "The Checker process does not answer",
        },
      ],
    },
  };
  assertTestdata("status_troubled.txt", statusText(troubled, plain));
});

test("explain: every instance of the fixture, and every reason for FAULT with its cure", () => {
  const vrrp = vrrpFixture();
  const texts = vrrp.instances.map((it) => explainText(it, vrrp, plain));
  assertTestdata("explain.txt", texts.join("\n----\n\n"));
});

test("explain: why a backup is one", () => {
  const vrrp = vrrpFixture();
  const { at } = vrrp.process;
  const backup = (changes: Partial<InstanceSnapshot>) =>
    whyOf({ ...instanceOf(vrrp, "V"), ...changes }, vrrp);
  const master = { address: "10.0.0.2", priority: 100, advertisementIntervalS: 1 };
  assert.match(backup({}), /follows 10.0.0.2, whose priority 220 is higher than its own 200/);
  assert.match(backup({ master: { ...master, priority: 200 } }), /has the same priority 200/);
  assert.match(backup({ master, preempt: false }), /lower than its own 200: nopreempt lets it/);
  assert.match(
    backup({ master, timers: { preemptsAt: at + 3 } }),
    /preempt_delay lets it for another 3.0 s/,
  );
  assert.match(backup({ master }), /takes over as soon as its wait is over/);
  assert.match(backup({ waitsForGroup: true }), /waits for the others of its group/);
  const { master: _, ...alone } = instanceOf(vrrp, "V");
  assert.match(whyOf(alone, vrrp), /has not heard a master/);
});

test("explain: every reason for FAULT has a cure", () => {
  const vrrp = vrrpFixture();
  const reasons = [
    "interface-down",
    "no-source-address",
    "source-address-missing",
    "no-socket",
    "no-hmac-key",
    "no-unicast-peer",
    "maintenance",
    "script chk",
    "file tf",
    "process proc",
    "interface eth1",
    "bfd b",
    "group G",
    "static objects of TG",
  ];
  for (const reason of reasons) {
    const it = { ...instanceOf(vrrp, "F"), faults: [{ reason, text: reason }] };
    const text = explainText(it, vrrp, plain);
    assert.match(text, /What to do\n {2}\S/, reason);
    assert.doesNotMatch(text, /the log says more/, reason);
  }
});

test("tables: columns are as wide as what they hold, empty ones are left out", () => {
  const rows = [
    { cells: ["a", "", { text: "bad", colour: "bad" } as const], notes: ["a note"] },
    { cells: ["longer", "", "x"] },
  ];
  assert.deepEqual(tableLines(["NAME", "NONE", "IS"], rows, plain, "> "), [
    "> NAME    IS",
    "> a       bad",
    ">   a note",
    "> longer  x",
  ]);
});

test("lengths of time in their two largest units", () => {
  const times = [0, 3.14, 9.99, 10, 61, 3600, 3661, 86_400 * 3 + 3600 * 5].map(lengthOfTime);
  assert.deepEqual(times, [
    "0.0 s",
    "3.1 s",
    "10.0 s",
    "10 s",
    "1 min 1 s",
    "1 h",
    "1 h 1 min",
    "3 d 5 h",
  ]);
  assert.deepEqual([ago(0.05), ago(2)], ["now", "2.0 s ago"]);
  assert.deepEqual([counted(1, "time"), counted(2, "time")], ["1 time", "2 times"]);
});

function instanceOf({ instances }: VrrpSnapshot, name: string): InstanceSnapshot {
  const found = instances.find((it) => it.name === name);
  assert.ok(found !== undefined);
  return found;
}

function whyOf(it: InstanceSnapshot, vrrp: VrrpSnapshot): string {
  return explainText(it, vrrp, plain).split("\n\n")[1] ?? "";
}
