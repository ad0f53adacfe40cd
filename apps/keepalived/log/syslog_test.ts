import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AF_UNIX, ReceiveBuffer, SOCK_DGRAM, Socket } from "@keepalived/linux";
import { Syslog } from "./syslog.ts";

const folder = mkdtempSync(join(tmpdir(), "keepalived-syslog-"));
after(() => rmSync(folder, { recursive: true }));

/** A log daemon: whatever arrives is read when asked for. */
class Daemon {
  readonly #path: string;
  readonly #socket = Socket.open(AF_UNIX, SOCK_DGRAM, 0);

  constructor(path: string) {
    this.#path = path;
    this.#socket.bind({ family: "unix", path });
  }

  read(): readonly string[] {
    const lines: string[] = [];
    const buffer = new ReceiveBuffer(16_384);
    for (;;) {
      const packet = this.#socket.receive(buffer);
      if (packet === undefined) return lines;
      lines.push(new TextDecoder().decode(packet.data));
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    rmSync(this.#path);
  }
}

function open(path: string) {
  const troubles: (string | undefined)[] = [];
  const syslog = new Syslog(
    path,
    (lost) => `${lost} lost`,
    (reason) => troubles.push(reason),
  );
  return { syslog, troubles };
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const limit = performance.now() + 5000; !condition();) {
    assert.ok(performance.now() < limit, `${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("lines arrive one by one; one that is too long is cut", () => {
  const path = join(folder, "a");
  using daemon = new Daemon(path);
  const { syslog, troubles } = open(path);
  using _ = syslog;
  syslog.write("one");
  syslog.write("x".repeat(100_000));
  const got = daemon.read();
  assert.equal(got[0], "one");
  assert.deepEqual(got.map((line) => line.length), [3, 8192]);
  assert.deepEqual(troubles, []);
});

test("a log daemon that restarts loses no line, and its absence is told once", async () => {
  const path = join(folder, "b");
  const { syslog, troubles } = open(path);
  using _ = syslog;
  for (const line of ["1", "2"]) syslog.write(line);
  assert.match(troubles[0] ?? "", /Cannot connect to .*No such file/);
  assert.equal(syslog.works, false);
  {
    using daemon = new Daemon(path);
    const got: string[] = [];
    await until(
      "both lines",
      () => got.push(...daemon.read()) && got.length >= 2 || got.length > 1,
    );
    assert.deepEqual(got, ["1", "2"]);
    assert.ok(syslog.works);
    syslog.write("3");
    assert.deepEqual(daemon.read(), ["3"]);
  }
  // Gone, and there again before the next line: nobody notices.
  using daemon = new Daemon(path);
  syslog.write("4");
  assert.deepEqual(daemon.read(), ["4"]);
  assert.deepEqual(troubles.map((trouble) => trouble === undefined), [false, true]);
});

test("a log daemon that does not read holds nobody up, and gets what there was room for", async () => {
  const path = join(folder, "c");
  using daemon = new Daemon(path);
  const { syslog, troubles } = open(path);
  using _ = syslog;
  const begin = performance.now();
  const rest = " x".repeat(100);
  for (let i = 0; i < 100_000; i++) syslog.write(`line ${i}${rest}`);
  assert.ok(performance.now() - begin < 10_000, "takes too long");
  assert.match(troubles.join(), /it is full$/);
  const got: string[] = [];
  await until("works", () => (got.push(...daemon.read()), syslog.works));
  syslog.write("last");
  got.push(...daemon.read());
  const numbered = got.filter((line) => line.startsWith("line"));
  assert.ok(
    numbered.every((line, i) => line === `line ${i}${rest}`),
    "in their order, none missing",
  );
  const note = `${100_000 - numbered.length} lost`;
  assert.deepEqual(got.slice(numbered.length), [note, "last"]);
});
