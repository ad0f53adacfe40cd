import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isAfter, type Stamp } from "@keepalived/vrrp-codec";
import { ReplayMarks } from "./replay_marks.ts";

const at = (seconds: number, counter = 0): Stamp => ({ seconds, fraction: 0, counter });

test("ReplayMarks passes what comes after the last one of its sender, once", () => {
  const marks = new ReplayMarks();
  assert.equal(marks.pass("192.0.2.1", at(10)), true);
  assert.equal(marks.pass("192.0.2.1", at(10)), false);
  assert.equal(marks.pass("192.0.2.1", at(9)), false);
  assert.equal(marks.pass("192.0.2.2", at(9)), true, "another sender has its own mark");
  assert.equal(marks.pass("192.0.2.1", at(10, 1)), true);
});

test("ReplayMarks goes on where seconds begin anew", () => {
  const marks = new ReplayMarks();
  assert.equal(marks.pass("192.0.2.1", at(0xffff_ffff)), true);
  assert.equal(marks.pass("192.0.2.1", at(0)), true);
  assert.equal(marks.pass("192.0.2.1", at(0xffff_ffff)), false);
});

test("ReplayMarks passes an older stamp only over a void mark", () => {
  const marks = new ReplayMarks();
  marks.pass("192.0.2.1", at(1000));
  assert.equal(marks.pass("192.0.2.1", at(10), ({ seconds }) => seconds > 1000), false);
  assert.equal(marks.pass("192.0.2.1", at(10), ({ seconds }) => seconds > 500), true);
  assert.equal(marks.pass("192.0.2.1", at(10)), false);
});

test("ReplayMarks keeps unicast peers and four more, and forgets who was silent longest", () => {
  const marks = new ReplayMarks();
  for (const host of [1, 2, 3, 4]) marks.pass(`192.0.2.${host}`, at(10));
  marks.pass("192.0.2.1", at(11));
  marks.pass("192.0.2.5", at(10));
  assert.equal(marks.pass("192.0.2.1", at(11)), false);
  assert.equal(marks.pass("192.0.2.2", at(10)), true, "was forgotten");

  const more = new ReplayMarks();
  more.expect(2);
  for (const host of [1, 2, 3, 4, 5, 6]) more.pass(`192.0.2.${host}`, at(10));
  assert.equal(more.pass("192.0.2.1", at(10)), false);
});

test("ReplayMarks never passes a stamp of a sender that does not come after all passed ones", () => {
  const stamp = fc.record({
    seconds: fc.nat(3),
    fraction: fc.nat(2),
    counter: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), stamp)), (heard) => {
      const marks = new ReplayMarks();
      const passed = new Map<string, Stamp>();
      for (const [source, stamp] of heard) {
        const last = passed.get(source);
        const isNew = last === undefined || isAfter(stamp, last);
        assert.equal(marks.pass(source, stamp), isNew);
        if (isNew) passed.set(source, stamp);
      }
    }),
    { seed: 1 },
  );
});
