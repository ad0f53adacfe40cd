/** Real-time priority, processors and memory of processes, through takeovers and scripts; and stalls. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

const SCHED_RR = 2;

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

test("the whole process has what is configured, its scripts have not, and a reload takes it back", async () => {
  const out = join(lab.folder, "out");
  const script = join(lab.folder, "script");
  // The own line of /proc, without a program between.
  const text = `#!/bin/sh\nread -r stat </proc/$$/stat; echo "$stat" >>${out}\n` +
    `grep Cpus_allowed_list /proc/$$/status >>${out}\n`;
  writeFileSync(script, text, { mode: 0o755 });
  const settings = [
    "vrrp_rt_priority 5",
    "vrrp_priority -4",
    "vrrp_cpu_affinity 0",
    "vrrp_no_swap",
    "vrrp_rlimit_rttime 1000000",
  ];
  const config = (lines: readonly string[]) =>
    `global_defs {\n  script_user root\n  ${lines.join("\n  ")}\n}\n` +
    instanceConf({ lines: [`notify ${script}`] });
  const daemon = lab.start({ name: "a", config: config(settings) });
  await daemon.says(/Entering MASTER STATE/);
  await until("both scripts have written", () => linesOf(out).length === 4);
  await sleep(1000); // Threads that start late have started.
  const threads = threadsOf(vrrp(daemon));
  assert.ok(threads.length > 3);
  assert.deepEqual(
    [
      ...new Set(
        threads.map(({ policy, priority, nice, cpus }) => [policy, priority, nice, cpus].join()),
      ),
    ],
    [[SCHED_RR, 5, -4, "0"].join()],
  );
  assert.ok(lockedKilobytes(vrrp(daemon)) > 10_000, "little memory is locked");
  assert.match(
    readFileSync(`/proc/${vrrp(daemon)}/limits`, "utf8"),
    /^Max realtime timeout +1000000 +6000000 /m,
  );
  const [stat = "", cpus] = linesOf(out);
  const own = readFileSync("/proc/self/status", "utf8");
  assert.equal(cpus, /^Cpus_allowed_list:.*$/m.exec(own)?.[0]);
  const { policy, nice } = scheduling(stat);
  assert.deepEqual([policy, nice], [0, 0]);

  daemon.configure(config([]));
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  assert.deepEqual(
    [
      ...new Set(
        threadsOf(vrrp(daemon)).map(({ policy, nice, cpus }) => [policy, nice, cpus].join()),
      ),
    ],
    [[0, 0, cpus?.split(/\s+/)[1]].join()],
  );
  assert.deepEqual(daemon.lines(/Cannot/), []);
  assert.equal(await daemon.stop(), 0);
});

test("the checker process has what is configured for it, and the VRRP process has not", async () => {
  const settings = [
    "checker_rt_priority 4",
    "checker_priority -3",
    "checker_cpu_affinity 0",
    "checker_no_swap",
    "checker_rlimit_rttime 900000",
  ];
  const config = (lines: readonly string[]) =>
    `global_defs {\n${lines.join("\n")}\n}\n${instanceConf()}` +
    "virtual_server 192.0.2.200 80 {\nlvs_method NAT\nprotocol TCP\n" +
    "real_server 192.0.2.1 80 {\n}\n}\n";
  const daemon = lab.start({ name: "a", config: config(settings), flags: "-nlGD --no-ipvs" });
  await daemon.says(/Startup complete/);
  const pid = Number(readFileSync(daemon.checkersPidFile, "utf8"));
  const kinds = (pid: number) => [
    ...new Set(threadsOf(pid).map((it) => [it.policy, it.priority, it.nice].join())),
  ];
  await until("all threads have it", () => kinds(pid).join(" ") === `${SCHED_RR},4,-3`);
  assert.deepEqual([...new Set(threadsOf(pid).map(({ cpus }) => cpus))], ["0"]);
  assert.ok(lockedKilobytes(pid) > 10_000, "little memory is locked");
  assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /^Max realtime timeout +900000 /m);
  assert.deepEqual(kinds(vrrp(daemon)), ["0,0,0"]);
  assert.equal(lockedKilobytes(vrrp(daemon)), 0);

  daemon.configure(config([]));
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  await until("nothing is left of it", () => kinds(pid).join(" ") === "0,0,0");
  assert.equal(lockedKilobytes(pid), 0);
  assert.deepEqual(daemon.lines(/Cannot/), []);
  assert.equal(await daemon.stop(), 0);
});

test("a stall is told with its length, and counted", async () => {
  const socket = join(lab.folder, "metrics.sock");
  const config = `global_defs {\nmetrics_socket ${socket}\n}\n${instanceConf()}`;
  const daemon = lab.start({ name: "a", config });
  await daemon.says(/Entering MASTER STATE/);
  const pid = vrrp(daemon);
  const stallMs = 1500;
  const told = () =>
    daemon.lines(/Timers came/).flatMap((line) => [...line.matchAll(/([\d.]+) (m?s)\b/g)])
      .map(([, number, unit]) => Number(number) * (unit === "s" ? 1000 : 1));
  // A line a while: on a busy machine another may have been first.
  for (let i = 0; i < 20 && Math.max(0, ...told()) < stallMs - 200; i++) {
    process.kill(pid, "SIGSTOP");
    await sleep(stallMs);
    process.kill(pid, "SIGCONT");
    await sleep(500);
  }
  const worst = Math.max(...told());
  assert.ok(worst >= stallMs - 200, `told: ${told()}`);
  assert.equal(vrrp(daemon), pid, "it was no longer than the watchdog waits");
  const text = lab.host("a").run(`curl -s --unix-socket ${socket} http://localhost/metrics`);
  const value = (name: string) =>
    Number(new RegExp(`^${name}\\{process="vrrp"\\} (\\S+)`, "m").exec(text)?.[1]);
  assert.ok(value("keepalived_process_late_timers_total") >= 1, text);
  assert.ok(value("keepalived_process_latest_timer_seconds") >= (stallMs - 200) / 1000, text);
  assert.equal(await daemon.stop(), 0);
});

function vrrp(daemon: Daemon): number {
  return Number(readFileSync(daemon.vrrpPidFile, "utf8"));
}

function lockedKilobytes(pid: number): number {
  return Number(/^VmLck:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n");
  } catch {
    return []; // Nothing was written yet.
  }
}

function threadsOf(pid: number) {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    const cpus = /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1];
    return { ...scheduling(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8")), cpus };
  });
}

/** Fields 19, 40 and 41 of `proc_pid_stat(5)`; the second may contain spaces. */
function scheduling(stat: string) {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return { nice: fields[19 - 3], priority: fields[40 - 3], policy: fields[41 - 3] };
}
