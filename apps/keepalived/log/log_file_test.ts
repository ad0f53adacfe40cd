import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LogFile, type LogFileOptions } from "./log_file.ts";

const folder = mkdtempSync(join(tmpdir(), "keepalived-log-"));
after(() => rmSync(folder, { recursive: true }));

function open(options: Pick<LogFileOptions, "path"> & Partial<LogFileOptions>) {
  const troubles: (string | undefined)[] = [];
  const file = new LogFile({
    flush: true,
    note: (lost) => `${lost} lost\n`,
    onTrouble: (reason) => troubles.push(reason),
    ...options,
  });
  return { file, troubles };
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const limit = performance.now() + 5000; !condition();) {
    assert.ok(performance.now() < limit, `${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("lines are appended, in their order, and the rest at the end", async () => {
  const path = join(folder, "order.log");
  {
    const { file } = open({ path });
    using _ = file;
    for (let i = 0; i < 1000; i++) {
      file.write(`${i}\n`);
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  {
    const { file } = open({ path });
    using _ = file;
    file.write("again\n");
  }
  const expected = [...Array.from({ length: 1000 }, (_, i) => String(i)), "again", ""];
  assert.deepEqual(readFileSync(path, "utf8").split("\n"), expected);
});

test("with flush each line is there soon, without it after a moment", async () => {
  for (const flush of [true, false]) {
    const path = join(folder, `flush-${flush}.log`);
    const { file } = open({ path, flush });
    using _ = file;
    const begin = performance.now();
    file.write("one\n");
    await until("the line", () => readFileSync(path, "utf8") === "one\n");
    assert.equal(performance.now() - begin < 400, flush);
  }
});

test("a file that was moved away is made anew", async () => {
  const path = join(folder, "moved.log");
  const { file } = open({ path });
  using _ = file;
  file.write("old\n");
  await until("the first line", () => readFileSync(path, "utf8") === "old\n");
  renameSync(path, `${path}.1`);
  file.write("new\n");
  await until("the second line", () => {
    try {
      return readFileSync(path, "utf8") === "new\n";
    } catch {
      return false; // Not there yet.
    }
  });
  assert.equal(readFileSync(`${path}.1`, "utf8"), "old\n");
});

test("a full disk holds nobody up and is told once", async () => {
  const { file, troubles } = open({ path: "/dev/full" });
  using _ = file;
  file.write("one\n");
  await until("trouble", () => troubles.length > 0);
  for (let i = 0; i < 100_000; i++) file.write("x".repeat(100));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? "", /^Cannot write the log file \/dev\/full: .*no space left/i);
});

test("a file that cannot be opened is told once, and written when it can be", async () => {
  const path = join(folder, "nowhere", "a.log");
  const { file, troubles } = open({ path });
  using _ = file;
  assert.match(troubles[0] ?? "", /ENOENT/);
  file.write("one\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(folder, "nowhere"));
  file.write("two\n");
  await until("back", () => troubles.length > 1);
  await until("written", () => readFileSync(path, "utf8") === "one\ntwo\n");
  assert.equal(troubles.length, 2);
  assert.equal(troubles[1], undefined);
});
