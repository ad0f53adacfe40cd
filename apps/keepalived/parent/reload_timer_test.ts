import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Reactor } from "@keepalived/reactor";
import { ReloadTimer } from "./reload_timer.ts";

/** A timer on a real clock, with its file. */
class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "keepalived-reload-"));
  readonly file = join(this.folder, "when");
  readonly log: string[] = [];
  readonly reloadsMs: number[] = [];
  readonly #reactor = new Reactor();
  readonly timer = new ReloadTimer({
    reactor: this.#reactor,
    log: (_, text) => void this.log.push(text),
    reload: () => Promise.resolve(this.reloadsMs.push(Date.now())),
  });
  readonly #loop = this.#reactor.run();

  write(text: string): void {
    writeFileSync(this.file, text);
  }

  async until(condition: () => boolean, withinMs = 5000): Promise<void> {
    const limit = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() > limit) throw new Error(`Not within ${withinMs} ms: ${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.timer[Symbol.dispose]();
    this.#reactor.stop();
    await this.#loop;
    this.#reactor[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }
}

/** The time of day so many seconds from now, and exactly when that is. */
function inSeconds(seconds: number): { readonly text: string; readonly atMs: number } {
  const atMs = Math.ceil(Date.now() / 1000 + seconds) * 1000;
  return { text: `${new Date(atMs).toISOString().slice(11, 19)}Z`, atMs };
}

test("at the time in the file there is a reload, and the file goes", async () => {
  await using stage = new Stage();
  const { text, atMs } = inSeconds(0.5);
  stage.write(text);
  stage.timer.configure({ timeFile: stage.file, repeat: false });
  await stage.until(() => stage.reloadsMs.length > 0);
  const lateMs = (stage.reloadsMs[0] ?? NaN) - atMs;
  assert.ok(lateMs > -500 && lateMs < 4000, `${lateMs} ms late`);
  assert.ok(!existsSync(stage.file));
});

test("a time of day may repeat: the file stays, and is for the next day then", async () => {
  await using stage = new Stage();
  stage.timer.configure({ timeFile: stage.file, repeat: true });
  stage.write(inSeconds(0.3).text);
  await stage.until(() => stage.reloadsMs.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(stage.reloadsMs.length, 1);
  assert.ok(existsSync(stage.file));
});

test("a file that changes counts as it is now, and one that goes counts no more", async () => {
  await using stage = new Stage();
  stage.timer.configure({ timeFile: stage.file, repeat: false });
  stage.write("2099-01-01 00:00:00Z\n");
  await stage.until(() => stage.log.some((line) => /Reloading at 2099-01-01T00:00:00/.test(line)));
  stage.write("2098-01-01 00:00:00");
  await stage.until(() => stage.log.some((line) => /Reloading at 209[78]-/.test(line)));
  rmSync(stage.file);
  await stage.until(() => stage.log.includes("No time to reload at any more"));
  assert.equal(stage.reloadsMs.length, 0);
});

test("what is no time, or is over, is said and does nothing", async () => {
  await using stage = new Stage();
  stage.timer.configure({ timeFile: stage.file, repeat: false });
  stage.write("tomorrow");
  await stage.until(() => stage.log.some((line) => /holds no time .*'tomorrow'/.test(line)));
  stage.write("2020-01-01 00:00:00Z");
  await stage.until(() => stage.log.some((line) => /is in the past/.test(line)));
  stage.timer.configure({ repeat: false });
  stage.write(inSeconds(0.1).text);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(stage.reloadsMs.length, 0);
});

test("a folder that is not there is said", async () => {
  await using stage = new Stage();
  stage.timer.configure({ timeFile: join(stage.folder, "no", "when"), repeat: false });
  assert.match(stage.log[0] ?? "", /^reload_time_file is not watched: .*ENOENT/);
});
