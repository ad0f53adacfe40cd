/** Dumps on signals, beside those of the installed C daemon: the same sections, labels and order. */

import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { sendSignal, SIGRTMAX, SIGRTMIN, SIGUSR1, SIGUSR2 } from "@keepalived/linux";
import { after, before, test } from "node:test";
import { Lab, until } from "../../tools/lab/lab.ts";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { instanceConf } from "./instance_conf.ts";

const SIGNAL_JSON = SIGRTMIN + 2;
const SIGNAL_STATS_CLEAR = SIGRTMAX - 1;

/** What the C daemon 2.2.7 understands, and is the same for both wherever they run. */
const config = `global_defs {
  router_id R
  enable_script_security
  script_user root
  dynamic_interfaces
  notification_email {
    ops@example.net
  }
  notification_email_from k@example.net
  smtp_server 192.0.2.25
  smtp_helo_name me
  process_names
}
static_ipaddress {
  10.9.9.9/32 dev eth0
}
static_routes {
  10.9.0.0/24 via 192.0.2.9 dev eth0 metric 20 mtu lock 1400
}
static_rules {
  from 10.9.9.9 table 100 priority 900
}
vrrp_script chk {
  script "/usr/bin/true"
  interval 1
  timeout 3
  weight 2 reverse
  rise 2
  fall 3
}
vrrp_script bad {
  script "/usr/bin/false"
  interval 1
  timeout 3
}
track_file tf {
  file /dev/null
  weight 1
}
vrrp_sync_group G {
  group {
    A
    C
  }
  notify_master "/usr/bin/true"
  notify "/usr/bin/true a"
}
vrrp_instance A {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 1
  version 2
  authentication {
    auth_type PASS
    auth_pass secret
  }
  virtual_ipaddress {
    192.0.2.100/24 label eth0:1
    192.0.2.101 scope link
    192.0.2.102/24 brd 192.0.2.255 no_track
  }
  virtual_ipaddress_excluded {
    192.0.2.150/32
    2001:db8::77/64 home
  }
  virtual_routes {
    198.51.100.0/24 via 192.0.2.9 dev eth0 metric 20
    blackhole 203.0.113.0/24 no_track
  }
  virtual_rules {
    from 192.0.2.100 table 100 priority 1000
    not from 10.0.0.7 blackhole priority 1002
  }
  notify "/usr/bin/true x y"
  notify_master "/usr/bin/true"
  notify_backup "/usr/bin/true"
  notify_fault "/usr/bin/true"
  notify_stop "/usr/bin/true"
  notify_master_rx_lower_pri "/usr/bin/true"
  promote_secondaries
  smtp_alert
}
vrrp_instance C {
  interface eth0
  virtual_router_id 52
  priority 150
  version 3
  advert_int 0.5
  virtual_ipaddress {
    fe80::1:1
    2001:db8::1/64
  }
}
vrrp_instance U {
  interface eth0
  virtual_router_id 53
  priority 200
  version 3
  unicast_src_ip 192.0.2.1
  check_unicast_src
  nopreempt
  unicast_peer {
    192.0.2.7 min_ttl 2 max_ttl 10
    192.0.2.8
  }
  virtual_ipaddress {
    192.0.2.103/24
  }
  track_script {
    chk weight 5
  }
}
vrrp_instance B {
  interface eth0
  virtual_router_id 54
  garp_master_delay 2
  garp_master_repeat 3
  priority 90
  version 3
  preempt_delay 5
  virtual_ipaddress {
    192.0.2.104/24
  }
  track_file {
    tf
  }
}
vrrp_instance V {
  interface eth0
  virtual_router_id 55
  use_vmac vr55
  priority 110
  version 3
  virtual_ipaddress {
    192.0.2.105/24
  }
}
vrrp_instance F {
  interface eth0
  virtual_router_id 56
  priority 90
  version 3
  track_script {
    bad
  }
  virtual_ipaddress {
    192.0.2.106/24
  }
}
`;

/** The same addresses in both networks: the dumps may be compared. */
let labs: Readonly<Record<Implementation, Lab>>;
let texts: Readonly<Record<Implementation, ReadonlyMap<string, string>>>;

before(async () => {
  const lab = () =>
    Lab.create([
      { name: "a", addresses: ["192.0.2.1/24", "2001:db8::50/64"] },
      { name: "m", addresses: ["192.0.2.2/24"] },
    ]);
  labs = { ours: await lab(), c: await lab() };
  const [ours, c] = await Promise.all((["ours", "c"] as const).map(collect));
  assert.ok(ours !== undefined && c !== undefined);
  texts = { ours, c };
});
after(async () => {
  await labs.ours[Symbol.asyncDispose]();
  await labs.c[Symbol.asyncDispose]();
});

test("the same files, readable by their owner alone", () => {
  const names = [
    "keepalived.data",
    "keepalived.json",
    "keepalived.stats",
    "keepalived_parent.data",
  ];
  assert.deepEqual([...texts.ours.keys()].toSorted(), names);
  assert.deepEqual([...texts.c.keys()].toSorted(), names);
  for (const { folder } of Object.values(labs)) {
    for (const name of names) assert.equal(statSync(join(folder, "dumps", name)).mode, 0o100600);
  }
});

test("keepalived.stats is the same text but for the numbers, and what 2.2.7 does not count", () => {
  const extension = /^ {2}Authentication Extension Errors:\n(?: {4}.*\n)+/gm;
  const masked = (text: string) => text.replace(/\d+$/gm, "N");
  assert.equal(
    masked(textOf("ours", "keepalived.stats").replace(extension, "")),
    masked(textOf("c", "keepalived.stats")),
  );
});

test("keepalived.json has the same fields, of the same types and in the same order", () => {
  const [ours, c] = (["ours", "c"] as const).map((which) =>
    JSON.parse(textOf(which, "keepalived.json")) as readonly Element[]
  );
  assert.ok(ours !== undefined && c !== undefined);
  assert.deepEqual(ours.map(({ data }) => data["iname"]), c.map(({ data }) => data["iname"]));
  for (const [i, { data, stats }] of ours.entries()) {
    const theirs: Element | undefined = c[i];
    assert.ok(theirs !== undefined);
    assert.deepEqual(shape(data), shape(theirs.data), String(data["iname"]));
    const known = Object.fromEntries(
      Object.entries(stats).filter(([name]) => !name.startsWith("auth_ext_")),
    );
    assert.deepEqual(shape(known), shape(theirs.stats));
    for (const name of fixed) {
      const expected = maskedValue(theirs.data[name]);
      assert.deepEqual(maskedValue(data[name]), expected, `${data["iname"]} ${name}`);
    }
  }
});

test("keepalived.data: sections, labels and order are those of the C daemon", () => {
  const [ours, c] = (["ours", "c"] as const).map((which) =>
    sections(textOf(which, "keepalived.data"))
  );
  assert.ok(ours !== undefined && c !== undefined);
  assert.deepEqual([...ours.keys()], [...c.keys()]);
  for (const [section, lines] of ours) {
    const theirs: readonly string[] = (c.get(section) ?? []).filter((line) => !isOnlyTheirs(line));
    const known = lines.filter((line) => !isOnlyOurs(line));
    // Unicast and multicast share sockets of ours.
    if (section !== "VRRP Sockpool") assert.deepEqual(known, theirs, section);
    else for (const line of known) assert.ok(theirs.includes(line), line);
  }
});

test("keepalived_parent.data begins as that of the C daemon", () => {
  const [ours, c] = (["ours", "c"] as const).map((which) =>
    sections(textOf(which, "keepalived_parent.data")).get("Global definitions")
  );
  assert.deepEqual(
    ours?.filter((line) => !isOnlyOurs(line)),
    c?.filter((line) => !isOnlyTheirs(line)),
  );
});

test("SIGRTMAX-1 writes the counters, and from then on they begin at 0", async () => {
  const { daemon, folder } = await running("d");
  const sent = () =>
    Number(/Sent: (\d+)/.exec(readFileSync(join(folder, "keepalived.stats"), "utf8"))?.[1]);
  sendSignal(daemon.pid, SIGNAL_STATS_CLEAR);
  await daemon.says(/Printing and clearing VRRP stats for process\(\d+\) on signal/);
  await until("the file is there", () => existsSync(join(folder, "keepalived.stats")));
  const before = sent();
  assert.ok(before > 0);
  sendSignal(daemon.pid, SIGUSR2);
  await daemon.says(/Printing VRRP stats/);
  await until("the counters began anew", () =>
    sent() < before + 5 && /master: 0/.test(
      readFileSync(join(folder, "keepalived.stats"), "utf8"),
    ));
  assert.equal(await daemon.stop(), 0);
});

test("json_version 3 is everything, other places are heeded, and no link is followed", async () => {
  const { daemon, folder } = await running(
    "e",
    `global_defs {\njson_version 3\nstate_dump_file FOLDER/state.data\njson_dump_file FOLDER/all.json\n}\n`,
  );
  writeFileSync(join(folder, "victim"), "precious");
  symlinkSync(join(folder, "victim"), join(folder, "all.json"));
  sendSignal(daemon.pid, SIGNAL_JSON);
  await until("it is written", () => statSync(join(folder, "all.json")).size > 100);
  const { version, vrrp } = JSON.parse(readFileSync(join(folder, "all.json"), "utf8"));
  assert.deepEqual([version, vrrp.instances[0].name], [3, "VI_1"]);
  assert.equal(readFileSync(join(folder, "victim"), "utf8"), "precious");
  sendSignal(daemon.pid, SIGUSR1);
  await until("the data too", () => existsSync(join(folder, "state.data")));
  assert.deepEqual(
    readdirSync(folder).toSorted(),
    ["all.json", "state.data", "state_parent.data", "victim"],
  );
  assert.equal(await daemon.stop(), 0);
});

test("a dump that cannot be written is said, and the daemon goes on", async () => {
  const { daemon, folder } = await running("f");
  mkdirSync(join(folder, "keepalived.json"));
  sendSignal(daemon.pid, SIGNAL_JSON);
  await daemon.says(/Cannot write a dump: .*keepalived\.json: it is a directory/);
  sendSignal(daemon.pid, SIGUSR2);
  await until("the next one is there", () => existsSync(join(folder, "keepalived.stats")));
  assert.deepEqual(readdirSync(folder).toSorted(), ["keepalived.json", "keepalived.stats"]);
  // Sent to the wrong process they are no harm.
  const child = Number(readFileSync(daemon.vrrpPidFile, "utf8"));
  for (const signal of [SIGNAL_JSON, SIGNAL_STATS_CLEAR, SIGUSR1, SIGUSR2]) {
    sendSignal(child, signal);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(daemon.lines(/Respawning/), []);
  assert.equal(await daemon.stop(), 0);
});

type Element = {
  readonly data: Readonly<Record<string, unknown>>;
  readonly stats: Readonly<Record<string, unknown>>;
};

/** Fields of `data` whose values are the same in both. */
const fixed = [
  "iname",
  "dont_track_primary",
  "skip_check_adv_addr",
  "strict_mode",
  "vmac_ifname",
  "ifp_ifname",
  "master_priority",
  "garp_delay",
  "garp_refresh",
  "garp_rep",
  "garp_refresh_rep",
  "garp_lower_prio_delay",
  "garp_lower_prio_rep",
  "lower_prio_no_advert",
  "higher_prio_send_advert",
  "vrid",
  "base_priority",
  "effective_priority",
  "vipset",
  "promote_secondaries",
  "adver_int",
  "master_adver_int",
  "accept",
  "nopreempt",
  "preempt_delay",
  "state",
  "wantstate",
  "version",
  "smtp_alert",
  "notify_deleted",
  "script_backup",
  "script_master",
  "script_fault",
  "script_stop",
  "script",
  "script_master_rx_lower_pri",
  "vips",
  "evips",
  "vroutes",
  "vrules",
  "track_ifp",
  "track_script",
  "auth_type",
] as const;

/** Names of fields with the types of their values. */
function shape(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(fields).map(([name, value]) =>
    `${name}: ${Array.isArray(value) ? "list" : typeof value}`
  );
}

/** The lines of each section, with what differs between two runs masked. */
function sections(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const title = /^------< (.*) >------$/.exec(line)?.[1];
    if (title === undefined) lines.push(masked(line));
    else found.set(title, lines = []);
  }
  return found;
}

function maskedValue(value: unknown): unknown {
  return Array.isArray(value) ? value.map((one) => masked(String(one))) : value;
}

function masked(line: string): string {
  return line
    .replace(/\d+\.\d+ \(\w{3} \w{3} .*\)/, "TIME")
    .replace(/(fd_in\W+|fd_out\W+)\d+/g, "$1N")
    .replace(/(usecs|index = |ifindex )\d+|\d+ (?=usecs)/g, "$1N")
    .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, "MAC")
    .replace(/fe80::[0-9a-f:]{6,}/g, "LINKLOCAL")
    .replace(/(Password = ).*/, "$1SECRET")
    // The parent of the C daemon does not know yet what becomes of what is not set.
    .replace(/ 4294967295$/, " 5")
    // What the C daemon knows of an instance that has none, it says to some of them.
    .replace(/^( {3}Flags:) none/, "$1")
    .replace(/ proto 18 no_track/, " no_track") // docs/differences.md
    .replace(/(fe80::1:1 dev eth0 scope )link/, "$1global")
    .replace(/ +$/, "");
}

/** Lines of the C daemon about what we have not, or know only at other places. */
function isOnlyTheirs(line: string): boolean {
  return [
    /^ {3}Seen up = /,
    /^ {3}(Reset|Original) /,
    /^ {3}rp_filter /,
    /^ {3}Not IPv6 forwarding/,
    /^ libnftnl version/,
    /^ nftables (table name|base chain priority|don't force)/,
    /^ {3}Gratuitous ARP interval/,
    /^ Default interface/,
  ].some((pattern) => pattern.test(line));
}

/** Lines that we add. */
function isOnlyOurs(line: string): boolean {
  return [/^ {3}Fault = /, /^ {3}Last run /, /^ Default interface/].some((it) => it.test(line));
}

function textOf(which: Implementation, name: string): string {
  const text = texts[which].get(name);
  assert.ok(text !== undefined, `${which} wrote no ${name}`);
  return text;
}

/** Runs a daemon until it is MASTER, and collects its dumps. */
async function collect(which: Implementation): Promise<ReadonlyMap<string, string>> {
  const lab = labs[which];
  const folder = join(lab.folder, "dumps");
  mkdirSync(folder);
  const master = lab.start({
    name: "m",
    config: instanceConf({
      name: "B",
      virtualRouterId: 54,
      priority: 120,
      interval: 1,
      addresses: ["192.0.2.104/24"],
    }),
  });
  await master.says(/Entering MASTER STATE/);
  const daemon = lab.start({
    name: "a",
    implementation: which,
    config,
    wrapper: ["env", `TMPDIR=${folder}`],
  });
  for (const name of ["A", "C", "U", "V"]) {
    await daemon.says(new RegExp(`\\(${name}\\) Entering MASTER STATE`));
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const signal of [SIGUSR1, SIGUSR2, SIGNAL_JSON]) {
    sendSignal(daemon.pid, signal);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  assert.equal(await daemon.stop(), 0);
  return new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

/** A MASTER with its own folder for dumps. */
async function running(
  name: string,
  globals = "",
): Promise<{ readonly daemon: Daemon; readonly folder: string }> {
  const lab = labs.ours;
  const folder = join(lab.folder, `dumps-${name}`);
  mkdirSync(folder);
  const daemon = lab.start({
    name,
    config: globals.replaceAll("FOLDER", folder) + instanceConf(),
    wrapper: ["env", `TMPDIR=${folder}`],
  }, "a");
  await daemon.says(/Entering MASTER STATE/);
  return { daemon, folder };
}
