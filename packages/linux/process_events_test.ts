import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHex } from "@keepalived/bytes";
import { decodeProcessEvents, type ProcessEvent } from "./process_events.ts";

/** What Linux 6.18 told of `sh -c "sleep 0.1 & wait; echo abc >/proc/self/comm; exit 3"`. */
const captured: readonly (readonly [string, readonly ProcessEvent[]])[] = [
  // The answer to the request.
  [
    "4c00000003000000000000000000000001000000010000000000000001000000280000000000000001000000" +
    "c48e0c632a0b0000000000000000000000000000000000000000000000000000",
    [],
  ],
  [
    "4c00000003000000010000000000000001000000010000000100000000000000280000000100000001000000" +
    "540c37632a0b000064080000640800006d0800006d0800000000000000000000",
    [{ kind: "forked", pid: 2157, parent: 2148 }],
  ],
  [
    "4c00000003000000020000000000000001000000010000000200000000000000280000000200000001000000" +
    "acc5be632a0b00006d0800006d08000000000000000000000000000000000000",
    [{ kind: "executed", pid: 2157 }],
  ],
  [
    "4c00000003000000040000000000000001000000010000000400000000000000280000000002000000000000" +
    "c7105b6a2a0b00006d0800006d0800006162630a000000000000000000000000",
    [{ kind: "renamed", pid: 2157, name: "abc\n" }],
  ],
  [
    "4c00000003000000050000000000000001000000010000000500000000000000280000000000008000000000" +
    "70205d6a2a0b00006d0800006d08000000030000110000006408000064080000",
    [{ kind: "exited", pid: 2157 }],
  ],
];

for (const [hex, events] of captured) {
  test(`decodeProcessEvents() reads ${events[0]?.kind ?? "no event in the kernel's answer"}`, () => {
    assert.deepEqual(decodeProcessEvents(message(hex)), events);
  });
}

test("decodeProcessEvents() reads several messages of one read", () => {
  const all = captured.map(([hex]) => message(hex));
  const bytes = Uint8Array.from(all.flatMap((one) => [...one]));
  assert.deepEqual(decodeProcessEvents(bytes), captured.flatMap(([, events]) => events));
});

/** Offsets of the numbers of the thread that an event is about, and of the subsystem that speaks. */
const threads: readonly (readonly [string, number, number])[] = [
  ["a new thread", 1, 60],
  ["the name of a thread", 3, 52],
  ["the end of a thread", 4, 52],
  ["another subsystem", 1, 16],
];

for (const [what, index, offset] of threads) {
  test(`decodeProcessEvents() leaves out ${what}`, () => {
    const bytes = message(captured[index]?.[0]);
    new DataView(bytes.buffer).setUint32(offset, 9999, true);
    assert.deepEqual(decodeProcessEvents(bytes), []);
  });
}

test("decodeProcessEvents() takes any bytes", () => {
  const damaged = fc.tuple(fc.nat(4), fc.uint8Array({ maxLength: 120 }), fc.nat(120)).map(
    ([index, noise, at]) => {
      const bytes = message(captured[index]?.[0]);
      bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
      return bytes.subarray(0, noise.length % 77);
    },
  );
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      for (const event of decodeProcessEvents(bytes)) assert.ok(event.pid >= 0);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

function message(hex = ""): Uint8Array {
  const bytes = parseHex(hex);
  assert.ok(bytes !== undefined);
  return bytes;
}
