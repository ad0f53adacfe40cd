/** BFD sessions on a real network, and what they do to virtual routers and real servers. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { bfdConf } from "./bfd_conf.ts";
import { instanceConf } from "./instance_conf.ts";
import { program } from "./program.ts";

const UP = /\(B1\) Entering Up state/;
const DOWN = /\(B1\) Entering Down state/;

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fd00::1/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fd00::2/64"] },
    { name: "c", addresses: ["192.0.2.3/24", "198.51.100.3/24"] },
    { name: "router", addresses: ["192.0.2.9/24", "198.51.100.9/24"] },
  ]);
  // All on one wire: the router must not say so.
  for (const on of ["all", "eth0"]) {
    lab.host("router").run(`sysctl -qw net.ipv4.conf.${on}.send_redirects=0`);
  }
  lab.host("router").run("sysctl -qw net.ipv4.ip_forward=1");
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) await daemon.stop();
  started = [];
});

function start(name: string, config: string, flags?: string): Daemon {
  const daemon = lab.start({ name, config, ...flags !== undefined && { flags } });
  started.push(daemon);
  return daemon;
}

type Status = {
  readonly discarded: Readonly<Record<string, number>>;
  readonly sessions: readonly {
    readonly local: {
      readonly state: string;
      readonly intervalS: number;
      readonly discriminator: number;
    };
    readonly remote?: { readonly intervalS: number };
    readonly polling: boolean;
    readonly counters: Readonly<Record<"sent" | "received" | "becameUp" | "becameDown", number>>;
  }[];
};

/** What `keepalived status --json` says of the BFD process. */
function status(daemon: Daemon): Status {
  const json = execFileSync(program, ["status", "--json", "-p", daemon.pidFile]);
  return JSON.parse(json.toString()).bfd as Status;
}

test("a virtual router moves when a session of its MASTER is down, and back when it is up", async () => {
  const c = start("c", bfdConf({ neighbor: "192.0.2.1" }));
  const a = start(
    "a",
    bfdConf({ neighbor: "192.0.2.3", source: "192.0.2.1" }) +
      instanceConf({ priority: 150, lines: ["track_bfd {\n B1\n }"] }),
  );
  const b = start("b", instanceConf({ priority: 100 }));
  // The first start of all: nothing has been compiled yet.
  await a.says(/Startup complete/, { withinMs: 60_000 });
  await a.says(/Received BFD event: instance B1 is in state Down/);
  await a.says(UP);
  await a.says(/Received BFD event: instance B1 is in state Up \(delivered in \d+ usec\)/);
  await a.says(/\(VI_1\) Entering MASTER STATE/);
  const from = b.log.length;
  await c.crash();
  await a.says(/Entering Down state \(Local diagnostic - Control Detection Time Expired, /);
  await a.says(/\(VI_1\) Entering FAULT STATE/);
  await b.says(/Entering MASTER STATE/, { from });
  await until("b holds the address", () => lab.host("b").holds("192.0.2.100"));
  const since = a.log.length;
  start("c", bfdConf({ neighbor: "192.0.2.1" }));
  await a.says(UP, { from: since });
  await a.says(/\(VI_1\) Entering MASTER STATE/, { from: since });
});

test("a real server with a BFD_CHECK leaves and comes back with its session", async () => {
  const server = `virtual_server 192.0.2.100 80 {
  protocol TCP
  real_server 192.0.2.3 80 {
    BFD_CHECK {
      name B1
    }
  }
}
`;
  const session = bfdConf({ neighbor: "192.0.2.3" });
  const a = start("a", session + server, "-nlGD --no-ipvs");
  await a.says(/BFD_CHECK on service \[192.0.2.3\]:tcp:80 failed: BFD session B1 is down/);
  const c = start("c", bfdConf({ neighbor: "192.0.2.1" }));
  await a.says(/BFD_CHECK on service \[192.0.2.3\]:tcp:80 succeeded/);
  await a.says(/Adding service \[192.0.2.3\]:tcp:80 to VS/);
  const from = a.log.length;
  assert.equal(await c.stop(), 0);
  await a.says(
    /Entering Down state \(Local diagnostic - Neighbor Signaled Session Down, Remote diagnostic - Administratively Down\)/,
    { from },
  );
  await a.says(/Removing service \[192.0.2.3\]:tcp:80 from VS/, { from });
});

test("over IPv6, and with one side that waits to be spoken to", async () => {
  const a = start(
    "a",
    bfdConf({ neighbor: "fd00::2", lines: ["passive"] }) +
      bfdConf({ name: "B2", neighbor: "192.0.2.3", lines: ["passive"] }),
  );
  await a.says(/Startup complete/);
  // Nobody speaks to a: not one word of it, however long.
  start("c", bfdConf({ neighbor: "192.0.2.1", lines: ["passive"] }));
  const b = start("b", bfdConf({ neighbor: "fd00::1", source: "fd00::2" }));
  await a.says(UP);
  await b.says(UP);
  const [one, two] = status(a).sessions;
  assert.equal(one?.local.state, "Up");
  assert.equal(two?.local.state, "Down");
  assert.deepEqual([two?.counters.sent, two?.counters.received], [0, 0]);
});

test("over a router: multihop with max_hops, and nothing without it", async () => {
  lab.host("a").run("ip route add 198.51.100.0/24 via 192.0.2.9");
  lab.host("c").run("ip route replace 192.0.2.1/32 via 198.51.100.9");
  try {
    const far = (lines: readonly string[]) =>
      bfdConf({ neighbor: "192.0.2.1", source: "198.51.100.3", lines });
    const near = (lines: readonly string[]) =>
      bfdConf({ neighbor: "198.51.100.3", source: "192.0.2.1", lines });
    const c = start("c", far(["multihop", "max_hops 1"]));
    const a = start("a", near(["multihop"]));
    await a.says(/Startup complete/);
    await until("packets are refused", () => (status(a).discarded["hop-limit"] ?? 0) > 0);
    assert.equal(status(a).sessions[0]?.local.state, "Down");
    a.configure(near(["multihop", "max_hops 1"]));
    a.signal("SIGHUP");
    await a.says(UP);
    await c.says(UP);
    // The other port is another session.
    const from = c.log.length;
    a.configure(near(["max_hops 1"]));
    a.signal("SIGHUP");
    await c.says(DOWN, { from });
  } finally {
    lab.host("a").run("ip route del 198.51.100.0/24 via 192.0.2.9");
    lab.host("c").run("ip route del 192.0.2.1/32 via 198.51.100.9");
  }
});

test("a reload changes intervals, and adds and removes sessions, without a flap", async () => {
  const b = start("b", bfdConf({ neighbor: "192.0.2.1" }));
  const c = start("c", bfdConf({ neighbor: "192.0.2.1" }));
  const first = bfdConf({ neighbor: "192.0.2.2" });
  const a = start("a", first);
  await a.says(UP);
  await b.says(UP);
  const { discriminator } = status(a).sessions[0]?.local ?? {};
  let from = a.log.length;
  a.configure(
    bfdConf({ neighbor: "192.0.2.2", interval: 250, multiplier: 4, lines: ["ttl 255"] }) +
      bfdConf({ name: "B2", neighbor: "192.0.2.3" }),
  );
  a.signal("SIGHUP");
  await a.says(/Reload: 1 BFD sessions added, 1 changed, 0 removed/, { from });
  await a.says(/\(B1\) Starting poll sequence/, { from });
  await a.says(/\(B2\) Entering Up state/, { from });
  await until("the new interval is agreed", () => {
    const { local, remote, polling } = status(a).sessions[0] ?? {};
    return polling === false && local?.intervalS === 0.25 && remote?.intervalS === 0.25;
  });
  assert.equal(status(a).sessions[0]?.local.discriminator, discriminator);
  from = a.log.length;
  a.configure(first);
  a.signal("SIGHUP");
  await a.says(/Reload: 0 BFD sessions added, 1 changed, 1 removed/, { from });
  await c.says(DOWN);
  await until("the old interval is agreed", () => {
    const { local, polling } = status(a).sessions[0] ?? {};
    return polling === false && local?.intervalS === 0.1;
  });
  assert.deepEqual([...a.lines(DOWN), ...b.lines(DOWN)], []);
  assert.equal(status(a).sessions[0]?.counters.becameDown, 0);
});

test("a BFD process that is killed has a successor; meanwhile its sessions are down", async () => {
  start("c", bfdConf({ neighbor: "192.0.2.1" }));
  const a = start(
    "a",
    bfdConf({ neighbor: "192.0.2.3" }) +
      instanceConf({ lines: ["track_bfd {\n B1\n }"] }),
  );
  await a.says(/\(VI_1\) Entering MASTER STATE/);
  const pid = readFileSync(a.bfdPidFile, "utf8").trim();
  const from = a.log.length;
  lab.host("a").run(`kill -9 ${pid}`);
  await a.says(/BFD child process\(\d+\) died: Respawning/, { from });
  await a.says(/Received BFD event: instance B1 is in state Down/, { from });
  await a.says(/\(VI_1\) Entering FAULT STATE/, { from });
  await a.says(/\(VI_1\) Entering MASTER STATE/, { from });
  assert.notEqual(readFileSync(a.bfdPidFile, "utf8").trim(), pid);
});

test("the BFD process has the name, priority and memory that are configured for it", async () => {
  const settings = ["bfd_process_name my_bfd", "bfd_priority -4", "bfd_rt_priority 5"];
  const config = (lines: readonly string[]) =>
    `global_defs {\n  ${lines.join("\n  ")}\n}\n${bfdConf({ neighbor: "192.0.2.3" })}`;
  const a = start("a", config([...settings, "bfd_no_swap"]));
  await a.says(/Startup complete/);
  const proc = `/proc/${readFileSync(a.bfdPidFile, "utf8").trim()}`;
  const status = readFileSync(`${proc}/status`, "utf8");
  assert.match(status, /^Name:\tmy_bfd$/m);
  assert.ok(Number(/^VmLck:\s+(\d+)/m.exec(status)?.[1]) > 10_000, "little memory is locked");
  const stat = readFileSync(`${proc}/stat`, "utf8");
  // Fields 19, 40 and 41 of proc_pid_stat(5): nice, real-time priority and policy.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  assert.deepEqual([fields[19 - 3], fields[40 - 3], fields[41 - 3]], [-4, 5, 2]);
  assert.deepEqual(a.lines(/Cannot/), []);
  assert.equal(await a.stop(), 0);
});

test("-B: no BFD process, and what tracks sessions does without them", async () => {
  const a = start(
    "a",
    bfdConf({ neighbor: "192.0.2.3" }) +
      instanceConf({ lines: ["track_bfd {\n B1\n }"] }),
    "-nlGDB",
  );
  await a.says(/\(VI_1\) Entering MASTER STATE/);
  assert.deepEqual(a.lines(/BFD/), []);
});

test("a port that another program has is waited for", async () => {
  const taken = lab.host("a").start([
    "python3",
    "-c",
    "import socket,time\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n" +
    "s.bind(('',3784))\nprint('bound',flush=True)\ntime.sleep(600)",
  ]);
  await new Promise((resolve) => taken.stdout?.once("data", resolve));
  start("c", bfdConf({ neighbor: "192.0.2.1" }));
  const a = start("a", bfdConf({ neighbor: "192.0.2.3" }));
  await a.says(/Cannot listen for BFD on UDP port 3784 of IPv4, trying again: .*in use/);
  taken.kill("SIGKILL");
  await a.says(/Listening for BFD on UDP port 3784 of IPv4/);
  await a.says(UP);
});
