import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { Reactor } from "@keepalived/reactor";
import {
  type Program,
  programCounters,
  type ProgramEnd,
  programOf,
  runProgram,
} from "./program.ts";

test("runProgram() tells the exit status, the signal, and why nothing was started", async () => {
  const ends = await runAll([
    { argv: ["sh", "-c", "exit 7"] },
    { argv: ["sh", "-c", "kill -15 $$"] },
    { argv: ["/no/such/program"] },
    { argv: ["true"], user: "no-such-user" },
    { argv: ["true"], user: "nobody", group: "no-such-group" },
  ]);
  assert.deepEqual(ends, [
    { kind: "exit", status: 7 },
    { kind: "signal", signal: 15 },
    {
      kind: "not-started",
      message: "Cannot run /no/such/program: No such file or directory (ENOENT)",
    },
    { kind: "not-started", message: "there is no user 'no-such-user'" },
    { kind: "not-started", message: "there is no group 'no-such-group'" },
  ]);
});

test("runProgram() ends a program at its time-out, one that is deaf two seconds later", async () => {
  const before = programCounters();
  const started = performance.now();
  const took: number[] = [];
  const deaf = 'trap "" TERM; while :; do sleep 0.05; done';
  const ends = await runAll([
    { argv: ["sleep", "60"], timeoutUs: 100_000 },
    { argv: ["sh", "-c", deaf], timeoutUs: 100_000 },
    { argv: ["true"], timeoutUs: 5_000_000 },
  ], (i) => took[i] = performance.now() - started);
  const timeout = { kind: "timeout" };
  assert.deepEqual(ends, [timeout, timeout, { kind: "exit", status: 0 }]);
  const [soon = 0, late = 0] = took;
  assert.ok(soon >= 100 && soon < 10_000 && late >= 2100 && late < 20_000, `${took}`);
  assert.equal(programCounters().timedOut - before.timedOut, 2);
});

test("runProgram() runs no more than 64 programs at once, and all of them", async () => {
  const before = programCounters();
  let most = 0;
  const programs = Array.from({ length: 150 }, () => ({ argv: ["sleep", "1.5"] }));
  const ends = await runAll(programs, () => most = Math.max(most, programCounters().running));
  assert.ok(ends.every((end) => end.kind === "exit" && end.status === 0));
  assert.ok(most <= 64, `${most}`);
  const after = programCounters();
  assert.deepEqual([after.started - before.started, after.running, after.waiting], [150, 0, 0]);
  assert.ok(after.atLimit > before.atLimit);
});

test("stop() ends a program that runs, and one that waits for its turn", async () => {
  using reactor = new Reactor();
  const ends: ProgramEnd[] = [];
  const done = (end: ProgramEnd) => {
    ends.push(end);
    if (ends.length === 65) reactor.stop();
  };
  const running = Array.from(
    { length: 65 },
    () => runProgram(reactor, { argv: ["sleep", "60"] }, done),
  );
  const look = (): void => {
    const { running: now, waiting } = programCounters();
    if (now < 64) return void reactor.at(reactor.nowUs() + 10_000, look);
    assert.deepEqual([now, waiting, ends.length], [64, 1, 0]);
    for (const program of running) program.stop();
  };
  look();
  await reactor.run();
  const texts = ends.map((end) => end.kind === "not-started" ? end.message : JSON.stringify(end));
  assert.deepEqual(
    new Set(texts),
    new Set(["stopped before its turn came", '{"kind":"signal","signal":15}']),
  );
  assert.deepEqual([programCounters().running, programCounters().waiting], [0, 0]);
});

test("a program runs as its user, with one group or with all that the user has", async () => {
  using folder = scratch();
  const out = join(folder.path, "out");
  writeFileSync(out, "");
  chmodSync(out, 0o666);
  const argv = ["sh", "-c", `echo $(id -u) $(id -g) $(id -G) >>${out}`];
  const nobody = { argv, user: "nobody", group: "daemon" };
  for (
    const program of [nobody, { ...nobody, supplementaryGroups: true }, { argv, user: "root" }]
  ) {
    assert.deepEqual(await runAll([program]), [{ kind: "exit", status: 0 }]);
  }
  const idOf = (...words: string[]) => execFileSync("id", words, { encoding: "utf8" }).trim();
  const [user, group] = [idOf("-u", "nobody"), idOf("-g", "daemon")];
  const groups = `${group} ${idOf("-G", "nobody")}`;
  const lines = readFileSync(out, "utf8").trim().split("\n");
  const own = `${idOf("-u")} ${idOf("-g")} ${idOf("-G")}`;
  assert.deepEqual(lines, [`${user} ${group} ${group}`, `${user} ${group} ${groups}`, own]);
});

test("a program gets the daemon's environment, without what would lead it astray", () => {
  using folder = scratch();
  const out = join(folder.path, "out");
  const script = `
    import { Reactor } from "@keepalived/reactor";
    import { runProgram } from ${JSON.stringify(new URL("program.ts", import.meta.url).href)};
    const reactor = new Reactor();
    const argv = ["sh", "-c", "env >${out}"];
    runProgram(reactor, { argv, environment: { EXTRA: "x" } }, () => reactor.stop());
    await reactor.run();
    process.exit();`;
  const words = "Deno" in globalThis
    ? ["eval", "--ext=ts", script]
    : ["--no-warnings", "--input-type=module", "-e", script];
  execFileSync(process.execPath, words, {
    cwd: import.meta.dirname,
    env: {
      PATH: "/usr/bin:/bin",
      KEPT: "yes",
      IFS: "/",
      LD_PRELOAD: "",
      LD_LIBRARY_PATH: "/tmp",
      KEEPALIVED_ROLE: "vrrp",
    },
  });
  const names = readFileSync(out, "utf8").trim().split("\n").map((line) => line.split("=")[0]);
  for (const name of ["PATH", "KEPT", "EXTRA"]) assert.ok(names.includes(name), name);
  for (const name of ["IFS", "LD_PRELOAD", "LD_LIBRARY_PATH", "KEEPALIVED_ROLE"]) {
    assert.ok(!names.includes(name), name);
  }
});

test("programOf() takes the user of the command, else that of all scripts", () => {
  const scripts = { user: { user: "web", group: "www" }, supplementaryGroups: true };
  const of = (command: Parameters<typeof programOf>[0]) => programOf(command, scripts as never);
  assert.deepEqual(of({ argv: ["a"] }), {
    argv: ["a"],
    user: "web",
    group: "www",
    supplementaryGroups: true,
  });
  assert.deepEqual(of({ argv: ["a"], user: "nobody" }).group, undefined);
});

/** Runs programs all at once to their ends. */
async function runAll(
  programs: readonly Program[],
  onEnd: (index: number) => void = () => {},
): Promise<readonly ProgramEnd[]> {
  using reactor = new Reactor();
  const ends: ProgramEnd[] = [];
  let missing = programs.length;
  for (const [i, program] of programs.entries()) {
    runProgram(reactor, program, (end) => {
      assert.equal(ends[i], undefined);
      ends[i] = end;
      onEnd(i);
      if (--missing === 0) reactor.stop();
    });
  }
  assert.equal(missing, programs.length);
  await reactor.run();
  return ends;
}

function scratch(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "keepalived-program-"));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
