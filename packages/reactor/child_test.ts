import assert from "node:assert/strict";
import { test } from "node:test";
import { openPipe, sendSignal, SIGTERM } from "@keepalived/linux";
import { type ChildExit, type ChildOptions, spawnChild } from "./child.ts";
import { Reactor } from "./reactor.ts";

test("spawnChild() tells the exit code", async () => {
  assert.deepEqual(await run({ command: "sh", arguments: ["-c", "exit 3"] }), {
    kind: "exited",
    code: 3,
  });
  assert.deepEqual(await run({ command: "true" }), { kind: "exited", code: 0 });
});

test("spawnChild() tells the signal that ended the child", async () => {
  let exit: ChildExit | undefined;
  const ended = new Promise<void>((resolve) => {
    const child = spawnChild({
      command: "sleep",
      arguments: ["60"],
      onExit: (value) => {
        exit = value;
        assert.equal(child.kill("SIGTERM"), false);
        resolve();
      },
    });
    assert.equal(child.kill("SIGTERM"), true);
  });
  await ended;
  assert.deepEqual(exit, { kind: "killed", signal: "SIGTERM" });
});

test("spawnChild() tells that a program cannot be started", async () => {
  const exit = await run({ command: "/nonexistent/program" });
  assert.equal(exit.kind, "not-started");
  assert.match(exit.kind === "not-started" ? exit.reason : "", /ENOENT/);
});

test("spawnChild() gives the child its environment and directory, and no input", async () => {
  const script = '[ "$GREETING" = hello ] && [ "$PWD" = / ] && [ -z "$HOME" ] && ! read line';
  const exit = await run({
    command: "/bin/sh",
    arguments: ["-c", script],
    environment: { GREETING: "hello" },
    directory: "/",
  });
  assert.deepEqual(exit, { kind: "exited", code: 0 });
});

test("a signal to the group of a child reaches the child's own children", async () => {
  const { reader, writer } = openPipe();
  using _reader = reader;
  const ended = new Promise<ChildExit>((resolve) => {
    const child = spawnChild({
      command: "bash",
      arguments: ["-c", `sleep 60 & echo >&${writer.fd}; wait`],
      ownGroup: true,
      inherit: [writer],
      onExit: resolve,
    });
    writer[Symbol.dispose]();
    const poll = setInterval(() => {
      if (reader.read(new Uint8Array(1)) !== 1 || child.pid === undefined) return;
      clearInterval(poll);
      sendSignal(-child.pid, SIGTERM);
    }, 5);
  });
  assert.deepEqual(await ended, { kind: "killed", signal: "SIGTERM" });
  // The grandchild held the other end: its death is the end of the pipe.
  for (let i = 0; i < 100 && reader.read(new Uint8Array(1)) === undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(reader.read(new Uint8Array(1)), 0);
});

test("a child counts on an inherited pipe that the reactor watches, and its end shows there", async () => {
  using reactor = new Reactor();
  const { reader, writer } = openPipe();
  using _reader = reader;
  const program = `
    import { Descriptor } from "@keepalived/linux";
    const channel = Descriptor.inherited(${writer.fd});
    channel.write(Uint8Array.of(1, 2, 3));`;
  const words = "Deno" in globalThis
    ? ["eval", "--ext=ts", program]
    : ["--no-warnings", "--input-type=module", "-e", program];
  let exit: ChildExit | undefined;
  spawnChild({
    command: process.execPath,
    arguments: words,
    directory: import.meta.dirname ?? ".",
    inherit: [writer],
    onExit: (value) => exit = value,
  });
  writer[Symbol.dispose]();
  const got: number[] = [];
  const into = new Uint8Array(16);
  using _watch = reactor.watch(reader.fd, "read", () => {
    const length = reader.read(into);
    if (length === 0) reactor.stop();
    got.push(...into.subarray(0, length));
  });
  await reactor.run();
  assert.deepEqual(got, [1, 2, 3]);
  for (let i = 0; i < 100 && exit === undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(exit, { kind: "exited", code: 0 });
});

function run(options: Omit<ChildOptions, "onExit">): Promise<ChildExit> {
  return new Promise((resolve) => spawnChild({ ...options, onExit: resolve }));
}
