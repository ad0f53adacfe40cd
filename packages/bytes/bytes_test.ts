import assert from "node:assert/strict";
import { test } from "node:test";
import { equalBytes, formatHex, parseHex, Reader, Writer } from "./mod.ts";

test("Reader reads both byte orders", () => {
  const reader = new Reader(Uint8Array.of(1, 2, 3, 2, 3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9));
  assert.equal(reader.u8(), 1);
  assert.equal(reader.u16be(), 0x0203);
  assert.equal(reader.u16ne(), 0x0302);
  assert.equal(reader.u32ne(), 0xffff_ffff);
  assert.equal(reader.u32be(), 9);
  assert.equal(reader.remaining, 0);
  assert.equal(reader.failed, false);
});

test("Reader fails once, gives zeros from then on, and keeps the offset of the failure", () => {
  const reader = new Reader(Uint8Array.of(1, 2, 3));
  reader.u16be();
  assert.equal(reader.u32be(), 0);
  assert.equal(reader.failed, true);
  assert.equal(reader.offset, 2);
  assert.equal(reader.u8(), 0);
  assert.equal(reader.remaining, 0);
  assert.deepEqual(reader.take(2), new Uint8Array(2));
});

test("Reader respects a window and take() copies", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  const reader = new Reader(bytes, 1, 3);
  const taken = reader.take(2);
  bytes.fill(0);
  assert.deepEqual(taken, Uint8Array.of(2, 3));
  reader.u8();
  assert.equal(reader.failed, true);
});

test("Writer writes what Reader reads", () => {
  const bytes = new Writer(30).u8(1).u16be(2).u32be(3).u16ne(4).u32ne(5).i32ne(-6).u64ne(7n)
    .put(Uint8Array.of(8, 9)).zeros(3).finish();
  const reader = new Reader(bytes);
  assert.deepEqual(
    [reader.u8(), reader.u16be(), reader.u32be(), reader.u16ne(), reader.u32ne(), reader.i32ne()],
    [1, 2, 3, 4, 5, -6],
  );
  assert.equal(reader.u64ne(), 7n);
  assert.deepEqual(reader.take(5), Uint8Array.of(8, 9, 0, 0, 0));
});

test("Writer overwrites every byte of a dirty buffer", () => {
  const dirty = new Uint8Array(4).fill(0xa5);
  assert.deepEqual(new Writer(dirty).u8(1).zeros(3).finish(), Uint8Array.of(1, 0, 0, 0));
});

test("Writer refuses what does not fit", () => {
  assert.throws(() => new Writer(1).u16be(1), RangeError);
  assert.throws(() => new Writer(1).u8(256), RangeError);
  assert.throws(() => new Writer(4).u32ne(-1), RangeError);
  assert.throws(() => new Writer(4).i32ne(2 ** 31), RangeError);
  assert.throws(() => new Writer(8).u64ne(-1n), RangeError);
  assert.throws(() => new Writer(2).u8(1).finish(), RangeError);
});

test("parseHex() and formatHex() are inverse, and parseHex() refuses the rest", () => {
  assert.equal(formatHex(parseHex("00:a5 FF\n01") ?? new Uint8Array()), "00a5ff01");
  assert.equal(parseHex("abc"), undefined);
  assert.equal(parseHex("zz"), undefined);
});

test("equalBytes() compares length and content", () => {
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  assert.equal(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0)), false);
});
