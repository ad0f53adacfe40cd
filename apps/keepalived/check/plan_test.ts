import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "./plan.ts";
import { configOf, virtualServerText } from "./testing/stage.ts";

const tcp = (lines = "") => `TCP_CHECK {\n${lines}\n}\n`;

function servers(checkers: string) {
  const [virtualServer] = configOf(virtualServerText("", { "10.0.0.1": checkers })).virtualServers;
  return virtualServer?.realServers ?? [];
}

const idsOf = (plan: ReturnType<typeof planOf>) => plan[0]?.checkers.map(({ id }) => id);

test("planOf() numbers the checkers of a server by kind", () => {
  const plan = planOf(servers(tcp() + tcp("connect_port 81") + "PING_CHECK {\n}\n"));
  assert.deepEqual(plan.map(({ id }) => id), ["10.0.0.1 80"]);
  assert.deepEqual(idsOf(plan), ["tcp 1", "tcp 2", "ping 1"]);
});

test("planOf() finds checkers again by what they check, whatever their order and times", () => {
  const plan = planOf(servers(tcp() + tcp("connect_port 81")));
  const turned = tcp("connect_port 81\nretry 7") + tcp("delay_loop 9") + tcp("connect_port 82");
  assert.deepEqual(idsOf(planOf(servers(turned), plan)), ["tcp 2", "tcp 1", "tcp 3"]);
});

test("planOf() gives the id of one that went to the next that comes", () => {
  const plan = planOf(servers(tcp() + tcp("connect_port 81")));
  const other = planOf(servers(tcp("connect_port 81") + tcp("connect_port 82")), plan);
  assert.deepEqual(idsOf(other), ["tcp 2", "tcp 1"]);
});

test("planOf() tells checkers that check the same apart by their order", () => {
  const plan = planOf(servers(tcp() + tcp()));
  assert.deepEqual(idsOf(plan), ["tcp 1", "tcp 2"]);
  assert.deepEqual(idsOf(planOf(servers(tcp() + tcp() + tcp()), plan)), [
    "tcp 1",
    "tcp 2",
    "tcp 3",
  ]);
});
