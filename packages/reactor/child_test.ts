import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import type { ProcessEnd } from "@keepalived/linux";
import { type Child, spawnChild } from "./child.ts";
import { Reactor } from "./reactor.ts";

const environment = { PATH: "/usr/bin:/bin" };

test("spawnChild() tells the exit status", async () => {
  assert.deepEqual(await run(["sh", "-c", "exit 3"]), { kind: "exited", status: 3 });
  assert.deepEqual(await run(["true"]), { kind: "exited", status: 0 });
});

test("spawnChild() tells the signal that ended the child", async () => {
  assert.deepEqual(await run(["sh", "-c", "kill -9 $$"]), { kind: "killed", signal: 9 });
});

test("spawnChild() refuses what cannot be run, with the system's reason", () => {
  using reactor = new Reactor();
  using folder = scratch();
  const plain = join(folder.path, "plain");
  writeFileSync(plain, "text\n");
  const start = (program: string) => () =>
    spawnChild(reactor, { argv: [program], environment, onEnd: () => {} });
  assert.throws(start("/nonexistent/program"), { code: "ENOENT", syscall: "posix_spawnp" });
  assert.throws(start("no-such-program-anywhere"), { code: "ENOENT" });
  assert.throws(start(plain), { code: "EACCES" });
});

test("a child has its arguments and environment as they are, and no more", async () => {
  using folder = scratch();
  const out = join(folder.path, "out");
  const words = ["", "a b", "$HOME", "ä'\"\n"];
  const end = await run(
    ["sh", "-c", `printf '[%s]' "$@" >${out}; env >>${out}`, "sh", ...words],
    { ONE: "1", "TWO": "x y" },
  );
  assert.deepEqual(end, { kind: "exited", status: 0 });
  const text = readFileSync(out, "utf8");
  assert.equal(text.slice(0, text.lastIndexOf("]") + 1), words.map((word) => `[${word}]`).join(""));
  const names = text.slice(text.lastIndexOf("]") + 1).trim().split("\n").sort();
  assert.deepEqual(names.filter((it) => !/^(PWD|_|SHLVL|OLDPWD)=/.test(it)), ["ONE=1", "TWO=x y"]);
});

test("a child has /dev/null for its streams, no other descriptor, and every signal at its default", async () => {
  using folder = scratch();
  const out = join(folder.path, "out");
  process.on("SIGUSR1", ignore); // Neither that we catch a signal nor that the runtime ignores SIGPIPE is passed on.
  await run([
    "sh",
    "-c",
    `exec >${out}; ls -l /proc/$$/fd; grep ^Sig /proc/self/status`,
  ]);
  process.off("SIGUSR1", ignore);
  const text = readFileSync(out, "utf8");
  const links = text.split("\n").filter((line) => line.includes(" -> "))
    .map((line) => line.replace(/.* (\d+) -> /, "$1 "));
  const expected = ["0 /dev/null", `1 ${out}`, "2 /dev/null"];
  // The shell may keep its old output at a number of its own.
  assert.deepEqual(links.filter((link) => !/^1\d /.test(link)), expected);
  assert.match(text, /SigBlk:\t0+\nSigIgn:\t0+\n/);
});

test("terminate() ends the whole group", async () => {
  using folder = scratch();
  const out = join(folder.path, "pids");
  const script = `sleep 60 & echo $$ $! >${out}; wait`;
  const { end, pids } = await terminated(script, out, 2_000_000);
  assert.deepEqual(end, { kind: "killed", signal: 15 });
  for (const pid of pids) assert.equal(await isGone(pid), true);
});

test("terminate() kills what does not heed SIGTERM, though its parent has gone before", async () => {
  using folder = scratch();
  const out = join(folder.path, "pids");
  const deaf = `trap "" TERM; echo $$ >>${out}; while :; do sleep 0.02; done`;
  const script = `echo $$ >${out}; sh -c '${deaf}' & while :; do sleep 0.02; done`;
  const started = performance.now();
  const { end, pids } = await terminated(script, out, 300_000);
  assert.deepEqual(end, { kind: "killed", signal: 15 });
  assert.equal(pids.length, 2);
  for (const pid of pids) assert.equal(await isGone(pid), true);
  assert.ok(performance.now() - started >= 300);
});

test("terminate() kills a child that does not heed SIGTERM", async () => {
  using folder = scratch();
  const out = join(folder.path, "pids");
  const script = `trap "" TERM; echo $$ $$ >${out}; while :; do sleep 0.02; done`;
  const { end } = await terminated(script, out, 100_000);
  assert.deepEqual(end, { kind: "killed", signal: 9 });
});

function ignore(): void {}

/** Runs a program to its end. */
async function run(
  argv: readonly string[],
  variables: Readonly<Record<string, string>> = environment,
): Promise<ProcessEnd | undefined> {
  using reactor = new Reactor();
  let end: ProcessEnd | undefined;
  let told = 0;
  spawnChild(reactor, {
    argv,
    environment: variables,
    onEnd: (value) => {
      told++;
      end = value;
      reactor.at(reactor.nowUs() + 2000, () => reactor.stop());
    },
  });
  assert.equal(told, 0);
  await reactor.run();
  assert.equal(told, 1);
  return end;
}

/** Runs a script until it has written two process numbers, terminates it, and waits for the grace and a bit more. */
async function terminated(script: string, out: string, graceUs: number) {
  using reactor = new Reactor();
  let end: ProcessEnd | undefined;
  const child: Child = spawnChild(reactor, {
    argv: ["sh", "-c", script],
    environment,
    onEnd: (value) => end = value,
  });
  const pidsOf = () => {
    try {
      return readFileSync(out, "utf8").trim().split(/\s+/).map(Number);
    } catch {
      return []; // Not written yet.
    }
  };
  const look = (): void => {
    if (pidsOf().length < 2) return void reactor.at(reactor.nowUs() + 5000, look);
    child.terminate(graceUs);
    child.terminate(graceUs);
    reactor.at(reactor.nowUs() + Math.min(graceUs, 400_000) + 100_000, () => reactor.stop());
  };
  look();
  await reactor.run();
  return { end, pids: pidsOf() };
}

/** Neither running nor a zombie that nobody collects; an orphan's new parent may take a while. */
async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    try {
      if (/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return true;
    } catch {
      return true; // No such process any more.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "keepalived-child-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
