import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Descriptor, O_RDONLY } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { Fifo } from "./fifo.ts";
import { Fifos, type FifoSettings } from "./fifos.ts";

const root = { uid: 0, gid: 0 };
const nobody = { uid: 65534, gid: 65534 };

test("a FIFO is made with its mode and owner, and removed at the end", () => {
  using folder = scratch();
  {
    using fifo = Fifo.open({ path: folder.fifo, owner: nobody, mode: 0o640 }, root);
    const { uid, gid, mode } = statSync(folder.fifo);
    assert.deepEqual([uid, gid, mode & 0o7777], [65534, 65534, 0o640]);
    using reader = Descriptor.open(folder.fifo, O_RDONLY);
    assert.equal(fifo.write("a line\n"), true);
    assert.equal(textOf(reader), "a line\n");
  }
  assert.equal(existsSync(folder.fifo), false);
});

test("a FIFO of an earlier run, or of its owner, is used and stays", () => {
  using folder = scratch();
  execFileSync("mkfifo", [folder.fifo]);
  for (const uid of [0, nobody.uid]) {
    chownSync(folder.fifo, uid, 0);
    Fifo.open({ path: folder.fifo, owner: nobody, mode: 0o600 }, root)[Symbol.dispose]();
    assert.equal(statSync(folder.fifo).uid, nobody.uid);
  }
});

test("what is no FIFO, or somebody else's, is refused", () => {
  using folder = scratch();
  const open = () => Fifo.open({ path: folder.fifo, owner: root, mode: 0o600 }, root);
  writeFileSync(folder.fifo, "");
  assert.throws(open, /as a FIFO: it is something else$/);
  rmSync(folder.fifo);
  execFileSync("mkfifo", [`${folder.fifo}2`]);
  symlinkSync(`${folder.fifo}2`, folder.fifo);
  assert.throws(open, /as a FIFO: it is something else$/);
  rmSync(folder.fifo);
  execFileSync("mkfifo", [folder.fifo]);
  chownSync(folder.fifo, 65534, 0);
  assert.throws(open, /it belongs to uid 65534$/);
  assert.throws(() => Fifo.open({ path: "/no/such/fifo", owner: root, mode: 0 }, root), {
    code: "ENOENT",
  });
});

test("a full FIFO loses whole lines, which are counted and said once", () => {
  using folder = scratch();
  using reactor = new Reactor();
  const log: string[] = [];
  const fifos = new Fifos(reactor, (_, text) => void log.push(text));
  fifos.configure([{ path: folder.fifo }], settings);
  const line = `INSTANCE "${"x".repeat(500)}" MASTER 100\n`;
  // Room for 64 KiB, in pages that a line does not cross.
  for (let i = 0; i < 100; i++) fifos.write(line);
  assert.deepEqual([fifos.lost, log], [0, []]);
  for (let i = 0; i < 100; i++) fifos.write(line);
  const { lost } = fifos;
  assert.ok(lost > 70 && lost < 100, `${lost}`);
  assert.deepEqual(log, [`FIFO ${folder.fifo} is full, lines are lost: nobody reads it`]);
  using reader = Descriptor.open(folder.fifo, O_RDONLY);
  const read = textOf(reader);
  assert.equal(read, line.repeat(read.length / line.length));
  fifos.write(line);
  assert.equal(log[1], `FIFO ${folder.fifo} has room again, ${lost} lines were lost`);
  assert.equal(fifos.lost, lost);
  fifos.end(() => {});
});

test("a FIFO that stays the same over a reload is not touched, another takes its place", () => {
  using folder = scratch();
  using reactor = new Reactor();
  const log: string[] = [];
  const fifos = new Fifos(reactor, (_, text) => void log.push(text));
  fifos.configure([{ path: folder.fifo }, undefined], settings);
  const { ino } = statSync(folder.fifo);
  fifos.configure([undefined, { path: folder.fifo }], settings);
  assert.equal(statSync(folder.fifo).ino, ino);
  fifos.configure([{ path: `${folder.fifo}2` }], settings);
  assert.deepEqual([existsSync(folder.fifo), existsSync(`${folder.fifo}2`)], [false, true]);
  fifos.configure([{ path: "/no/such/fifo" }], settings);
  assert.deepEqual(log, ["Cannot make FIFO /no/such/fifo: No such file or directory (ENOENT)"]);
  let ended = false;
  fifos.end(() => ended = true);
  assert.ok(ended);
});

test("a FIFO whose settings change stays for others who have it open, and is removed at the end", () => {
  using folder = scratch();
  using reactor = new Reactor();
  const fifos = new Fifos(reactor, () => {});
  fifos.configure([{ path: folder.fifo }], settings);
  using other = Descriptor.open(folder.fifo, O_RDONLY);
  fifos.configure([{ path: folder.fifo, user: "nobody" }], settings);
  assert.equal(statSync(folder.fifo).uid, 65534);
  fifos.write("a line\n");
  assert.equal(textOf(other), "a line\n");
  fifos.end(() => {});
  assert.equal(existsSync(folder.fifo), false);
});

test("the script of a FIFO is started again if it ends, and reads to the end", async () => {
  using folder = scratch();
  using reactor = new Reactor();
  const log: string[] = [];
  const out = join(folder.path, "out");
  const script = `read -r line; echo "$line" >>${out}; [ "$line" = last ] && cat >>${out}`;
  const fifos = new Fifos(reactor, (_, text) => void log.push(text));
  const argv = ["sh", "-c", `exec <"$1"; ${script}`, "reader"];
  fifos.configure([{ path: folder.fifo, script: { argv, user: "root" } }], settings);
  fifos.write("first\n");
  const begun = reactor.nowUs();
  const look = (): void => {
    if (log.length === 0 && reactor.nowUs() < begun + 3_000_000) {
      return void reactor.at(reactor.nowUs() + 20_000, look);
    }
    fifos.write("last\n");
    fifos.write("rest\n");
    reactor.at(reactor.nowUs() + 1_500_000, () => {
      fifos.write("very last\n");
      fifos.end(() => reactor.stop());
    });
  };
  look();
  await reactor.run();
  assert.equal(readFileSync(out, "utf8"), "first\nlast\nrest\nvery last\n");
  assert.equal(log.length, 1);
  assert.match(log[0] ?? "", /^FIFO script sh .* ended with status 1: starting it again in 1 s$/);
});

const settings = {
  scripts: { supplementaryGroups: false },
  umask: 0o177,
} as unknown as FifoSettings;

/** All that waits in a FIFO. */
function textOf(reader: Descriptor): string {
  const bytes = new Uint8Array(100_000);
  return new TextDecoder().decode(bytes.subarray(0, reader.read(bytes) ?? 0));
}

function scratch() {
  const path = mkdtempSync(join(tmpdir(), "keepalived-fifo-"));
  return {
    path,
    fifo: join(path, "fifo"),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}
