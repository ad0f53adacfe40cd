import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import fc from "fast-check";
import {
  decodeFamily,
  decodeGeneric,
  decodeReply,
  encodeGeneric,
  encodeRawAttributes,
  GENL_HDRLEN,
  getFamily,
  type NetlinkMessage,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  splitMessages,
} from "./mod.ts";
import recorded from "./testdata/kernel.json" with { type: "json" };

const answers: Readonly<Record<string, readonly string[]>> = recorded.answers;

function answersTo(name: string): readonly NetlinkMessage[] {
  return (answers[name] ?? []).flatMap((hex) => {
    const split = splitMessages(parseHex(hex) ?? new Uint8Array());
    assert.ok(split.ok);
    return split.value;
  });
}

function replyTo(name: string): unknown {
  const message = answersTo(name).at(-1);
  assert.ok(message);
  const reply = decodeReply(message);
  return reply.ok ? reply.value : reply.error;
}

test("decodeReply() reads what the kernel answered", () => {
  const text = "ipv4: Address already assigned";
  assert.deepEqual(replyTo("acknowledged"), { kind: "acknowledged" });
  assert.deepEqual(replyTo("refused, capped"), { kind: "refused", errno: 17, text });
  assert.deepEqual(replyTo("refused, whole request quoted"), { kind: "refused", errno: 17, text });
  assert.deepEqual(replyTo("refused, not extended"), { kind: "refused", errno: 17 });
  assert.deepEqual(replyTo("refused, with offset"), {
    kind: "refused",
    errno: 34,
    text: "Attribute failed policy validation",
    offset: 40,
  });
  assert.deepEqual(replyTo("no such device"), {
    kind: "refused",
    errno: 19,
    text: "ipv4: Device not found",
  });
  assert.deepEqual(replyTo("no such address"), {
    kind: "refused",
    errno: 99,
    text: "ipv4: Address not found",
  });
});

const end = { type: NLMSG_DONE, flags: NLM_F_MULTI, sequence: 1, portId: 1 };
const warning = encodeRawAttributes([{ number: 1, payload: new TextEncoder().encode("Odd\0") }]);

test("decodeReply() tells data, ends of dumps and warnings apart", () => {
  const data = { ...end, type: 16, body: new Uint8Array(16) };
  assert.deepEqual(decodeReply(data), {
    ok: true,
    value: { kind: "data", message: data, interrupted: false },
  });
  assert.deepEqual(decodeReply({ ...end, body: new Uint8Array(4) }), {
    ok: true,
    value: { kind: "done", interrupted: false },
  });
  const flags = NLM_F_MULTI | NLM_F_DUMP_INTR | NLM_F_ACK_TLVS;
  assert.deepEqual(decodeReply({ ...end, flags, body: Uint8Array.of(0, 0, 0, 0, ...warning) }), {
    ok: true,
    value: { kind: "done", interrupted: true, warning: "Odd" },
  });
  assert.deepEqual(decodeReply({ ...end, body: Uint8Array.of(0xff, 0xff, 0xff, 0xff) }), {
    ok: true,
    value: { kind: "refused", errno: 1 },
  });
  assert.deepEqual(decodeReply({ ...end, type: 1, body: new Uint8Array() }), {
    ok: true,
    value: { kind: "noop" },
  });
});

test("decodeReply() ignores attributes that the flags do not announce", () => {
  const body = Uint8Array.of(0, 0, 0, 0, ...warning);
  assert.deepEqual(decodeReply({ ...end, body }), {
    ok: true,
    value: { kind: "done", interrupted: false },
  });
});

test("decodeReply() names each fault", () => {
  const refused = (flags: number, body: readonly number[], type: number = NLMSG_ERROR) => {
    const reply = decodeReply({ ...end, type, flags, body: Uint8Array.from(body) });
    return reply.ok ? "ok" : `${reply.error.fault} ${reply.error.offset}`;
  };
  const quoted = (length: number) => [0, 0, 0, 0, length, 0, 0, 0, ...new Array(12).fill(0)];
  assert.equal(refused(0, [0, 0, 0], NLMSG_DONE), "reply-truncated 0");
  assert.equal(refused(0, quoted(16).slice(0, 19)), "reply-truncated 8");
  assert.equal(refused(0, quoted(20)), "reply-truncated 20");
  assert.equal(refused(0, quoted(12)), "reply-truncated 20");
  assert.equal(refused(NLM_F_CAPPED, quoted(20)), "ok");
  assert.equal(
    refused(NLM_F_CAPPED | NLM_F_ACK_TLVS, [...quoted(16), 9, 0, 1, 0]),
    "attribute-length 20",
  );
});

test("decodeReply() and decodeFamily() never throw, and faults lie inside the body", () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(fc.constantFrom(...answersTo("family")), fc.array(fc.tuple(fc.nat(), fc.nat(255))))
      .map(([{ body }, changes]) => {
        const damaged = body.slice();
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
        return damaged;
      }),
  );
  const types = fc.constantFrom(NLMSG_ERROR, NLMSG_DONE, 16);
  fc.assert(fc.property(types, fc.nat(0xffff), bodies, (type, flags, body) => {
    for (const decoded of [decodeReply({ ...end, type, flags, body }), decodeFamily(body)]) {
      if (!decoded.ok) assert.ok(decoded.error.offset <= body.length);
    }
  }));
});

test("getFamily() asks as the recorded request did", () => {
  const request = getFamily("nlctrl");
  assert.deepEqual({ type: request.type, flags: request.flags }, { type: 16, flags: 5 });
  assert.deepEqual(request.body, parseHex("03010000 0b000200 6e6c6374726c0000"));
});

test("decodeFamily() reads id, version and multicast groups", () => {
  const [family, acknowledgement] = answersTo("family");
  assert.deepEqual(decodeFamily(family?.body ?? new Uint8Array()), {
    ok: true,
    value: { name: "nlctrl", id: 16, version: 2, multicastGroups: [{ name: "notify", id: 16 }] },
  });
  assert.deepEqual(decodeReply(acknowledgement ?? { ...end, body: new Uint8Array() }), {
    ok: true,
    value: { kind: "acknowledged" },
  });
  assert.deepEqual(replyTo("no such family"), { kind: "refused", errno: 2 });
});

test("decodeFamily() names each fault", () => {
  const attributes = (...list: [number, ...number[]][]) =>
    encodeRawAttributes(
      list.map(([number, ...payload]) => ({ number, payload: Uint8Array.from(payload) })),
    );
  const header = { command: 1, version: 2 };
  const group = attributes([1, ...attributes([1, 65, 0])]);
  const complete: [number, ...number[]][] = [[1, 16, 0], [2, 65, 0], [3, 1, 0, 0, 0]];
  const faultOf = (body: Uint8Array) => {
    const decoded = decodeFamily(body);
    return decoded.ok ? "ok" : decoded.error.fault;
  };
  assert.equal(faultOf(Uint8Array.of(1, 2, 0)), "generic-truncated");
  assert.equal(faultOf(encodeGeneric(header, Uint8Array.of(1))), "attribute-header");
  assert.equal(faultOf(encodeGeneric(header, attributes(...complete))), "ok");
  for (let i = 0; i < complete.length; i++) {
    const body = encodeGeneric(header, attributes(...complete.toSpliced(i, 1)));
    assert.equal(faultOf(body), "family-incomplete");
  }
  const half = encodeGeneric(header, attributes(...complete, [7, ...group]));
  assert.equal(faultOf(half), "family-incomplete", "a group without id");
});

test("decodeGeneric() gives back the header that encodeGeneric() wrote", () => {
  const body = encodeGeneric({ command: 3, version: 1 }, Uint8Array.of(9));
  assert.deepEqual(decodeGeneric(body), { ok: true, value: { command: 3, version: 1 } });
  assert.deepEqual(body.slice(GENL_HDRLEN), Uint8Array.of(9));
});
