import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Config } from "@keepalived/keepalived-config";
import { Reactor } from "@keepalived/reactor";
import type { ToldState } from "./event.ts";
import type { Delivery } from "./delivery.ts";
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
  using town = new Town({ A: ["quick"], B: ["quick"] }, { group: "G" });
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
  assert.ok(tookMs > 2900 && tookMs < 15_000, `${tookMs}`);
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

test("where it is wanted, only the last state waits for a script that runs", async () => {
  using town = new Town({ A: ["slow"] }, { notify: { coalesce: true } });
  for (const state of ["backup", "active", "fault", "backup", "active"] as const) {
    town.tell("A", state);
  }
  await town.stop();
  assert.deepEqual(town.lines, ["+A BACKUP", "-A BACKUP", "+A MASTER", "-A MASTER"]);
});

test("what is no state does not take the place of one that waits", async () => {
  using town = new Town({ A: ["slow"] }, { notify: { coalesce: true } });
  town.tell("A", "backup");
  town.tell("A", "active");
  for (const kind of ["contested", "uncontested"] as const) {
    town.notifier.notify({ kind, name: "A", priority: 100 });
  }
  await town.stop();
  const begun = town.lines.filter((line) => line.startsWith("+"));
  assert.deepEqual(begun, ["+A BACKUP", "+A MASTER", "+A UNCONTESTED"]);
});

test("where a time is given, a script that takes longer is ended and the next one run", async () => {
  using town = new Town({ A: ["hanging"] }, { notify: { timeoutUs: 300_000 } });
  const begun = performance.now();
  town.tell("A", "active");
  town.notifier.notify({ kind: "stopped", name: "A", priority: 100 });
  await town.stop();
  assert.ok(performance.now() - begun < 2500);
  assert.deepEqual(town.lines, ["+A MASTER", "+A STOP", "-A STOP"]);
  assert.match(town.log[0] ?? "", /^\(A\) notify script .* was ended after 0.3 s$/);
});

test("mails and webhooks hear of a member even if its group has told the state already", async () => {
  const webhook = { url: "http://low/", timeoutUs: 1, retries: 0, headers: [] };
  const notify = { webhooks: [{ ...webhook, trust: { verify: true } }] };
  using town = new Town({ A: ["none"] }, { group: "G", notify, smtpAlert: true });
  town.notifier.notify({ kind: "group-state", name: "G", state: "active" });
  town.tell("A", "active");
  await town.stop();
  const [ofGroup, ofMember, ofStop] = town.deliveries.map(({ atMs: _, ...rest }) => rest);
  assert.deepEqual(ofGroup, { told: { kind: "group-state", name: "G", state: "MASTER" } });
  assert.deepEqual(ofMember, {
    mail: {
      subject: "[low] VRRP Instance A - Entering MASTER state",
      body: "=> VRRP Instance is now owning VRRP VIPs <=",
    },
    told: { kind: "instance-state", name: "A", state: "MASTER", priority: 100 },
  });
  assert.deepEqual(ofStop, { told: { kind: "group-stopped", name: "G" } });
});

test("states are repeated in FIFOs after a reload, groups first, only if that is configured", async () => {
  for (const writeStatesOnReload of [false, true]) {
    using town = new Town({ A: ["none"] }, { group: "G", writeStatesOnReload });
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

type Settings = {
  readonly group?: string;
  readonly writeStatesOnReload?: boolean;
  readonly notify?: Partial<Config["global"]["notify"]>;
  readonly smtpAlert?: boolean;
};

/** A notifier with instances that have generic scripts, and a FIFO that is read. */
class Town {
  readonly folder = mkdtempSync(join(tmpdir(), "keepalived-notify-"));
  readonly log: string[] = [];
  readonly deliveries: Delivery[] = [];
  readonly notifier: Notifier;
  readonly #reactor = new Reactor();
  readonly #loop: Promise<void>;

  constructor(
    instances: Readonly<Record<string, readonly Kind[]>>,
    { group, writeStatesOnReload = false, notify = {}, smtpAlert = false }: Settings = {},
  ) {
    for (const [kind, body] of Object.entries(bodies)) {
      const text = `#!/bin/sh\necho "+$2 $3" >>${this.folder}/out\n${body}\n` +
        `echo "-$2 $3" >>${this.folder}/out\n`;
      writeFileSync(this.script(kind), text, { mode: 0o755 });
    }
    this.notifier = new Notifier({
      reactor: this.#reactor,
      log: (_, text) => void this.log.push(text),
      ownFifo: "vrrp",
      deliver: (delivery) => void this.deliveries.push(delivery),
    });
    const notifyOf = (kind: Kind | undefined) =>
      kind === undefined || kind === "none"
        ? {}
        : { any: { argv: [this.script(kind)], user: "root" } };
    const path = join(this.folder, "fifo");
    const argv = ["sh", "-c", `cat "$1" >${this.folder}/read`, "reader"];
    this.notifier.configure({
      global: {
        umask: 0o177,
        scripts: { supplementaryGroups: false },
        fifos: { vrrp: { path, script: { argv, user: "root" } }, writeStatesOnReload },
        notify: { coalesce: false, webhooks: [], ...notify },
        routerId: "low",
        smtp: { server: { host: "mx", port: 25 }, recipients: ["a@example.com"] },
      },
      instances: Object.entries(instances).map(([name, [kind]]) => ({
        name,
        notifyContested: true,
        notify: notifyOf(kind),
        smtpAlert,
        ...(group === undefined ? {} : { syncGroup: group }),
      })),
      syncGroups: group === undefined ? [] : [{ name: group, notify: notifyOf("quick") }],
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
