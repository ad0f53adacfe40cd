import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { Libc } from "../calls.ts";
import { backends } from "../libc.ts";

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const CLOEXEC_NONBLOCK = 0o2004000;
const EAGAIN = 11;
const EBADF = 9;
const ECHILD = 10;
const P_PID = 1;
const WEXITED = 4;
const SYS_pidfd_open = 434;

const available = backends().map((open) => open()).filter((libc) => libc !== undefined);

test("at least one backend works on this runtime", () => {
  assert.ok(available.length > 0);
});

// The one suite that every backend passes.
for (const libc of available) {
  const { calls } = libc;
  const title = (text: string): string => `${libc.name}: ${text}`;

  test(title("results and arguments pass through"), () => {
    assert.equal(calls.getpid(), process.pid);
    assert.equal(calls.getppid(), process.ppid);
  });

  test(title("a failure gives -errno, again and again, with allocations in between"), () => {
    const kept: unknown[] = [];
    for (let i = 0; i < 20_000; i++) {
      assert.equal(calls.close(-1), -EBADF);
      kept.push({ i });
      if (kept.length > 1000) kept.length = 0;
    }
  });

  test(title("unsigned arguments above 2^31 arrive whole"), () => {
    // No interface has this index: ENXIO, not a crash or a range error.
    assert.equal(calls.if_indextoname(0xffff_fffe, new Uint8Array(16)), 0);
  });

  test(title("buffers are read and written in place, views and null included"), () => {
    const [a, b] = pair(libc);
    const whole = Uint8Array.from({ length: 32 }, (_, i) => i);
    assert.equal(calls.write(a, whole.subarray(4, 8), 4), 4);
    const into = new Uint8Array(16).fill(0xa5);
    assert.equal(calls.read(b, into.subarray(2), 10), 4);
    assert.deepEqual([...into.subarray(0, 8)], [0xa5, 0xa5, 4, 5, 6, 7, 0xa5, 0xa5]);
    assert.equal(calls.sendto(a, new Uint8Array(0), 0, 0, null, 0), 0);
    assert.equal(calls.read(b, into, 16), 0);
    assert.equal(calls.read(b, into, 16), -EAGAIN);
    close(libc, a, b);
  });

  test(title("an address stays valid while the buffer lives"), () => {
    const [a, b] = pair(libc);
    const data = new Uint8Array(new ArrayBuffer(64));
    const iovec = new Uint8Array(new ArrayBuffer(16));
    const message = new Uint8Array(new ArrayBuffer(56));
    const iovecView = new DataView(iovec.buffer);
    const messageView = new DataView(message.buffer);
    iovecView.setBigUint64(0, libc.addressOf(data), true);
    iovecView.setBigUint64(8, 64n, true);
    messageView.setBigUint64(16, libc.addressOf(iovec), true);
    messageView.setBigUint64(24, 1n, true);
    assert.equal(libc.addressOf(data.subarray(8)), libc.addressOf(data) + 8n);
    const garbage: unknown[] = [];
    for (let i = 0; i < 100_000; i++) garbage.push({ i });
    calls.write(a, Uint8Array.of(1, 2, 3), 3);
    assert.equal(calls.recvmsg(b, message, 0), 3);
    assert.deepEqual([...data.subarray(0, 4)], [1, 2, 3, 0]);
    // The last use keeps the buffers alive: an optimizing compiler frees what is not used any more.
    assert.equal(iovecView.getBigUint64(8, true), 64n);
    assert.equal(messageView.getBigUint64(24, true), 1n);
    close(libc, a, b);
  });

  test(
    title("a program gets arguments by address, and its descriptor is ready when it ends"),
    () => {
      const words = ["sh\0", "-c\0", "exit $1\0", "sh\0", "7\0"].map((text) =>
        new TextEncoder().encode(text)
      );
      const argv = new BigUint64Array([...words.map((word) => libc.addressOf(word)), 0n]);
      const table = new Uint8Array(argv.buffer);
      const pid = new Int32Array(1);
      const [file = null] = words;
      const none = new Uint8Array(8);
      const started = calls.posix_spawnp(new Uint8Array(pid.buffer), file, null, null, table, none);
      assert.equal(started, 0);
      const fd = calls.syscall(SYS_pidfd_open, pid[0] ?? -1, 0, 0);
      assert.ok(fd >= 0);
      const information = new Uint8Array(128);
      assert.equal(calls.waitid(P_PID, pid[0] ?? 0, information, WEXITED), 0);
      assert.equal(information[24], 7);
      assert.equal(calls.waitid(P_PID, pid[0] ?? 0, information, WEXITED), -ECHILD);
      assert.deepEqual(words.map((word) => word.length), [3, 3, 8, 3, 2]);
      close(libc, fd);
    },
  );

  test(title("a function is found by its name"), () => {
    const [getpid, other] = ["getpid\0", "no_such_function\0"].map((name) =>
      libc.symbol(new TextEncoder().encode(name))
    );
    assert.ok((getpid ?? 0n) > 4096n);
    assert.equal(other, 0n);
  });

  test(title("a folder is watched"), () => {
    const fd = calls.inotify_init1(CLOEXEC_NONBLOCK);
    const path = new TextEncoder().encode("/tmp\0");
    const watch = calls.inotify_add_watch(fd, path, 0x0100_0002);
    assert.ok(watch > 0);
    assert.equal(calls.inotify_rm_watch(fd, watch), 0);
    close(libc, fd);
  });

  test(title("waitReadable() calls back for every arrival until disposed"), async () => {
    const [a, b] = pair(libc);
    const into = new Uint8Array(8);
    const got: number[] = [];
    let onGot = (): void => {};
    const waiting = libc.waitReadable(b, () => {
      if (calls.read(b, into, 8) === 1) got.push(into[0] ?? -1);
      queueMicrotask(onGot);
    });
    for (let i = 0; i < 50; i++) {
      const arrived = new Promise<void>((resolve) => onGot = resolve);
      calls.write(a, Uint8Array.of(i), 1);
      // Resolved by a microtask: a callback whose promises are not drained would hang here.
      await arrived;
    }
    assert.deepEqual(got, Array.from({ length: 50 }, (_, i) => i));
    waiting[Symbol.dispose]();
    waiting[Symbol.dispose]();
    calls.write(a, Uint8Array.of(99), 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(got.length, 50);
    close(libc, a, b);
  });

  test(title("waitReadable() leaves no descriptor behind"), async () => {
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 20; i++) {
      const [a, b] = pair(libc);
      libc.waitReadable(b, () => {})[Symbol.dispose]();
      await new Promise((resolve) => setTimeout(resolve, 2));
      close(libc, a, b);
    }
    assert.ok(readdirSync("/proc/self/fd").length <= before + 2);
  });
}

function pair({ calls }: Libc): [number, number] {
  const fds = new Int32Array(2);
  const result = calls.socketpair(
    AF_UNIX,
    SOCK_SEQPACKET | CLOEXEC_NONBLOCK,
    0,
    new Uint8Array(fds.buffer),
  );
  assert.equal(result, 0);
  return [fds[0] ?? -1, fds[1] ?? -1];
}

function close({ calls }: Libc, ...fds: readonly number[]): void {
  for (const fd of fds) assert.equal(calls.close(fd), 0);
}
