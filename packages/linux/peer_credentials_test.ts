import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { peerCredentials } from "./peer_credentials.ts";
import { AF_UNIX } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import { SOCK_STREAM } from "./socket_options.ts";

test("peerCredentials() tells process, user and groups of the other end", () => {
  const [one, other] = Socket.pair(AF_UNIX, SOCK_STREAM);
  using _one = one;
  using _other = other;
  const { pid, uid, gid, groups } = peerCredentials(one);
  assert.deepEqual([pid, uid, gid], [process.pid, process.getuid?.(), process.getgid?.()]);
  // Node adds the first group where it is not one of the others.
  assert.deepEqual(new Set([gid, ...groups]), new Set([gid, ...process.getgroups?.() ?? []]));
});
