import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeMachine } from "./fake_machine.ts";
import { runAs, Runners } from "./runner.ts";

const web = { uid: 33, gid: 33 };

test("Runners finds the user, his group or another, and says who is missing", () => {
  const runners = new Runners(fakeMachine({}));
  assert.deepEqual(runners.find({ user: "web" }), web);
  assert.deepEqual(runners.find({ user: "web", group: "nobody" }), { uid: 33, gid: 65534 });
  assert.equal(runners.find({ user: "none" }), "there is no user 'none'");
  assert.equal(runners.find({ user: "web", group: "none" }), "there is no group 'none'");
});

test("Runners takes keepalived_script if no user is given, and else the daemon", () => {
  const userOf = (name: string) => name === "keepalived_script" ? web : undefined;
  assert.deepEqual(new Runners(fakeMachine({}, { userOf })).find({}), web);
  assert.deepEqual(new Runners(fakeMachine({})).find({}), { uid: 0, gid: 0 });
});

test("Runners asks once, and again when refreshed", () => {
  const asked: string[] = [];
  const accounts = new Map<string, typeof web>();
  const userOf = (name: string) => {
    asked.push(name);
    return accounts.get(name);
  };
  const runners = new Runners(fakeMachine({}, { userOf }));
  assert.equal(runners.find({ user: "new" }), "there is no user 'new'");
  assert.equal(runners.find({ user: "new" }), "there is no user 'new'");
  accounts.set("new", web);
  runners.refresh();
  assert.deepEqual(asked, ["new", "new"]);
  assert.deepEqual(runners.find({ user: "new" }), web);
  assert.deepEqual(asked, ["new", "new"]);
});

test("runAs() drops all groups but one, or takes those of the user", () => {
  const start = ["setpriv", "--reuid=33", "--regid=33"];
  assert.deepEqual(runAs(["/a", "-b"], web, false), [...start, "--clear-groups", "--", "/a", "-b"]);
  assert.deepEqual(runAs(["/a", "-b"], web, true), [...start, "--init-groups", "--", "/a", "-b"]);
});
