/** Health checks with the daemon on a network of its own, without IPVS, beside real servers that come and go. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AF_INET, Descriptor, O_RDWR, SOCK_STREAM, Socket } from "@keepalived/linux";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { insideOf } from "../../tools/lab/inside.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { crash } from "../../tools/lab/processes.ts";
import { keepalived } from "./program.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([
    { name: "director", addresses: ["192.0.2.1/24"] },
    { name: "servers", addresses: [1, 2, 3].map((number) => `192.0.2.1${number}/24`) },
  ]);
  const log = join(lab.folder, "log.sh");
  writeFileSync(log, '#!/bin/sh\nlog=$1; shift; echo "$@" >>"$log"\n', { mode: 0o755 });
});
after(async () => await lab[Symbol.asyncDispose]());

const vs = "[192.0.2.100]:tcp:80";
const rs = (number: number) => `[192.0.2.1${number}]:tcp:80`;

test("servers that die and come back are told to FIFOs, scripts and the log", async () => {
  using site = new Site("story");
  site.up(1);
  site.up(2);
  const daemon = site.start(site.config([1, 2], "sorry_server 192.0.2.19 80"));
  await daemon.says(/Startup complete/);
  await site.hears(`VS ${vs} UP`);
  // The first check: both are there.
  await sleep(1200);
  site.down(1);
  await site.hears(`RS ${rs(1)} ${vs} DOWN`);
  site.down(2);
  await site.hears(`VS ${vs} DOWN`);
  site.up(1);
  await site.hears(`VS ${vs} UP`, 2);
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(site.lines, [
    `VS ${vs} UP`,
    `RS ${rs(1)} ${vs} DOWN`,
    `RS ${rs(2)} ${vs} DOWN`,
    `VS ${vs} DOWN`,
    `RS ${rs(1)} ${vs} UP`,
    `VS ${vs} UP`,
  ]);
  // Those of one server or quorum come in order.
  assert.deepEqual(site.scripts("quorum"), ["up", "down", "up"]);
  assert.deepEqual(site.scripts("1"), ["down", "up"]);
  assert.deepEqual(site.scripts("2"), ["down"]);
  assert.deepEqual(bare(daemon.lines(/\b(service|quorum|sorry|alive|IPVS)\b/)), [
    "IPVS is not programmed (--no-ipvs)",
    `Gained quorum 1+0=1 <= 2 for VS ${vs}`,
    `TCP_CHECK on service ${rs(1)} failed after 1 retries: connection refused`,
    `Removing service ${rs(1)} from VS ${vs}`,
    `TCP_CHECK on service ${rs(2)} failed after 1 retries: connection refused`,
    `Removing service ${rs(2)} from VS ${vs}`,
    `Lost quorum 1-0=1 > 0 for VS ${vs}`,
    `Adding sorry server [192.0.2.19]:tcp:80 to VS ${vs}`,
    `Removing alive servers from the pool for VS ${vs}`,
    `TCP_CHECK on service ${rs(1)} succeeded`,
    `Adding service ${rs(1)} to VS ${vs}`,
    `Gained quorum 1+0=1 <= 1 for VS ${vs}`,
    `Removing sorry server [192.0.2.19]:tcp:80 from VS ${vs}`,
    `Adding alive servers to the pool for VS ${vs}`,
  ]);
  assert.equal(existsSync(site.path("fifo")), true, "A FIFO of somebody else stays");
});

test("a reload keeps what is known of servers, tells of those that go, and starts new ones", async () => {
  using site = new Site("reload");
  site.up(1);
  site.up(3);
  const daemon = site.start(site.config([1, 2]));
  await site.hears(`RS ${rs(2)} ${vs} DOWN`);
  const from = daemon.log.length;
  daemon.configure(site.config([1, 2, 3], "lvs_sched wlc"));
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/, { from });
  await daemon.says(/Reload: 0 virtual servers added, 1 changed, 0 removed/, { from });
  await sleep(1500);
  assert.deepEqual(site.lines, [`VS ${vs} UP`, `RS ${rs(2)} ${vs} DOWN`]);
  daemon.configure(site.config([2, 3]));
  daemon.signal("SIGHUP");
  await site.hears(`RS ${rs(1)} ${vs} DOWN`);
  const again = daemon.log.length;
  const other = site.config([3]).replaceAll("192.0.2.100", "192.0.2.101");
  daemon.configure(other);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload: 1 virtual servers added, 0 changed, 1 removed/, { from: again });
  await daemon.says(/Removing Virtual Server \[192\.0\.2\.100\]:tcp:80/, { from: again });
  await site.hears("VS [192.0.2.101]:tcp:80 UP");
  assert.deepEqual(site.lines.slice(3), [
    `RS ${rs(3)} ${vs} DOWN`,
    `VS ${vs} DOWN`,
    "VS [192.0.2.101]:tcp:80 UP",
  ]);
  assert.equal(await daemon.stop(), 0);
});

test("omega: servers and quorum are down at the end; the process that is killed is started again", async () => {
  using site = new Site("omega");
  site.up(1);
  const daemon = site.start(site.config([1], "omega"));
  await site.hears(`VS ${vs} UP`);
  crash(Number(readFileSync(daemon.checkersPidFile, "utf8")));
  await daemon.says(/Healthcheck child process.* died/);
  await site.hears(`VS ${vs} UP`, 2);
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(site.lines.slice(2), [`RS ${rs(1)} ${vs} DOWN`, `VS ${vs} DOWN`]);
  assert.equal(existsSync(daemon.checkersPidFile), false);
});

const suspended = {
  "an address": { key: "192.0.2.100 80", words: "ha_suspend", name: "192\\.0\\.2\\.100\\]:tcp:80" },
  "a group": { key: "group G", words: "ha_suspend", name: "G\\]:\\S*" },
  "a firewall mark": {
    key: "fwmark 5",
    words: "ha_suspend 192.0.2.99 192.0.2.100",
    name: "FWM 5\\S*",
  },
} as const;

for (const [what, { key, words, name }] of Object.entries(suspended)) {
  test(`ha_suspend of ${what}: checks run while an address of it is on this host`, async () => {
    using site = new Site(`suspend-${key.split(" ")[0]}`);
    const group = "virtual_server_group G {\n192.0.2.98 80\n192.0.2.100 81\n}\n";
    const config = `${group}${site.config([1], words)}`.replace(
      "virtual_server 192.0.2.100 80",
      `virtual_server ${key}`,
    );
    const daemon = site.start(config);
    await daemon.says(new RegExp(`Suspending healthcheckers of VS .*${name}: none of its`));
    await sleep(2000);
    assert.deepEqual(site.lines.map(event), ["VS UP"]);
    const host = lab.host("director");
    host.run("ip address add 192.0.2.100/32 dev eth0");
    await daemon.says(/Activating healthcheckers of VS .*: 192\.0\.2\.100 is on this host/);
    await until("VS DOWN", () => site.lines.map(event).at(-1) === "VS DOWN");
    const from = daemon.log.length;
    host.run("ip address del 192.0.2.100/32 dev eth0");
    await daemon.says(/Suspending/, { from });
    site.up(1);
    await sleep(1500);
    assert.deepEqual(site.lines.map(event), ["VS UP", "RS DOWN", "VS DOWN"]);
    assert.equal(await daemon.stop(), 0);
  });
}

/** `VS UP` of a line for readers of the FIFO. */
function event(line: string): string {
  return line.replace(/^(\S+) .* (\S+)$/, "$1 $2");
}

test("FILE_CHECK follows its file", async () => {
  using site = new Site("file");
  site.up(1);
  const file = site.path("tracked");
  writeFileSync(file, "0\n");
  const checker = `FILE_CHECK {\ntrack_file f\nweight 0\n}`;
  const config = `track_file f {\nfile ${file}\n}\n` +
    site.config([1]).replace("TCP_CHECK", `${checker}\nTCP_CHECK`);
  const daemon = site.start(config);
  await site.hears(`VS ${vs} UP`);
  writeFileSync(file, "1\n");
  await site.hears(`VS ${vs} DOWN`);
  writeFileSync(file, "0\n");
  await site.hears(`VS ${vs} UP`, 2);
  assert.equal(await daemon.stop(), 0);
  assert.equal(daemon.lines(/FILE_CHECK on service .* failed: track file f is 1/).length, 1);
});

test("with VRRP in the same file both processes run, -P and -C choose one", async () => {
  using site = new Site("both");
  const instance = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 7\nstate MASTER\n" +
    "advert_int 0.1\npriority 200\nvrrp_version 3\nvirtual_ipaddress {\n192.0.2.100/32\n}\n}\n";
  const config = `${instance}${site.config([1])}`;
  const children = (daemon: Daemon) =>
    daemon.lines(/child process/).map((line) => /Starting (\w+) child/.exec(line)?.[1]);
  for (
    const [flags, expected] of [
      ["-nlGD --no-ipvs", ["Healthcheck", "VRRP"]],
      ["-nlGD -P", ["VRRP"]],
      ["-nlGD -C --no-ipvs", ["Healthcheck"]],
    ] as const
  ) {
    const daemon = site.start(config, flags);
    await daemon.says(/Startup complete/);
    assert.deepEqual(children(daemon), expected);
    assert.equal(await daemon.stop(), 0);
  }
});

test("the FIFO that all processes share has one reader, which hears of both", async () => {
  using site = new Site("shared");
  site.up(1);
  const [fifo, heard] = [site.path("all"), site.path("heard")];
  const reader = site.path("read.sh");
  writeFileSync(
    reader,
    `#!/bin/sh\necho START >>${heard}\nwhile read -r line; do echo "$line"; done <"$1" >>${heard}\n`,
    { mode: 0o755 },
  );
  const instance = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 8\nstate MASTER\n" +
    "advert_int 0.1\npriority 200\nvrrp_version 3\nvirtual_ipaddress {\n192.0.2.100/32\n}\n}\n";
  const config = `${instance}${site.config([1])}`.replace(
    "global_defs {",
    `global_defs {\nnotify_fifo ${fifo}\nnotify_fifo_script ${reader} root`,
  );
  const daemon = site.start(config, "-nlGD --no-ipvs");
  const lines = () => existsSync(heard) ? readFileSync(heard, "utf8").trimEnd().split("\n") : [];
  await until("both are heard", () => {
    const text = lines().join("\n");
    return text.includes(`VS ${vs} UP`) && text.includes('INSTANCE "A" MASTER 200');
  });
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(lines().filter((line) => line === "START"), ["START"]);
  assert.equal(existsSync(fifo), false);
});

/** Whether this kernel has it, or would have as soon as it is asked. */
const hasIpvs = existsSync("/proc/net/ip_vs") ||
  spawnSync("modprobe", ["-nq", "ip_vs"]).status === 0;

test("without IPVS in the kernel there is one sentence, and status 1", {
  skip: hasIpvs && "this kernel has IPVS",
}, async () => {
  using site = new Site("without");
  const file = site.path("k.conf");
  writeFileSync(file, site.config([1]));
  const { status, stderr } = await keepalived([
    ...["-nlGD", "-C", "-f", file, "-p", site.path("p")],
    ...["-c", site.path("c")],
  ]);
  const expected =
    /Cannot use IPVS: this kernel has none, and the module ip_vs cannot be loaded; with --no-ipvs/;
  const sentences = stderr.split("\n").filter((line) => line.includes("IPVS"));
  assert.equal(sentences.length, 1, stderr);
  assert.match(sentences[0] ?? "", expected);
  assert.equal(status, 1);
});

/** One test's daemon with its FIFO and scripts, and the servers that it checks. */
class Site {
  readonly #name: string;
  readonly #servers = new Map<number, Socket>();
  readonly #fifo: Descriptor;
  readonly #buffer = new Uint8Array(65_536);
  #read = "";

  constructor(name: string) {
    this.#name = name;
    lab.host("director").run(`mkfifo ${this.path("fifo")}`);
    this.#fifo = Descriptor.open(this.path("fifo"), O_RDWR);
  }

  path(name: string): string {
    return join(lab.folder, `${this.#name}_${name}`);
  }

  start(config: string, flags = "-nlGD -C --no-ipvs"): Daemon {
    return lab.start({ name: this.#name, config, flags }, "director");
  }

  /** A virtual server in front of some servers that are checked five times a second. */
  config(servers: readonly number[], lines = ""): string {
    const script = (what: string, word: string) =>
      `"${join(lab.folder, "log.sh")} ${this.path("scripts")} ${what} ${word}"`;
    const both = (what: string, up: string, down: string) =>
      `${up} ${script(what, "up")}\n${down} ${script(what, "down")}\n`;
    const check = "TCP_CHECK {\nconnect_timeout 1\nretry 1\ndelay_before_retry 0.1\n}\n";
    const all = servers.map((number) =>
      `real_server 192.0.2.1${number} 80 {\n` +
      both(String(number), "notify_up", "notify_down") + `${check}}\n`
    );
    return `global_defs {\nlvs_notify_fifo ${this.path("fifo")}\nscript_user root\n` +
      `enable_script_security\n}\n` +
      `virtual_server 192.0.2.100 80 {\ndelay_loop 0.2\nwarmup 0\nprotocol TCP\nlvs_method NAT\n` +
      `lvs_sched rr\n${lines}\n` + both("quorum", "quorum_up", "quorum_down") +
      `${all.join("")}}\n`;
  }

  /** A server listens; the kernel answers for it. */
  up(number: number): void {
    const socket = insideOf(lab.host("servers"), () => {
      const socket = Socket.open(AF_INET, SOCK_STREAM, 0, "a server's socket");
      socket.setOption(1, 2, 1); // SO_REUSEADDR
      socket.bind({ family: "ipv4", address: `192.0.2.1${number}`, port: 80 });
      socket.listen(4096);
      return socket;
    });
    this.#servers.set(number, socket);
  }

  down(number: number): void {
    this.#servers.get(number)?.[Symbol.dispose]();
    this.#servers.delete(number);
  }

  /** What readers of the FIFO have heard so far. */
  get lines(): readonly string[] {
    const count = this.#fifo.read(this.#buffer) ?? 0;
    this.#read += new TextDecoder().decode(this.#buffer.subarray(0, count));
    return this.#read.split("\n").slice(0, -1);
  }

  async hears(line: string, times = 1): Promise<void> {
    const hasHeard = () => this.lines.filter((it) => it === line).length >= times;
    await until(`${line} in the FIFO`, hasHeard);
  }

  /** What scripts about one thing were told. */
  scripts(what: string): readonly string[] {
    const lines = readFileSync(this.path("scripts"), "utf8").trimEnd().split("\n");
    return lines.flatMap((line) =>
      line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []
    );
  }

  [Symbol.dispose](): void {
    for (const number of [...this.#servers.keys()]) this.down(number);
    this.#fifo[Symbol.dispose]();
  }
}

/** Lines of a log without the time. */
function bare(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/^.*? \d\d:\d\d:\d\d \d{4}: /, ""));
}
