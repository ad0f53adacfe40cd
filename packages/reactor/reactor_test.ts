import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { AF_UNIX, nowUs, openPipe, SOCK_STREAM, Socket } from "@keepalived/linux";
import { Reactor } from "./reactor.ts";

test("watch() calls back while the descriptor is ready, until disposed", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  const into = new Uint8Array(1);
  const got: number[] = [];
  const watch = reactor.watch(reader.fd, "read", ({ readable }) => {
    assert.equal(readable, true);
    reader.read(into);
    got.push(into[0] ?? -1);
    if (got.length === 3) reactor.stop();
  });
  writer.write(Uint8Array.of(1, 2, 3));
  await reactor.run();
  assert.deepEqual(got, [1, 2, 3]);

  watch[Symbol.dispose]();
  writer.write(Uint8Array.of(4));
  reactor.at(reactor.nowUs() + 5000, () => reactor.stop());
  await reactor.run();
  assert.deepEqual(got, [1, 2, 3]);
  reader[Symbol.dispose]();
  writer[Symbol.dispose]();
});

test("setInterest() changes what a descriptor is watched for; a hang-up counts as ready", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _writer = writer;
  using watch = reactor.watch(writer.fd, "write", ({ writable }) => {
    assert.equal(writable, true);
    reactor.stop();
  });
  await reactor.run();
  watch.setInterest("read");
  const startUs = reactor.nowUs();
  reactor.at(startUs + 2000, () => reader[Symbol.dispose]());
  await reactor.run();
  assert.ok(reactor.nowUs() >= startUs + 2000);
});

test("an error or a hang-up is told apart from mere readiness", async () => {
  using reactor = new Reactor();
  const [a, b] = Socket.pair(AF_UNIX, SOCK_STREAM);
  using _a = a;
  const failed: boolean[] = [];
  using _watch = reactor.watch(a.fd, "write", (ready) => {
    failed.push(ready.failed);
    if (failed.length === 1) b[Symbol.dispose]();
    else reactor.stop();
  });
  await reactor.run();
  assert.deepEqual(failed, [false, true]);
});

test("a watch that is forgotten is not called, and goes with its descriptor", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _writer = writer;
  const watch = reactor.watch(reader.fd, "read", () => assert.fail("forgotten"));
  writer.write(Uint8Array.of(1));
  watch.forget();
  reader[Symbol.dispose]();
  const again = openPipe();
  using _again = again.writer;
  using _reader = again.reader;
  let calls = 0;
  using _watch = reactor.watch(again.reader.fd, "read", () => {
    calls++;
    reactor.stop();
  });
  again.writer.write(Uint8Array.of(1));
  await reactor.run();
  assert.equal(calls, 1);
  watch[Symbol.dispose]();
});

test("a watch disposed by another callback of the same turn is not called", async () => {
  using reactor = new Reactor();
  const pipes = [openPipe(), openPipe()];
  let calls = 0;
  const watches = pipes.map(({ reader }) =>
    reactor.watch(reader.fd, "read", () => {
      calls++;
      for (const watch of watches) watch[Symbol.dispose]();
      reactor.post(() => reactor.stop());
    })
  );
  for (const { writer } of pipes) writer.write(Uint8Array.of(1));
  await reactor.run();
  assert.equal(calls, 1);
  for (const { reader, writer } of pipes) {
    reader[Symbol.dispose]();
    writer[Symbol.dispose]();
  }
});

test("deadlines never come early, come in order, and can be moved and cancelled", async () => {
  using reactor = new Reactor();
  const startUs = reactor.nowUs();
  const came: string[] = [];
  const expect = (name: string, atUs: number) => () => {
    assert.ok(reactor.nowUs() >= atUs);
    came.push(name);
  };
  reactor.at(startUs + 6000, expect("late", startUs + 6000));
  reactor.at(startUs + 2000, expect("early", startUs + 2000));
  reactor.at(startUs - 5, expect("past", 0));
  const moved = reactor.deadline(expect("moved", startUs + 4000));
  moved.setAt(startUs + 1000);
  moved.setAt(startUs + 4000);
  const cancelled = reactor.at(startUs + 3000, () => assert.fail("cancelled"));
  cancelled[Symbol.dispose]();
  reactor.at(startUs + 8000, () => reactor.stop());
  await reactor.run();
  assert.deepEqual(came, ["past", "early", "moved", "late"]);
});

test("a deadline with a lead is prepared once, early, and still comes on time", async () => {
  using reactor = new Reactor();
  const atUs = reactor.nowUs() + 60_000;
  const order: string[] = [];
  let preparedUs = 0;
  using deadline = reactor.deadline(() => {
    order.push("due");
    assert.ok(reactor.nowUs() >= atUs);
    reactor.stop();
  }, () => {
    order.push("prepared");
    preparedUs = nowUs();
  });
  deadline.setAt(atUs, 50_000);
  await reactor.run();
  assert.deepEqual(order, ["prepared", "due"]);
  assert.ok(preparedUs >= atUs - 51_000 && preparedUs < atUs, `${preparedUs - atUs} µs`);
});

test("what arrives during the lead of a deadline is read, and may move it", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  const fired: string[] = [];
  using deadline = reactor.deadline(() => fired.push("due"), () => writer.write(Uint8Array.of(1)));
  using _watch = reactor.watch(reader.fd, "read", () => {
    reader.read(new Uint8Array(1));
    deadline.setAt(undefined);
    reactor.at(reactor.nowUs() + 60_000, () => reactor.stop());
  });
  deadline.setAt(reactor.nowUs() + 50_000, 50_000);
  await reactor.run();
  assert.deepEqual(fired, []);
});

test("what has arrived is read before deadlines that have passed", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  const order: string[] = [];
  using _watch = reactor.watch(reader.fd, "read", () => {
    reader.read(new Uint8Array(1));
    order.push("packet");
  });
  reactor.at(reactor.nowUs(), () => {
    order.push("deadline");
    reactor.stop();
  });
  writer.write(Uint8Array.of(1));
  await reactor.run();
  assert.deepEqual(order, ["packet", "deadline"]);
});

test("after a stall, what arrived at many descriptors counts before the deadlines that it moves", async () => {
  using reactor = new Reactor({ eventsPerTurn: 4 });
  const pipes = Array.from({ length: 30 }, () => openPipe());
  let heard = 0;
  let expired = 0;
  for (const { reader, writer } of pipes) {
    const deadline = reactor.at(reactor.nowUs() + 20_000, () => void expired++);
    const watch = reactor.watch(reader.fd, "read", () => {
      deadline[Symbol.dispose]();
      watch[Symbol.dispose]();
      if (++heard === pipes.length) reactor.at(reactor.nowUs(), () => reactor.stop());
    });
    writer.write(Uint8Array.of(1));
  }
  busy(30_000);
  await reactor.run();
  assert.deepEqual({ heard, expired }, { heard: pipes.length, expired: 0 });
  for (const { reader, writer } of pipes) {
    reader[Symbol.dispose]();
    writer[Symbol.dispose]();
  }
});

test("descriptors that are always ready do not keep deadlines from their turn", async () => {
  using reactor = new Reactor({ eventsPerTurn: 4 });
  const pipes = Array.from({ length: 9 }, () => openPipe());
  for (const { writer } of pipes) reactor.watch(writer.fd, "write", () => {});
  reactor.at(reactor.nowUs() + 1000, () => reactor.stop());
  await reactor.run();
  for (const { reader, writer } of pipes) {
    reader[Symbol.dispose]();
    writer[Symbol.dispose]();
  }
});

test("watchLateness() tells how late the process woke for a deadline, and only then", async () => {
  using reactor = new Reactor();
  const told: number[] = [];
  reactor.watchLateness(20_000, (lateUs) => told.push(lateUs));
  const after = (delayUs: number, callback: () => void) =>
    reactor.at(reactor.nowUs() + delayUs, callback);
  // Neither a deadline for a past time, nor work that no deadline waits for, is lateness.
  reactor.at(1, () => {
    reactor.at(1, () => {});
    setImmediate(() => {
      busy(30_000);
      after(10_000, () => {
        after(10_000, () => reactor.stop());
        setImmediate(() => busy(50_000));
      });
    });
  });
  await reactor.run();
  assert.equal(told.length, 1);
  assert.ok((told[0] ?? 0) >= 35_000 && (told[0] ?? 0) < 500_000, `${told}`);
});

test("watchLateness() tells of deadlines that wait for others of many turns", async () => {
  using reactor = new Reactor({ deadlinesPerTurn: 1 });
  const told: number[] = [];
  reactor.watchLateness(45_000, (lateUs) => told.push(lateUs));
  const atUs = reactor.nowUs() + 10_000;
  for (let i = 0; i < 6; i++) reactor.at(atUs, () => busy(10_000));
  reactor.at(atUs, () => reactor.stop());
  await reactor.run();
  assert.ok(told.length >= 2 && told.every((it) => it >= 45_000), `${told}`);
});

test("post() calls back after the caller returned, from inside and outside a turn", async () => {
  using reactor = new Reactor();
  const order: string[] = [];
  reactor.post(() => {
    reactor.post(() => {
      order.push("inner");
      reactor.stop();
    });
    order.push("outer");
  });
  order.push("caller");
  await reactor.run();
  assert.deepEqual(order, ["caller", "outer", "inner"]);
});

test("promises of callbacks are drained while the reactor waits", async () => {
  using reactor = new Reactor();
  reactor.post(() => {
    Promise.resolve().then(() => Promise.resolve()).then(() => reactor.stop());
  });
  await reactor.run();
});

test("the runtime's own timers and the reactor run side by side", async () => {
  using reactor = new Reactor();
  let ticks = 0;
  const tick = reactor.deadline(() => {
    ticks++;
    tick.setAt(reactor.nowUs() + 500);
  });
  tick.setAt(reactor.nowUs());
  setTimeout(() => reactor.stop(), 30);
  await reactor.run();
  assert.ok(ticks > 5);
});

test("what a callback throws ends run()", async () => {
  using reactor = new Reactor();
  reactor.post(() => {
    throw new RangeError("thrown on purpose");
  });
  await assert.rejects(reactor.run(), { name: "RangeError", message: "thrown on purpose" });
});

test("limits bound a turn and are counted", async () => {
  using reactor = new Reactor({ postsPerTurn: 4, deadlinesPerTurn: 4 });
  let done = 0;
  const count = (): void => {
    if (++done === 20) reactor.stop();
  };
  for (let i = 0; i < 10; i++) {
    reactor.post(count);
    reactor.at(0, count);
  }
  await reactor.run();
  assert.equal(done, 20);
  const { postsAtLimit, deadlinesAtLimit, turns, posts } = reactor.counters;
  assert.equal(posts, 10);
  assert.ok(postsAtLimit >= 2 && deadlinesAtLimit >= 2 && turns >= 3);
});

test("a callback that posts for ever keeps neither promises nor deadlines from their turn", async () => {
  using reactor = new Reactor();
  let posts = 0;
  const again = (): void => {
    posts++;
    if (posts === 3) reactor.at(0, () => reactor.stop());
    if (posts < 10_000) reactor.post(again);
    else reactor.stop();
  };
  reactor.post(again);
  await reactor.run();
  assert.ok(posts >= 3 && posts < 10_000, `${posts} posts`);
});

test("a stopped reactor calls nothing more in its turn, and runs again", async () => {
  using reactor = new Reactor();
  let calls = 0;
  for (let i = 0; i < 3; i++) {
    reactor.post(() => {
      calls++;
      reactor.stop();
    });
  }
  await reactor.run();
  assert.equal(calls, 1);
  await reactor.run();
  await reactor.run();
  assert.equal(calls, 3);
});

test("reactors leave no descriptor behind", async () => {
  const before = readdirSync("/proc/self/fd").length;
  for (let i = 0; i < 20; i++) {
    using reactor = new Reactor();
    reactor.post(() => reactor.stop());
    await reactor.run();
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(readdirSync("/proc/self/fd").length <= before + 2);
});

test("process.exit() works while the reactor waits, and a stopped reactor lets the process end", () => {
  const program = (end: string): string => `
    import { Reactor } from "@keepalived/reactor";
    const reactor = new Reactor();
    reactor.at(reactor.nowUs() + 1000, () => { ${end} });
    await reactor.run();
    process.exitCode = 7;`;
  const exitCode = (end: string): number | undefined => {
    const words = "Deno" in globalThis
      ? ["eval", "--ext=ts", program(end)]
      : ["--no-warnings", "--input-type=module", "-e", program(end)];
    try {
      execFileSync(process.execPath, words, { cwd: import.meta.dirname, timeout: 20_000 });
      return 0;
    } catch (error) {
      return (error as { status?: number }).status;
    }
  };
  assert.equal(exitCode("process.exit(5);"), 5);
  assert.equal(exitCode("reactor.stop();"), 7);
});

/** Does nothing else for a time. */
function busy(durationUs: number): void {
  const endUs = nowUs() + durationUs;
  while (nowUs() < endUs);
}
