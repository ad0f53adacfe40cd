import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import {
  decodeProcessEvents,
  leaveNamespace,
  openProcessEvents,
  type ProcessEvent,
  ReceiveBuffer,
  receiveNetlink,
} from "@keepalived/linux";

/** Settings of the whole machine are shown in the kernel's first network namespace only. */
const first = existsSync("/proc/sys/net/core/netdev_max_backlog");

test("the process connector tells how a program starts, is renamed and ends, or is not there", () => {
  // The kernel has it in its first network namespace only, which a container does not see.
  if (!first) return assert.throws(() => openProcessEvents(), { code: "ECONNREFUSED" });
  using socket = openProcessEvents();
  const { pid, status } = spawnSync("sh", ["-c", "printf abc >/proc/self/comm; exec sleep 0.01"]);
  assert.equal(status, 0);
  const buffer = new ReceiveBuffer();
  const events: ProcessEvent[] = [];
  for (let got = receiveNetlink(socket, buffer); got; got = receiveNetlink(socket, buffer)) {
    if (got.kind === "data") events.push(...decodeProcessEvents(got.bytes));
  }
  const own = events.filter((event) => event.pid === pid);
  assert.deepEqual(own.map(({ kind }) => kind), [
    "forked",
    "executed",
    "renamed",
    "executed",
    "exited",
  ]);
  assert.deepEqual(own[2], { kind: "renamed", pid, name: "abc" });
  assert.ok(own[0]?.kind === "forked" && own[0].parent === process.pid);
});

test("the process connector is refused in a network namespace of its own", () => {
  leaveNamespace();
  assert.throws(() => openProcessEvents(), { code: "ECONNREFUSED", syscall: "sendto" });
});
