import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena } from "./arena.ts";
import { type Accepted, Peer } from "./peer.ts";
import { Server } from "./servers.ts";

test("SMTP_CHECK: aiosmtpd", async () => {
  await using server = await Server.start(
    "/usr/bin/python3",
    (port) => ["-m", "aiosmtpd", "-n", "-l", `127.0.0.1:${port}`],
    { packageName: "python3-aiosmtpd" },
  );
  await using arena = new Arena();
  const block = `SMTP_CHECK {\nconnect_port ${server.port}\nhelo_name me.example\n}`;
  assert.equal(await arena.failure(block), "");
});

/** What a peer says at first, to HELO and to QUIT; what it does after the last; and what that is to SMTP_CHECK. */
const dialogues: readonly (readonly [
  string,
  readonly string[],
  "close" | "reset" | "wait",
  string,
])[] = [
  ["all is well", ["220 x\r\n", "250 y\r\n", "221 z\r\n"], "wait", ""],
  [
    "replies of several lines",
    ["220-a\r\n220 b\r\n", "250-c\r\n250 d\r\n", "221-e\r\n221 f\r\n"],
    "wait",
    "",
  ],
  ["no is an answer to QUIT", ["220 x\r\n", "250 y\r\n", "500 z\r\n"], "wait", ""],
  ["busy", ["421 later\r\n"], "wait", "reply: the connection is answered by '421 later'"],
  [
    "a name that is refused",
    ["220 x\r\n", "501 who\r\n"],
    "wait",
    "reply: HELO is answered by '501 who'",
  ],
  [
    "no end to QUIT",
    ["220 x\r\n", "250 y\r\n"],
    "close",
    "closed: connection closed before the reply to QUIT",
  ],
  ["a reset", ["220 x\r\n"], "reset", "reset: connection reset by the peer"],
  ["silence from the beginning", [], "wait", "timeout: no reply to the connection within 300 ms"],
  ["silence after HELO", ["220 x\r\n"], "wait", "timeout: no reply to HELO within 300 ms"],
  ["half a line", ["220 x\r\n", "25"], "wait", "timeout: no reply to HELO within 300 ms"],
  ["garbage", ["SSH-2.0-x\r\n"], "wait", "malformed: the connection is answered by 'SSH-2.0-x'"],
  [
    "a line without an end",
    ["2".repeat(5000)],
    "wait",
    "too-long: line of the reply to the connection has no end",
  ],
  [
    "lines without an end",
    ["220-x\r\n".repeat(2000)],
    "wait",
    "too-long: reply to the connection has over 100 lines",
  ],
];

for (const [name, says, then, expected] of dialogues) {
  test(`SMTP_CHECK: ${name}`, async () => {
    await using arena = new Arena();
    let next = 0;
    const speak = (it: Accepted) => {
      const text = says[next++];
      if (text !== undefined) it.send(text);
      if (next === says.length && then !== "wait") {
        arena.reactor.at(arena.reactor.nowUs() + 20_000, () => it[then]());
      }
    };
    using peer = new Peer(arena.reactor, (it, opened) => {
      if (opened || (!it.isEnded && it.received.endsWith("\r\n"))) speak(it);
    });
    const block = `SMTP_CHECK {\nconnect_port ${peer.port}\nhelo_name me.example\n` +
      "connect_timeout 0.3\n}";
    assert.equal(await arena.failure(block), expected);
    if (expected === "") {
      assert.equal(peer.connections[0]?.received, "HELO me.example\r\nQUIT\r\n");
    }
  });
}

test("SMTP_CHECK: a peer that sends a line now and then has the time of a step", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, (it, opened) => {
    if (!opened) return;
    const drip = () => {
      if (it.isEnded || it.send("220-more\r\n") === 0) return;
      arena.reactor.at(arena.reactor.nowUs() + 50_000, drip);
    };
    drip();
  });
  const { ending, ms } = await arena.attempt(
    `SMTP_CHECK {\nconnect_port ${peer.port}\nconnect_timeout 0.3\n}`,
  );
  assert.ok(!ending.ok && ending.failure.code === "timeout");
  assert.ok(ms < 800, `${ms} ms`);
});
