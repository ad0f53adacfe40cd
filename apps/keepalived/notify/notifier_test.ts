import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Config } from "@keepalived/keepalived-config";
import { Reactor } from "@keepalived/reactor";
import type { ToldState } from "./event.ts";
import { Notifier } from "./notifier.ts";

test("scripts of one instance run one after the other, those of others beside them", async () => {
  using town = new Town({ A: ["slow"], B: ["quick"] });
  town.tell("A", "backup");
  town.tell("A", "active");
  town.tell("B", "backup");
  await town.stop();
  assert.deepEqual(town.lines.slice(-2), ["+A MASTER", "-A MASTER"]);
  assert.deepEqual(town.lines.filter((line) => /^.A/.test(line)), [
    "+A BACKUP",
    "-A BACKUP",
    "+A MASTER",
    "-A MASTER",
  ]);
  assert.ok(town.lines.indexOf("-B BACKUP") < town.lines.indexOf("-A BACKUP"));
  assert.deepEqual(town.log, []);
  assert.equal(town.notifier.counters.notices, 3);
});

test("a member says nothing of a state that its group has told already", async () => {
  using town = new Town({ A: ["quick"], B: ["quick"] }, "G");
  town.tell("A", "active");
  town.tell("B", "active");
  town.notifier.notify({ kind: "group-state", name: "G", state: "active" });
  town.tell("B", "active");
  town.tell("A", "fault");
  await town.stop();
  const of = (name: string) => town.lines.filter((line) => line.startsWith(`+${name}`));
  assert.deepEqual(of("A"), ["+A MASTER", "+A FAULT"]);
  assert.deepEqual(of("B"), ["+B MASTER"]);
  assert.deepEqual(of("G"), ["+G MASTER", "+G STOP"]);
});

test("what cannot be run is said, and does not hold up the rest", async () => {
  using town = new Town({ A: ["missing"], B: ["killed"] });
  town.tell("A", "backup");
  town.tell("B", "backup");
  await town.stop();
  assert.deepEqual(town.log.sort(), [
    "(A) notify script /no/such/script INSTANCE A BACKUP 100 was not started: " +
    "Cannot run /no/such/script: No such file or directory (ENOENT)",
    `(B) notify script ${town.script("killed")} INSTANCE B BACKUP 100 was ended by signal 9`,
  ]);
});

test("a script that hangs does not hold up the end for ever, and what waits behind it is run", async () => {
  using town = new Town({ A: ["hanging"] });
  town.tell("A", "active");
  town.notifier.notify({ kind: "stopped", name: "A", priority: 100 });
  const begun = performance.now();
  await town.stop();
  const tookMs = performance.now() - begun;
  assert.ok(tookMs > 2900 && tookMs < 4500, `${tookMs}`);
  for (let i = 0; i < 100 && town.lines.length < 3; i++) {
    await sleep(20);
  }
  assert.deepEqual(town.lines, ["+A MASTER", "+A STOP", "-A STOP"]);
});

test("of too many the oldest are dropped, and that is said", async () => {
  using town = new Town({ A: ["quick"] });
  for (let i = 0; i < 100; i++) town.tell("A", i % 2 === 0 ? "backup" : "active");
  await town.stop();
  assert.equal(town.lines.at(-1), "-A MASTER");
  assert.ok(town.log.length > 20);
  assert.match(town.log[0] ?? "", /^\(A\) notify script too many wait, dropping /);
});

test("states are repeated in FIFOs after a reload, groups first, only if that is configured", async () => {
  for (const writeStatesOnReload of [false, true]) {
    using town = new Town({ A: ["none"] }, "G", writeStatesOnReload);
    town.notifier.notify({ kind: "group-state", name: "G", state: "backup" });
    await town.reader();
    town.notifier.repeat([{ kind: "instance-state", name: "A", state: "backup", priority: 7 }]);
    await town.stop();
    const repeated = ['GROUP "G" BACKUP 0', 'INSTANCE "A" BACKUP 7'];
    assert.deepEqual(town.fifoLines, [
      'GROUP "G" BACKUP 0',
      ...(writeStatesOnReload ? repeated : []),
      'GROUP "G" STOP 0',
    ]);
  }
});

type Kind = "quick" | "slow" | "hanging" | "killed" | "missing" | "none";

const bodies: Readonly<Record<Exclude<Kind, "missing" | "none">, string>> = {
  quick: "",
  slow: "sleep 0.3",
  hanging: "[ $3 = STOP ] || exec sleep 8",
  killed: "kill -9 $$",
};

/** A notifier with instances that have generic scripts, and a FIFO that is read. */
class Town {
  readonly folder = mkdtempSync(join(tmpdir(), "keepalived-notify-"));
  readonly log: string[] = [];
  readonly notifier: Notifier;
  readonly #reactor = new Reactor();
  readonly #loop: Promise<void>;

  constructor(
    instances: Readonly<Record<string, readonly Kind[]>>,
    group?: string,
    repeat = false,
  ) {
    for (const [kind, body] of Object.entries(bodies)) {
      const text = `#!/bin/sh\necho "+$2 $3" >>${this.folder}/out\n${body}\n` +
        `echo "-$2 $3" >>${this.folder}/out\n`;
      writeFileSync(this.script(kind), text, { mode: 0o755 });
    }
    this.notifier = new Notifier(this.#reactor, (_, text) => void this.log.push(text));
    const notify = (kind: Kind | undefined) =>
      kind === undefined || kind === "none"
        ? {}
        : { any: { argv: [this.script(kind)], user: "root" } };
    const path = join(this.folder, "fifo");
    const argv = ["sh", "-c", `cat "$1" >${this.folder}/read`, "reader"];
    this.notifier.configure({
      global: {
        umask: 0o177,
        scripts: { supplementaryGroups: false },
        fifos: { vrrp: { path, script: { argv, user: "root" } }, writeStatesOnReload: repeat },
      },
      instances: Object.entries(instances).map(([name, [kind]]) => ({
        name,
        notify: notify(kind),
        ...(group === undefined ? {} : { syncGroup: group }),
      })),
      syncGroups: group === undefined ? [] : [{ name: group, notify: notify("quick") }],
    } as unknown as Config);
    this.#loop = this.#reactor.run();
  }

  get lines(): readonly string[] {
    return this.#read("out");
  }

  get fifoLines(): readonly string[] {
    return this.#read("read");
  }

  script(kind: string): string {
    return kind === "missing" ? "/no/such/script" : join(this.folder, kind);
  }

  tell(name: string, state: ToldState): void {
    this.notifier.notify({ kind: "instance-state", name, state, priority: 100 });
  }

  /** Waits until the FIFO has a reader: the first line has come. */
  async reader(): Promise<void> {
    for (let i = 0; i < 100 && this.fifoLines.length === 0; i++) await sleep(20);
  }

  async stop(): Promise<void> {
    await this.notifier.stop();
    this.#reactor.stop();
    await this.#loop;
  }

  [Symbol.dispose](): void {
    this.#reactor[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }

  #read(name: string): readonly string[] {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
