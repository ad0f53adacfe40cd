import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena } from "./arena.ts";
import { PacketPeer } from "./peer.ts";
import { Server } from "./servers.ts";

test("DNS_CHECK: dnsmasq", async () => {
  await using server = await Server.start(
    "dnsmasq",
    (port) => [
      ...["-k", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--log-facility=-"],
      ...["--listen-address=127.0.0.1", "--bind-interfaces", `--port=${port}`, "--pid-file="],
      ...["--host-record=here.example,10.0.0.1,fd00::1", "--local=/example/", "--user=root"],
    ],
    { packageName: "dnsmasq-base", udp: true },
  );
  await using arena = new Arena();
  const ask = (lines: string) =>
    arena.failure(`DNS_CHECK {\nconnect_port ${server.port}\n${lines}\n}`);
  for (const type of ["A", "AAAA", "MX", "TXT", "SOA"]) {
    assert.equal(await ask(`name here.example\ntype ${type}`), "", type);
  }
  assert.equal(await ask("name nowhere.example\ntype A"), "reply: response code 3 (no such name)");
  assert.equal(await ask("name elsewhere.test\ntype A"), "reply: response code 5 (refused)");
});

const reply = (question: Uint8Array, flags: readonly [number, number]) => {
  const answer = question.slice();
  answer.set(flags, 2);
  return answer;
};
const other = (question: Uint8Array) => {
  const answer = reply(question, [0x81, 0x80]);
  answer[0] = (answer[0] ?? 0) ^ 0xff;
  return answer;
};

/** What a peer says to a question, and what that is to DNS_CHECK. */
const answers: readonly (readonly [string, (it: Uint8Array) => readonly Uint8Array[], string])[] = [
  ["an answer", (it) => [reply(it, [0x81, 0x80])], ""],
  ["a cut answer", (it) => [reply(it, [0x83, 0x80])], ""],
  ["another's answer first", (it) => [other(it), reply(it, [0x81, 0x80])], ""],
  ["garbage first", (it) => [new Uint8Array(3), reply(it, [0x81, 0x80])], ""],
  [
    "the question itself",
    (it) => [it],
    "timeout: no answer within 300 ms, but 1 that did not belong to the question",
  ],
  [
    "another's answers only",
    (it) => [other(it), other(it)],
    "timeout: no answer within 300 ms, but 2 that did not belong to the question",
  ],
  [
    "garbage only",
    (it) => [it.slice(0, 11)],
    "timeout: no answer within 300 ms, but 1 that did not belong to the question",
  ],
  ["silence", () => [], "timeout: no answer within 300 ms"],
  ["a failure", (it) => [reply(it, [0x81, 0x82])], "reply: response code 2 (server failure)"],
];

for (const [name, answer, expected] of answers) {
  test(`DNS_CHECK: ${name}`, async () => {
    await using arena = new Arena();
    using peer = new PacketPeer(arena.reactor, answer);
    const block = `DNS_CHECK {\nconnect_port ${peer.port}\nconnect_timeout 0.3\n}`;
    assert.equal(await arena.failure(block), expected);
  });
}

test("DNS_CHECK: questions have numbers that nobody knows before", async () => {
  await using arena = new Arena();
  using peer = new PacketPeer(arena.reactor, (it) => [reply(it, [0x81, 0x80])]);
  for (let i = 0; i < 8; i++) {
    assert.equal(await arena.failure(`DNS_CHECK {\nconnect_port ${peer.port}\n}`), "");
  }
  const ids = new Set(peer.received.map((it) => `${it[0]} ${it[1]}`));
  assert.ok(ids.size >= 7);
});

/** Keywords of UDP_CHECK, what a peer answers, and what that is. */
const replies: readonly (readonly [string, readonly string[], string])[] = [
  ["", [], ""],
  ["", ["any"], ""],
  ["require_reply", ["any"], ""],
  ["require_reply", [], "timeout: no answer within 300 ms"],
  ["require_reply 0x61XX", ["abc"], ""],
  ["require_reply 0x61XX63", ["abd"], "reply: reply differs from what is wanted at byte 2"],
  ["require_reply\nmin_reply_length 4", ["abc"], "reply: reply of 3 bytes, not of 4 to 255"],
  ["require_reply\nmax_reply_length 2", ["abc"], "reply: reply of 3 bytes, not of 0 to 2"],
  ["require_reply 62", ["a", "b"], "reply: reply differs from what is wanted at byte 0"],
];

for (const [lines, says, expected] of replies) {
  test(`UDP_CHECK ${JSON.stringify(lines)}, answered by ${JSON.stringify(says)}`, async () => {
    await using arena = new Arena();
    using peer = new PacketPeer(arena.reactor, () => says.map((text) => Buffer.from(text)));
    const block = `UDP_CHECK {\nconnect_port ${peer.port}\nconnect_timeout 0.3\n${lines}\n}`;
    const { ending, ms } = await arena.attempt(block);
    assert.equal(ending.ok ? "" : `${ending.failure.code}: ${ending.failure.text}`, expected);
    assert.equal(ms >= 300, says.length === 0, `${ms} ms`);
    assert.equal(
      Buffer.from(peer.received[0] ?? []).toString(),
      "keepalived check - keepalived ch",
    );
  });
}

test("UDP_CHECK: a payload goes out as it is written", async () => {
  await using arena = new Arena();
  using peer = new PacketPeer(arena.reactor, () => [Uint8Array.of(1)]);
  const block = `UDP_CHECK {\nconnect_port ${peer.port}\nrequire_reply\npayload 0102 ff\n}`;
  assert.equal(await arena.failure(block), "");
  assert.deepEqual(peer.received[0], Uint8Array.of(1, 2, 255));
});

test("UDP_CHECK and DNS_CHECK: nobody listens", async () => {
  await using arena = new Arena();
  using peer = new PacketPeer(arena.reactor, () => []);
  const { port } = peer;
  peer[Symbol.dispose]();
  for (const kind of ["UDP_CHECK", "DNS_CHECK"]) {
    const { ending, ms } = await arena.attempt(`${kind} {\nconnect_port ${port}\n}`);
    assert.ok(!ending.ok);
    assert.deepEqual(ending.failure, { code: "refused", text: "connection refused" });
    assert.ok(ms < 500, `${ms} ms`);
  }
});

for (const address of ["127.0.0.1", "::1"]) {
  test(`PING_CHECK: ${address}`, async () => {
    await using arena = new Arena();
    const block = `PING_CHECK {\nconnect_ip ${address}\nconnect_timeout 0.5\n}`;
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => arena.attempt(block)));
    for (const { ending } of outcomes) assert.deepEqual(ending, { ok: true });
  });
}
