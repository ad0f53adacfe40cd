import process from "node:process";
import fc from "fast-check";

/** One change of a message. */
type Edit =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "append"; readonly bytes: Uint8Array };

const at = fc.nat(0xffff);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), at, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("cut" as const), at }),
  fc.record({ kind: fc.constant("append" as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
);

/** A few changes, one after the other, at places that fit any message. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { maxLength: 4 });

/** A changed copy. */
export function mutate(message: Uint8Array, changes: readonly Edit[]): Uint8Array {
  return changes.reduce(apply, message.slice());
}

/** A copy with one bit changed; `bit` counts from the first byte on. */
export function flipBit(message: Uint8Array, bit: number): Uint8Array {
  const copy = message.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** `fc.record` of ordinary objects, so that they compare equal to what a decoder returns. */
export function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

/** A fixed seed for the gate; `FUZZ_RUNS=100000` makes a long run with a fresh one. */
export function runs(count: number): fc.Parameters<unknown> {
  const long = process.env["FUZZ_RUNS"];
  return long === undefined ? { seed: 20_240_401, numRuns: count } : { numRuns: Number(long) };
}

function apply(message: Uint8Array, change: Edit): Uint8Array {
  if (change.kind === "append") return Uint8Array.of(...message, ...change.bytes);
  const index = change.at % (message.length + 1);
  if (change.kind === "cut") return message.slice(0, index);
  if (index === message.length) return message;
  if (change.kind === "flip") return flipBit(message, 8 * index + change.bit);
  message[index] = change.byte;
  return message;
}
