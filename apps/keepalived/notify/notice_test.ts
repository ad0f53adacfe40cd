import assert from "node:assert/strict";
import { test } from "node:test";
import type { SyncGroupConfig, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { NotifyEvent } from "./event.ts";
import { noticeOf } from "./notice.ts";

const command = (word: string) => ({ argv: [`/bin/${word}`, "given"], user: "web" });
const notify = {
  any: command("any"),
  active: command("active"),
  backup: command("backup"),
  fault: command("fault"),
  stop: command("stop"),
  deleted: command("deleted"),
  contested: command("contested"),
  lowerPriorityReceived: command("lower"),
};
const rich = { notify, notifyDeleted: true, notifyContested: true, notifyPriorityChanges: true };
const poor = {
  notify: {},
  notifyDeleted: false,
  notifyContested: false,
  notifyPriorityChanges: false,
};
const silent = {
  ...rich,
  notifyDeleted: false,
  notifyContested: false,
  notifyPriorityChanges: false,
};

/** Each event: its line, and the commands of a configuration that has all. */
const table: readonly (readonly [NotifyEvent, string, readonly string[]])[] = [
  [
    { kind: "instance-state", name: "A", state: "active", priority: 150 },
    'INSTANCE "A" MASTER 150\n',
    ["/bin/active given", "/bin/any given INSTANCE A MASTER 150"],
  ],
  [
    { kind: "instance-state", name: "A", state: "backup", priority: 150 },
    'INSTANCE "A" BACKUP 150\n',
    ["/bin/backup given", "/bin/any given INSTANCE A BACKUP 150"],
  ],
  [
    { kind: "instance-state", name: "A", state: "fault", priority: 150 },
    'INSTANCE "A" FAULT 150\n',
    ["/bin/fault given", "/bin/any given INSTANCE A FAULT 150"],
  ],
  [
    { kind: "group-state", name: "G", state: "active" },
    'GROUP "G" MASTER 0\n',
    ["/bin/active given", "/bin/any given GROUP G MASTER 0"],
  ],
  [
    { kind: "group-stopped", name: "G" },
    'GROUP "G" STOP 0\n',
    ["/bin/stop given", "/bin/any given GROUP G STOP 0"],
  ],
  [
    { kind: "stopped", name: "A", priority: 1 },
    'INSTANCE "A" STOP 1\n',
    ["/bin/stop given", "/bin/any given INSTANCE A STOP 1"],
  ],
  [
    { kind: "deleted", name: "A", priority: 1 },
    'INSTANCE "A" DELETED 1\n',
    ["/bin/deleted given", "/bin/any given INSTANCE A DELETED 1"],
  ],
  [
    { kind: "lower-priority-received", name: "A", priority: 1 },
    'INSTANCE "A" MASTER_RX_LOWER_PRI 1\n',
    ["/bin/lower given"],
  ],
  [
    { kind: "priority", name: "A", state: "active", priority: 9 },
    'INSTANCE "A" MASTER_PRIORITY 9\n',
    [],
  ],
  [
    { kind: "priority", name: "A", state: "backup", priority: 9 },
    'INSTANCE "A" BACKUP_PRIORITY 9\n',
    [],
  ],
  [
    { kind: "contested", name: "A", priority: 9 },
    'INSTANCE "A" CONTESTED 9\n',
    ["/bin/contested given", "/bin/any given INSTANCE A CONTESTED 9"],
  ],
  [
    { kind: "uncontested", name: "A", priority: 9 },
    'INSTANCE "A" UNCONTESTED 9\n',
    ["/bin/any given INSTANCE A UNCONTESTED 9"],
  ],
];

for (const [event, line, commands] of table) {
  test(`noticeOf() says ${line.trimEnd()}`, () => {
    const notice = noticeOf(event, listeners(rich));
    assert.ok(notice !== undefined);
    assert.equal(`${notice.line}\n`, line);
    assert.deepEqual(notice.commands.map(({ argv }) => argv.join(" ")), commands);
    for (const { user } of notice.commands) assert.equal(user, "web");
  });

  test(`noticeOf() runs nothing for ${line.trimEnd()} if nothing is configured`, () => {
    assert.deepEqual(noticeOf(event, listeners(poor))?.commands ?? [], []);
  });
}

test("noticeOf() says what becomes of virtual and real servers as the C daemon does", () => {
  const virtualServer = "[192.0.2.1]:tcp:80";
  const none = listeners(poor);
  const server = { kind: "real-server", name: "[10.0.0.1]:tcp:80", virtualServer } as const;
  assert.deepEqual(noticeOf({ ...server, up: true, command: command("up") }, none), {
    about: "RS",
    name: "[10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80",
    line: "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 UP",
    topic: "state",
    commands: [command("up")],
  });
  assert.equal(
    noticeOf({ ...server, up: false }, none)?.line,
    "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN",
  );
  const quorum = { kind: "virtual-server", name: "FWM 5", up: false } as const;
  assert.deepEqual(noticeOf(quorum, none), {
    about: "VS",
    name: "FWM 5",
    line: "VS FWM 5 DOWN",
    topic: "state",
    commands: [],
  });
});

test("noticeOf() says of what has to be asked for only what is asked for", () => {
  const of = (event: NotifyEvent) => noticeOf(event, listeners(silent));
  const deleted = of({ kind: "deleted", name: "A", priority: 1 });
  assert.equal(deleted?.line, 'INSTANCE "A" FAULT 1');
  assert.deepEqual(deleted?.commands.map(({ argv }) => argv.join(" ")), [
    "/bin/any given INSTANCE A FAULT 1",
  ]);
  for (const kind of ["contested", "uncontested"] as const) {
    assert.equal(of({ kind, name: "A", priority: 1 }), undefined);
  }
  assert.equal(of({ kind: "priority", name: "A", state: "active", priority: 1 }), undefined);
});

test("noticeOf() says nothing of the priority in FAULT, nor of what is not configured", () => {
  const of = (event: NotifyEvent) => noticeOf(event, listeners(rich));
  assert.equal(of({ kind: "priority", name: "A", state: "fault", priority: 1 }), undefined);
  assert.equal(of({ kind: "stopped", name: "X", priority: 1 }), undefined);
  assert.equal(of({ kind: "group-state", name: "X", state: "fault" }), undefined);
});

function listeners(settings: Partial<VrrpInstanceConfig>) {
  return {
    instance: (name: string) => name === "A" ? settings as VrrpInstanceConfig : undefined,
    group: (name: string) => name === "G" ? settings as SyncGroupConfig : undefined,
  };
}
