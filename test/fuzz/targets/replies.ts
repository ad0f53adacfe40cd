import assert from "node:assert/strict";
import { judgeDnsReply, judgeUdpReply, type Line, smtp, splitLines } from "@keepalived/checkers";
import {
  decodeDnsHeader,
  encodeDnsQuestion,
} from "../../../apps/keepalived/check/exchange/dns_message.ts";
import type { Target } from "../engine/target.ts";
import { bytesOf, join, latin1, pieces, split, textBytes } from "./support.ts";

const config = { timeoutUs: 1_000_000, heloName: "me.example" };

/** What mail servers, name servers and others answer to checks. */
export const target: Target = {
  name: "replies",
  about: "replies to SMTP_CHECK, DNS_CHECK and UDP_CHECK, and names in questions",
  laws: [
    "a dialogue says the same in pieces as whole, ends once, and says nothing afterwards",
    "what it tells of the peer is short and printable",
    "of packets there is a judgement, and only an answer to the question counts",
    "a question holds its name, or is refused as such",
  ],
  isText: true,
  mostBytes: 4000,
  seeds: () => [
    ...[
      "220 a ESMTP\r\n250 a\r\n221 bye\r\n",
      "220-first\r\n220 second\r\n250-a\n250 b\n221\r\n",
      "554 no\r\n",
      "220 a\r\n500 what\r\n",
      "hello\r\n",
      `220 ${"x".repeat(2100)}\r\n`,
      `220-${"a\r\n220-".repeat(110)}\r\n`,
    ].map((text) => join(12, textBytes(text))),
    join(0, encodeDnsQuestion(0x1234, "example.org", "AAAA")),
    join(0, bytesOf("123481800001000000000000")),
    join(0, bytesOf("123481830001000000000000")),
    join(1, bytesOf("0400ff0102030405")),
    join(2, textBytes("www.example.org.")),
  ],
  check: (input) => {
    const { choice, bytes } = split(input);
    if (choice === 0) checkDns(bytes);
    else if (choice === 1) checkUdp(bytes);
    else if (choice === 2) checkQuestion(latin1(bytes));
    else checkSmtp(bytes, choice);
  },
};

function checkSmtp(bytes: Uint8Array, pieceBytes: number): void {
  const whole = linesOf([bytes]);
  const said = dialogue(whole);
  // What is left of a line without end, after it is seen to be too long, is another one.
  if (whole.some(({ kind }) => kind === "too-long")) return;
  const parts = linesOf(pieces(bytes, pieceBytes));
  assert.deepEqual(parts, whole);
  assert.deepEqual(dialogue(parts), said);
}

function linesOf(parts: readonly Uint8Array[]): readonly Line[] {
  let pending = "";
  const lines: Line[] = [];
  for (const part of parts) {
    const found = splitLines(pending, latin1(part));
    pending = found.pending;
    lines.push(...found.lines);
    assert.ok(pending.length <= 2048);
  }
  return lines;
}

function dialogue(lines: readonly Line[]): readonly unknown[] {
  const said: unknown[] = [];
  let state = smtp.start(config, 1);
  let finishes = 0;
  for (const event of [{ kind: "started" }, { kind: "connected" }, ...lines, { kind: "closed" }]) {
    const step = smtp.step(config, state, event as never, 1);
    state = step.state;
    said.push(...step.actions);
    for (const action of step.actions) {
      assert.equal(finishes, 0);
      if (action.kind !== "finish") continue;
      finishes++;
      if (!action.ending.ok) assert.match(action.ending.failure.text, /^[\x20-\x7e]{1,120}$/);
    }
  }
  assert.equal(finishes, 1);
  assert.equal(state.stage, "finished");
  return said;
}

function checkDns(bytes: Uint8Array): void {
  const header = decodeDnsHeader(bytes);
  assert.equal(header === undefined, bytes.length < 12);
  const judgement = judgeDnsReply(0x1234, header);
  const isOurs = header?.isReply === true && header.id === 0x1234;
  assert.equal(judgement !== "foreign", isOurs);
  if (isOurs) assert.equal(judgement === "good", ((bytes[3] ?? 0) & 0xf) === 0);
  assert.match(typeof judgement === "string" ? judgement : judgement.text, /^[\x20-\x7e]+$/);
}

function checkUdp(bytes: Uint8Array): void {
  const [size = 0, maxLength = 0] = bytes;
  const data = bytes.slice(2, 2 + size);
  const mask = bytes.slice(2 + size, 2 + 2 * size);
  const reply = bytes.slice(2 + 2 * size);
  const judgement = judgeUdpReply({ minLength: 0, maxLength, data, mask }, reply);
  if (judgement === "good") assert.ok(reply.length <= maxLength);
  assert.equal(judgeUdpReply(undefined, reply), "good");
}

function checkQuestion(name: string): void {
  let question: Uint8Array;
  try {
    question = encodeDnsQuestion(7, name, "A");
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  assert.deepEqual(decodeDnsHeader(question), { id: 7, isReply: false, responseCode: 0 });
  assert.equal(question.at(-5), 0, "the root ends the name");
}
