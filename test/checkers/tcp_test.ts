import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { succeeded } from "@keepalived/checkers";
import { Descriptor, limitsOf, O_RDONLY, setLimits } from "@keepalived/linux";
import { Arena } from "./arena.ts";
import { Peer } from "./peer.ts";

test("TCP_CHECK: a connection that opens, and is then ended by us", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, () => {});
  const { ending, ms } = await arena.attempt(`TCP_CHECK {\nconnect_port ${peer.port}\n}`);
  assert.deepEqual(ending, succeeded);
  assert.ok(ms < 500, `${ms} ms`);
  while (peer.connections[0]?.isEnded !== true) await sleep(5);
});

test("TCP_CHECK: a peer that ends the connection at once is there", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, (it, opened) => {
    if (opened) it.close();
  });
  const { ending } = await arena.attempt(`TCP_CHECK {\nconnect_port ${peer.port}\n}`);
  assert.deepEqual(ending, succeeded);
});

test("TCP_CHECK: nobody listens", async () => {
  await using arena = new Arena();
  assert.equal(
    await arena.failure(`TCP_CHECK {\nconnect_port ${unusedPort(arena)}\n}`),
    "refused: connection refused",
  );
});

test("TCP_CHECK: a peer that lets nobody in", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, () => {}, { backlog: 0 });
  const block = `TCP_CHECK {\nconnect_port ${peer.port}\nconnect_timeout 0.3\n}`;
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => arena.attempt(block)));
  const late = outcomes.filter(({ ending }) => !ending.ok);
  assert.ok(late.length >= 3, `${late.length} of 6`);
  for (const { ending, ms } of late) {
    assert.ok(!ending.ok);
    assert.deepEqual(ending.failure, { code: "timeout", text: "no connection within 0.3 s" });
    assert.ok(ms >= 300 && ms < 900, `${ms} ms`);
  }
});

test("TCP_CHECK: what this machine cannot do is told as such", async () => {
  await using arena = new Arena();
  const bound = await arena.failure("TCP_CHECK {\nbindto 203.0.113.77\nconnect_port 9\n}");
  assert.match(bound, /^local: Cannot bind a socket to 203\.0\.113\.77:0: Cannot assign/);
  const device = await arena.failure("TCP_CHECK {\nbind_if none0\nconnect_port 9\n}");
  assert.match(device, /^local: Cannot bind a socket to interface none0: No such device/);
});

test("an attempt that is abandoned tells nothing, and leaves nothing", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, () => {});
  const before = readdirSync("/proc/self/fd").length;
  for (
    const kind of ["TCP_CHECK {", "SMTP_CHECK {", "HTTP_GET {\nurl {\n}", "SSL_GET {\nurl {\n}"]
  ) {
    const block = `${kind}\nconnect_port ${peer.port}\n}`;
    for (const afterMs of kind.startsWith("TCP") ? [0] : [0, 30]) {
      const exchange = arena.begin(block, () => assert.fail("abandoned"));
      if (afterMs > 0) await sleep(afterMs);
      exchange.abandon();
      exchange.abandon();
    }
  }
  await sleep(50);
  for (const connection of peer.connections) connection.close();
  assert.ok(readdirSync("/proc/self/fd").length <= before, "descriptors are left");
});

test("TCP_CHECK: a thousand at once", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, () => {}, { backlog: 4096 });
  const block = `TCP_CHECK {\nconnect_port ${peer.port}\nconnect_timeout 5\n}`;
  const { checker, tools } = arena.prepare(block);
  const { startExchange } = await import("../../apps/keepalived/check/exchange/exchange.ts");
  const outcomes = await Promise.all(
    Array.from(
      { length: 1000 },
      () => arena.run((done) => void startExchange(checker, 0, tools, done)),
    ),
  );
  assert.ok(outcomes.every(({ ending }) => ending.ok));
});

function unusedPort(arena: Arena): number {
  using peer = new Peer(arena.reactor, () => {});
  return peer.port;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("an attempt waits for descriptors, and does not blame the server", async () => {
  await using arena = new Arena();
  using peer = new Peer(arena.reactor, () => {});
  const block = `TCP_CHECK {\nconnect_port ${peer.port}\n}`;
  const limits = limitsOf("openFiles");
  const taken: Descriptor[] = [];
  try {
    // Some numbers above all that are in use: enough for both ends, once they are free.
    const soft = Math.max(...readdirSync("/proc/self/fd").map(Number)) + 16;
    setLimits("openFiles", { soft, hard: limits.hard });
    assert.throws(() => {
      for (;;) taken.push(Descriptor.open("/dev/null", O_RDONLY));
    }, { code: "EMFILE" });
    arena.reactor.at(arena.reactor.nowUs() + 200_000, () => {
      for (const one of taken.splice(0)) one[Symbol.dispose]();
    });
    const { ending, ms } = await arena.attempt(block);
    assert.deepEqual(ending, succeeded);
    assert.ok(ms >= 200, `${ms} ms`);
  } finally {
    for (const one of taken) one[Symbol.dispose]();
    setLimits("openFiles", limits);
  }
});
