import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  encodeMessage,
  encodeRequest,
  isDump,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  splitMessages,
} from "./mod.ts";

const messages = fc.array(fc.record({
  type: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  sequence: fc.nat(0xffff_ffff),
  portId: fc.nat(0xffff_ffff),
  body: fc.uint8Array({ maxLength: 20 }),
}, { noNullPrototype: true }));

test("splitMessages() gives back what encodeMessage() wrote, padding or not", () => {
  fc.assert(fc.property(messages, (sent) => {
    const datagram = concat(sent.map(encodeMessage));
    assert.deepEqual(splitMessages(datagram), { ok: true, value: sent });
    const padding = (4 - (sent.at(-1)?.body.length ?? 0) % 4) % 4;
    const unpadded = datagram.slice(0, datagram.length - padding);
    assert.deepEqual(splitMessages(unpadded), { ok: true, value: sent });
  }));
});

test("splitMessages() copies bodies", () => {
  const datagram = encodeMessage({
    type: 16,
    flags: 0,
    sequence: 1,
    portId: 2,
    body: Uint8Array.of(7),
  });
  const split = splitMessages(datagram);
  datagram.fill(0xa5);
  assert.deepEqual(split.ok && split.value[0]?.body, Uint8Array.of(7));
});

test("splitMessages() names each fault, with the offset of the message", () => {
  const first = encodeMessage({
    type: 1,
    flags: 0,
    sequence: 0,
    portId: 0,
    body: new Uint8Array(4),
  });
  const refused = (second: readonly number[]) =>
    splitMessages(concat([first, Uint8Array.from(second)]));
  const truncated = { ok: false, error: { fault: "message-truncated", offset: 20 } };
  const header = new Array<number>(12).fill(0);
  assert.deepEqual(refused([16, 0, 0]), truncated);
  assert.deepEqual(refused([17, 0, 0, 0, ...header]), truncated);
  assert.deepEqual(refused([0xff, 0xff, 0xff, 0xff, ...header]), truncated);
  assert.deepEqual(refused([15, 0, 0, 0, ...header]), {
    ok: false,
    error: { fault: "message-length", offset: 20 },
  });
});

test("splitMessages() never throws, and a fault lies inside the input", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (datagram) => {
    const split = splitMessages(datagram);
    if (!split.ok) assert.ok(split.error.offset <= datagram.length);
  }));
});

test("encodeRequest() adds sequence number and port id; isDump() tells how it ends", () => {
  const flags = NLM_F_REQUEST | NLM_F_DUMP;
  const request = { name: "ip link show", type: 18, flags, body: Uint8Array.of(1, 2, 3, 4) };
  assert.deepEqual(splitMessages(encodeRequest(request, 5, 6)), {
    ok: true,
    value: [{ type: 18, flags, sequence: 5, portId: 6, body: request.body }],
  });
  assert.equal(isDump(request), true);
  assert.equal(isDump({ ...request, flags: NLM_F_REQUEST | NLM_F_ACK }), false);
});

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
