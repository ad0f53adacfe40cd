import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReloadTime } from "./reload_time.ts";

const now = Date.UTC(2026, 10, 30, 16, 0, 0);

test("parseReloadTime() takes the next time of a day", () => {
  const next = (text: string, nowMs = now) => {
    const time = parseReloadTime(text, nowMs);
    return time && [new Date(time.atMs).toISOString(), time.daily];
  };
  assert.deepEqual(next("16:00:01Z"), ["2026-11-30T16:00:01.000Z", true]);
  assert.deepEqual(next("16:00:00Z\n"), ["2026-12-01T16:00:00.000Z", true], "in the next month");
  assert.deepEqual(next("00:00:00Z"), ["2026-12-01T00:00:00.000Z", true]);
  assert.deepEqual(next("15:00:00Z", Date.UTC(2026, 11, 31, 16)), [
    "2027-01-01T15:00:00.000Z",
    true,
  ]);
});

test("parseReloadTime() takes days with two and four digits of the year", () => {
  for (const text of ["26-12-24 18:30:00Z", "2026-12-24 18:30:00Z", " 2026-12-24T18:30:00Z "]) {
    const expected = { atMs: Date.UTC(2026, 11, 24, 18, 30), daily: false };
    assert.deepEqual(parseReloadTime(text, now), expected);
  }
  assert.equal(parseReloadTime("2020-01-01 00:00:00Z", now)?.atMs, Date.UTC(2020, 0, 1));
});

test("parseReloadTime() takes local time without the Z", () => {
  const local = new Date(2026, 11, 24, 18, 30, 0).getTime();
  assert.deepEqual(parseReloadTime("2026-12-24 18:30:00", now), { atMs: local, daily: false });
  const soon = new Date(now + 90_000);
  const text = soon.toTimeString().slice(0, 8);
  assert.deepEqual(parseReloadTime(text, now), { atMs: now + 90_000, daily: true });
});

test("parseReloadTime() takes nothing else", () => {
  const wrong = [
    "",
    "soon",
    "16:00",
    "24:00:00",
    "16:60:00",
    "16:00:60Z",
    "2026-02-30 10:00:00Z",
    "2026-13-01 10:00:00",
    "6-1-1 10:00:00",
    "16:00:00 Z",
    "16:00:00z",
    "16:00:00\n17:00:00",
  ];
  for (const text of wrong) assert.equal(parseReloadTime(text, now), undefined, text);
});
