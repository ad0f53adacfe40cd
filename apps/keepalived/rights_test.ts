import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capability } from "@keepalived/linux";
import { type OwnRights, wordsForRights } from "./rights.ts";

const nothing = new Set<Capability>();
const all = new Set<Capability>([
  "CAP_CHOWN",
  "CAP_SETPCAP",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_SYS_ADMIN",
  "CAP_SYS_NICE",
  "CAP_SYS_TIME",
]);

const root: OwnRights = {
  isRoot: true,
  inheritable: nothing,
  ambient: nothing,
  bounding: all,
};

test("wordsForRights() leaves root what the role needs, and programs what root has", () => {
  assert.deepEqual(wordsForRights("vrrp", root), [
    "setpriv",
    "--securebits=+noroot",
    "--inh-caps=+chown,+setpcap,+net_admin,+net_raw,+sys_nice",
    "--ambient-caps=+chown,+setpcap,+net_admin,+net_raw,+sys_nice",
    "--",
  ]);
});

test("wordsForRights() takes from root all that would let a process without programs have more", () => {
  assert.deepEqual(wordsForRights("bfd", root), [
    "setpriv",
    "--no-new-privs",
    "--securebits=+noroot",
    "--bounding-set=-chown,-setpcap,-net_admin,-sys_admin,-sys_time",
    "--inh-caps=+net_raw,+sys_nice",
    "--ambient-caps=+net_raw,+sys_nice",
    "--",
  ]);
});

test("wordsForRights() lets another user hand on what it was given, and no more", () => {
  const given = new Set<Capability>(["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE"]);
  const user = { isRoot: false, inheritable: given, ambient: given, bounding: all };
  assert.deepEqual(wordsForRights("vrrp", user), [
    "setpriv",
    "--inh-caps=+net_admin,+net_raw,-net_bind_service",
    "--ambient-caps=+net_admin,+net_raw,-net_bind_service",
    "--",
  ]);
  assert.deepEqual(wordsForRights("check", user), []);
  assert.deepEqual(wordsForRights("vrrp", { ...user, inheritable: nothing, ambient: nothing }), []);
});

test("wordsForRights() leaves root what it has where it may not change that", () => {
  const bounding = new Set<Capability>(["CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE"]);
  assert.deepEqual(wordsForRights("vrrp", { ...root, bounding }), []);
  assert.deepEqual(wordsForRights("bfd", { ...root, bounding }), [
    "setpriv",
    "--no-new-privs",
    "--",
  ]);
});

test("wordsForRights() leaves children the way into another namespace for IPVS", () => {
  const words = (netNamespaceIpvs: string) =>
    wordsForRights("check", root, { netNamespaceIpvs }).filter((it) => it.includes("+sys_admin"));
  assert.equal(words("blue").length, 2);
  assert.deepEqual(wordsForRights("check", root).filter((it) => it.includes("sys_admin")), []);
});
