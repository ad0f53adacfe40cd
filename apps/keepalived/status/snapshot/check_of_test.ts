import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, succeeded } from "@keepalived/checkers";
import { Stage, tcpCheck, virtualServerText } from "../../check/testing/stage.ts";
import { checkLines } from "../show/check_text.ts";
import { plain } from "../show/paint.ts";
import { checkSnapshot } from "./check_of.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";

const process = { pid: 7 } as ProcessSnapshot;

test("checkSnapshot() tells of virtual servers, their servers and checkers", async () => {
  const stage = new Stage(virtualServerText("sorry_server 10.0.0.9 80\nquorum 2", {
    "10.0.0.1": tcpCheck,
    "10.0.0.2": "weight 3\n",
  }));
  stage.answers.set(1, failed("refused", "connection refused"));
  await stage.start(1);
  const nowUs = stage.time.nowUs();
  const moment = { nowUs, unixMs: 1_000_000 };
  const sources = { balancers: [stage.balancer], programsIpvs: true };
  const full = checkSnapshot(sources, process, moment, "full");
  assert.deepEqual(JSON.parse(JSON.stringify(full)), full);
  const down = {
    name: "[10.0.0.1]:tcp:80",
    address: "10.0.0.1",
    port: 80,
    up: false,
    pending: false,
    weight: { configured: 1, effective: 1 },
    service: "in",
    checkers: [{
      keyword: "TCP_CHECK",
      up: false,
      assumed: false,
      attempts: 1,
      failures: 1,
      checkedAt: 1000,
      nextAt: 1001,
      lastFailure: "connection refused",
    }],
  };
  const virtualServer = {
    name: "[192.0.2.1]:tcp:80",
    up: true,
    weight: 3,
    quorum: 2,
    hysteresis: 0,
    suspended: false,
    sorryServer: { name: "[10.0.0.9]:tcp:80", active: false },
    counts: { servers: 2, up: 1, odd: 1 },
  };
  const up = {
    name: "[10.0.0.2]:tcp:80",
    address: "10.0.0.2",
    port: 80,
    up: true,
    pending: false,
    weight: { configured: 3, effective: 3 },
    service: "in",
    checkers: [],
  };
  assert.deepEqual(full, {
    process,
    programsIpvs: true,
    virtualServers: [{ ...virtualServer, servers: [down, up] }],
  });
  const summary = checkSnapshot(sources, process, moment, "summary");
  assert.deepEqual(summary.virtualServers, [{ ...virtualServer, servers: [down] }]);
});

test("of many servers that are down a summary tells how many, and of the first ones more", async () => {
  const addresses = Array.from({ length: 25 }, (_, i) => `10.0.0.${i + 1}`);
  const down = Object.fromEntries(addresses.map((it) => [it, `alpha\n${tcpCheck}`]));
  const stage = new Stage(virtualServerText("", { ...down, "10.0.1.1": "" }));
  await stage.start(0);
  const moment = { nowUs: stage.time.nowUs(), unixMs: 0 };
  const [told, ...others] = checkSnapshot(
    { balancers: [stage.balancer], programsIpvs: true },
    process,
    moment,
    "summary",
  ).virtualServers;
  assert.deepEqual(others, []);
  assert.deepEqual(told?.counts, { servers: 26, up: 1, odd: 25 });
  assert.deepEqual(told?.servers.map(({ address }) => address), addresses.slice(0, 20));
  const text = checkLines({ process, programsIpvs: true, virtualServers: [told] }, plain);
  assert.equal(text.at(-1), "  and 5 more");
  assert.equal(text.length, 2 + 20 + 1);
});

test("checkSnapshot() tells since when an attempt runs, and when the next one is due", async () => {
  const stage = new Stage(virtualServerText("", { "10.0.0.1": tcpCheck }));
  await stage.start(0.5);
  const moment = { nowUs: stage.time.nowUs(), unixMs: 500_000 };
  const checker = () =>
    checkSnapshot({ balancers: [stage.balancer], programsIpvs: false }, process, moment, "full")
      .virtualServers[0]?.servers[0]?.checkers[0];
  assert.deepEqual(checker(), {
    keyword: "TCP_CHECK",
    up: true,
    assumed: true,
    attempts: 0,
    failures: 0,
    nextAt: 500.5,
  });
  await stage.run(1);
  assert.deepEqual([checker()?.attempts, checker()?.runningSince], [1, 500.5]);
  stage.attempts[0]?.end(succeeded);
  assert.deepEqual([checker()?.runningSince, checker()?.checkedAt], [undefined, 501]);
});
