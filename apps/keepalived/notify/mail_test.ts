import assert from "node:assert/strict";
import { test } from "node:test";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { NotifyEvent } from "./event.ts";
import { mailOf } from "./mail.ts";
import type { Listeners } from "./notice.ts";

function told(
  event: NotifyEvent,
  { smtpAlert = true, notifyDeleted = false, ...smtp }: Record<string, unknown> = {},
): readonly string[] | undefined {
  const it = { smtpAlert, notifyDeleted };
  const listeners = { instance: () => it, group: () => it } as unknown as Listeners;
  const server = { host: "mx", port: 25 };
  const settings = { server, recipients: ["a@example.com"], noFaults: false, ...smtp };
  const global = { routerId: "LVS_A", smtp: settings } as unknown as GlobalConfig;
  const mail = mailOf(event, listeners, global);
  return mail && [mail.subject, mail.body];
}

const instance = { kind: "instance-state", name: "VI_1", priority: 100 } as const;
const server = {
  kind: "real-server",
  name: "[127.0.0.1]:tcp:8081",
  virtualServer: "[10.9.9.9]:tcp:80",
  up: false,
  mail: "TCP CHECK failed on service",
} as const;
const fault: NotifyEvent = { ...instance, state: "fault" };
const groupFault: NotifyEvent = { kind: "group-state", name: "G", state: "fault" };

/** As captured from the C daemon. */
const mails: readonly (readonly [NotifyEvent, string, string])[] = [
  [
    { ...instance, state: "active" },
    "[LVS_A] VRRP Instance VI_1 - Entering MASTER state",
    "=> VRRP Instance is now owning VRRP VIPs <=",
  ],
  [
    { ...instance, state: "backup" },
    "[LVS_A] VRRP Instance VI_1 - Entering BACKUP state",
    "=> VRRP Instance is no longer owning VRRP VIPs <=",
  ],
  [
    { kind: "deleted", name: "VI_2", priority: 100 },
    "[LVS_A] VRRP Instance VI_2 - Entering FAULT state",
    "=> VRRP Instance is no longer owning VRRP VIPs <=",
  ],
  [
    { kind: "group-state", name: "G", state: "active" },
    "[LVS_A] VRRP Group G - Entering MASTER state",
    "=> All VRRP group instances are now in MASTER state <=",
  ],
  [
    server,
    "[LVS_A] Realserver [127.0.0.1]:tcp:8081 of virtual server [10.9.9.9]:tcp:80 - DOWN",
    "=> TCP CHECK failed on service <=",
  ],
  [
    { kind: "virtual-server", name: "FWM 7", up: true, mail: "Gained quorum 1+0=1 <= 1" },
    "[LVS_A] Virtualserver FWM 7 - UP",
    "=> Gained quorum 1+0=1 <= 1 <=",
  ],
];

for (const [event, subject, body] of mails) {
  test(`mailOf() says '${subject}'`, () => assert.deepEqual(told(event), [subject, body]));
}

test("mailOf() says what was deleted by its name, if that is wanted", () => {
  const event: NotifyEvent = { kind: "deleted", name: "VI_2", priority: 100 };
  const [subject] = told(event, { notifyDeleted: true }) ?? [];
  assert.equal(subject, "[LVS_A] VRRP Instance VI_2 - Entering DELETED state");
});

test("mailOf() says nothing to those who do not want to hear it", () => {
  const all = [...mails.map(([event]) => event), fault, groupFault];
  for (const event of all) {
    assert.equal(told(event, { recipients: [] }), undefined);
    assert.equal(told(event, { server: undefined }), undefined);
    if (!("mail" in event)) assert.equal(told(event, { smtpAlert: false }), undefined);
  }
  assert.ok(told(fault) !== undefined && told(groupFault) !== undefined);
  assert.equal(told(fault, { noFaults: true }), undefined);
  assert.equal(told(groupFault, { noFaults: true }), undefined);
  assert.equal(told(server, { noCheckerMails: true }), undefined);
  const { mail: _, ...silent } = server;
  assert.equal(told(silent), undefined);
  assert.equal(told({ kind: "stopped", name: "VI_1", priority: 1 }), undefined);
});
