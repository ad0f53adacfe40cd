import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { Descriptor, openPipe } from "../descriptor.ts";
import { Epoll, EPOLLIN } from "../epoll.ts";
import { sendSignal } from "../process.ts";
import { ignoreSignal, RealtimeSignal, SIGRTMAX, SIGRTMIN } from "../realtime_signal.ts";

// A runtime that runs tests has many descriptors open: signals whose number none of them has.
const open = new Set(readdirSync("/proc/self/fd").map(Number));
const [first = 0, second = 0] = Array.from({ length: SIGRTMAX - SIGRTMIN }, (_, i) => SIGRTMIN + i)
  .filter((signal) => !open.has(signal)).slice(-2);

test("a real-time signal makes its descriptor readable until it is cleared", async () => {
  using signal = new RealtimeSignal(first);
  using epoll = new Epoll(4);
  epoll.add(signal.fd, EPOLLIN, 7);
  const ready = () => {
    const tokens: number[] = [];
    epoll.wait((token) => void tokens.push(token));
    return tokens;
  };
  assert.deepEqual([ready(), signal.clear()], [[], false]);
  for (let i = 0; i < 3; i++) sendSignal(process.pid, first);
  await delivered();
  assert.deepEqual([ready(), signal.clear(), signal.clear(), ready()], [[7], true, false, []]);
});

test("two signals are told apart, and thousands are no harm", async () => {
  using one = new RealtimeSignal(first);
  using other = new RealtimeSignal(second);
  for (let i = 0; i < 5000; i++) sendSignal(process.pid, second);
  await delivered();
  assert.deepEqual([one.clear(), other.clear(), other.clear()], [false, true, false]);
});

test("a disposed signal, or one to be ignored, neither ends the process nor touches a descriptor", async () => {
  const signal = new RealtimeSignal(first);
  signal[Symbol.dispose]();
  signal[Symbol.dispose]();
  ignoreSignal(second);
  const { reader, writer } = openPipe();
  using _reader = reader;
  using _writer = writer;
  sendSignal(process.pid, first);
  sendSignal(process.pid, second);
  await delivered();
  assert.equal(reader.read(new Uint8Array(8)), undefined);
});

test("unblockSignal() lets SIGUSR1 through where Node was told to leave it alone", async () => {
  const module = new URL("../mod.ts", import.meta.url);
  const script = `import { unblockSignal } from ${JSON.stringify(module)};
    process.on("SIGUSR1", () => process.exit(7));
    process.kill(process.pid, "SIGUSR1");
    unblockSignal(10);
    setTimeout(() => process.exit(1), 2000);`;
  const node = ["--disable-sigusr1", "--input-type=module", "--eval", script];
  const child = spawn(process.execPath, "Deno" in globalThis ? ["eval", script] : node);
  const [status] = await once(child, "exit");
  assert.equal(status, 7);
});

/** The kernel hands a signal to whichever thread it likes. */
function delivered(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

test("a descriptor that is in use is not taken", () => {
  const taken: Descriptor[] = [];
  try {
    while (taken.every(({ fd }) => fd < SIGRTMIN)) taken.push(Descriptor.open("/dev/null", 0));
    assert.throws(() => new RealtimeSignal(taken.at(-1)?.fd ?? 0), { code: "EBUSY" });
  } finally {
    for (const descriptor of taken) descriptor[Symbol.dispose]();
  }
});
