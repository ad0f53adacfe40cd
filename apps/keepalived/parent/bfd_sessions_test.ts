import assert from "node:assert/strict";
import { test } from "node:test";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import { BfdSessions } from "./bfd_sessions.ts";

function config(name: string, vrrp = true, checker = true): BfdInstanceConfig {
  return { name, notifies: { vrrp, checker } } as BfdInstanceConfig;
}

test("a session is down until it is reported, and children hear of those that are for them", () => {
  const sessions = new BfdSessions();
  sessions.configure([config("A"), config("V", true, false), config("C", false, true)]);
  const down = (name: string) => ({ name, up: false });
  assert.deepEqual(sessions.for("vrrp"), [down("A"), down("V")]);
  assert.deepEqual(sessions.for("check"), [down("A"), down("C")]);
  assert.deepEqual(sessions.for("bfd"), []);
  const up = { name: "V", up: true, atUs: 7 };
  assert.deepEqual(sessions.take([up]), [up]);
  assert.deepEqual(sessions.of("vrrp", [up]), [up]);
  assert.deepEqual(sessions.of("check", [up]), []);
  assert.deepEqual(sessions.for("vrrp"), [down("A"), up]);
});

test("only what is new of a session that is configured is passed on", () => {
  const sessions = new BfdSessions();
  sessions.configure([config("A")]);
  assert.deepEqual(sessions.take([{ name: "A", up: false }, { name: "other", up: true }]), []);
});

test("a reload keeps what is known, and a new session is down", () => {
  const sessions = new BfdSessions();
  sessions.configure([config("A"), config("B")]);
  sessions.take([{ name: "A", up: true }, { name: "B", up: true }]);
  sessions.configure([config("A"), config("C")]);
  assert.deepEqual(sessions.for("vrrp"), [{ name: "A", up: true }, { name: "C", up: false }]);
});

test("without the process that looks all are down", () => {
  const sessions = new BfdSessions();
  sessions.configure([config("A"), config("B")]);
  sessions.take([{ name: "A", up: true }]);
  assert.deepEqual(sessions.lose(), [{ name: "A", up: false }]);
  assert.deepEqual(sessions.lose(), []);
});
