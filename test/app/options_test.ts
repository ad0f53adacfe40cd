/** What the options of the command line do to a running daemon. */

import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, afterEach, before, test } from "node:test";
import { AF_UNIX, ReceiveBuffer, SOCK_DGRAM, Socket } from "@keepalived/linux";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { processTree } from "../../tools/lab/processes.ts";
import { instanceConf } from "./instance_conf.ts";
import { Folder, keepalived, program } from "./program.ts";

const address = "192.0.2.100";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

const started: Daemon[] = [];
afterEach(async () => {
  // One that failed must not stand in the way of the next.
  for (const daemon of started.splice(0)) await daemon.crash();
  lab.host("a").run("ip address flush to 192.0.2.64/26 dev eth0");
});

/** A daemon that runs as MASTER. @param wrapper words before the program, @param flags behind it, in one word each */
async function master(
  flags: readonly string[] = [],
  options: { readonly wrapper?: readonly string[]; readonly config?: string } = {},
): Promise<Daemon> {
  const { wrapper = [], config = instanceConf() } = options;
  // The flags come behind the program: a shell puts them there.
  const shell = ["sh", "-c", 'program=$1; shift; exec "$program" "$@" $0', flags.join(" ")];
  const daemon = lab.start({ name: "a", config, wrapper: [...wrapper, ...shell] });
  started.push(daemon);
  await daemon.says(/Entering MASTER STATE/);
  return daemon;
}

function vrrpPidOf(daemon: Daemon): number {
  return Number(readFileSync(daemon.vrrpPidFile, "utf8"));
}

/** Words that give a process a `/run` of its own, shared with this process as a folder. */
function ownRun(folder: string): readonly string[] {
  mkdirSync(join(folder, "netns"), { recursive: true });
  const mounts = 'mount --rbind /run/netns "$0/netns" 2>/dev/null; mount --rbind "$0" /run';
  return ["unshare", "-m", "sh", "-c", `${mounts}; exec "$@"`, folder];
}

test("--signum prints the numbers of the C daemon", async () => {
  const numbers = { STOP: 15, RELOAD: 1, DATA: 10, STATS: 12, STATS_CLEAR: 63, JSON: 36 };
  for (const [name, number] of Object.entries(numbers)) {
    const { status, stdout } = await keepalived([`--signum=${name}`]);
    assert.deepEqual([status, stdout], [0, `${number}\n`], name);
  }
  const { status, stdout, stderr } = await keepalived(["--signum", "NONSENSE"]);
  assert.deepEqual([status, stdout, stderr], [1, "", "Unknown sigfunc NONSENSE\n"]);
});

test("-R: a child that ends is the end of all", async () => {
  const daemon = await master(["-R"]);
  process.kill(vrrpPidOf(daemon), "SIGKILL");
  assert.equal(await daemon.end(), 1);
  await daemon.says(/^.*: VRRP child process\(\d+\) died: Exiting$/);
});

test("--all starts processes that have nothing to do, but with -B none for BFD", async () => {
  for (const without of [[], ["-B"]]) {
    const daemon = await master(["--all", ...without, "--no-ipvs"]);
    await daemon.says(/Startup complete/);
    const { pidFile, vrrpPidFile, checkersPidFile, bfdPidFile } = daemon;
    const files = [pidFile, vrrpPidFile, checkersPidFile];
    if (without.length === 0) files.push(bfdPidFile);
    const pids = files.map((path) => Number(readFileSync(path, "utf8")));
    assert.deepEqual(processTree(daemon.pid).toSorted(), pids.toSorted());
    assert.equal(await daemon.stop(), 0);
    for (const path of [...files, bfdPidFile]) assert.ok(!existsSync(path), path);
  }
});

test("-V leaves the addresses at the end", async () => {
  const daemon = await master(["-V"]);
  assert.equal(await daemon.stop(), 0);
  assert.ok(lab.host("a").holds(address));
});

test("-X takes the addresses at the end even if somebody else put them there", async () => {
  for (const flags of [[], ["-X"]]) {
    const daemon = lab.start({
      name: "a",
      config: instanceConf({ interval: 10 }),
      flags: ["-nlGD", ...flags].join("").replaceAll(/(?!^)-/g, ""),
    });
    await daemon.says(/Entering BACKUP STATE/);
    // It is told to end before it has had the time to hear of the address.
    const vrrp = vrrpPidOf(daemon);
    process.kill(vrrp, "SIGSTOP");
    lab.host("a").run(`ip address add ${address}/24 dev eth0`);
    daemon.signal("SIGTERM");
    await daemon.says(/: Stopping$/);
    process.kill(vrrp, "SIGCONT");
    assert.equal(await daemon.end(), 0);
    assert.equal(lab.host("a").holds(address), flags.length === 0, `flags ${flags}`);
    lab.host("a").run("ip address flush to 192.0.2.64/26 dev eth0");
  }
});

test("-a logs every address that comes or goes", async () => {
  const daemon = await master(["-a"]);
  lab.host("a").run("ip address add 198.51.100.1/24 dev eth0");
  lab.host("a").run("ip address delete 198.51.100.1/24 dev eth0");
  await daemon.says(/: Netlink reflector reports IP 198\.51\.100\.1 removed from eth0$/);
  const added = daemon.lines(/: Netlink reflector reports IP 198\.51\.100\.1 added to eth0$/);
  assert.equal(added.length, 1);
  assert.equal(await daemon.stop(), 0);
});

test("-d logs what came of the configuration", async () => {
  const daemon = await master(["-d"]);
  await daemon.says(/: ------< Global definitions >------$/);
  await daemon.says(/: +VRRP Instance = VI_1$/);
  assert.equal(await daemon.stop(), 0);
});

test("--ignore-sigint", async () => {
  const daemon = await master(["--ignore-sigint"]);
  for (const pid of processTree(daemon.pid)) process.kill(pid, "SIGINT");
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  assert.equal(await daemon.stop(), 0);
});

test("-u, umask and their default", async () => {
  const masks = [
    [[], "", "0177"],
    [[], "global_defs {\n  umask 0027\n}\n", "0027"],
    [["-u", "022"], "global_defs {\n  umask 0027\n}\n", "0022"],
    [["-u0x12"], "", "0022"],
    [["-u", "nonsense"], "", "0177"],
  ] as const;
  for (const [flags, globals, mask] of masks) {
    const daemon = await master(flags, { config: globals + instanceConf() });
    for (const pid of processTree(daemon.pid)) {
      assert.match(
        readFileSync(`/proc/${pid}/status`, "utf8"),
        new RegExp(`^Umask:\\s+${mask}$`, "m"),
      );
    }
    assert.equal(
      daemon.lines(/Invalid --umask option nonsense/).length,
      flags[1] === "nonsense" ? 1 : 0,
    );
    assert.equal(await daemon.stop(), 0);
  }
});

test("a reload changes the umask of all processes", async () => {
  const daemon = await master();
  daemon.configure(`global_defs {\n  umask 0077\n}\n${instanceConf()}`);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  for (const pid of processTree(daemon.pid)) {
    assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^Umask:\s+0077$/m);
  }
  assert.equal(await daemon.stop(), 0);
});

test("-m allows core files; the soft limit of open files is raised in any case", async () => {
  const limited = ["prlimit", "--nofile=256:4096", "--core=0:unlimited"];
  for (const [flags, core] of [[[], "0 +unlimited"], [["-m"], "unlimited +unlimited"]] as const) {
    const daemon = await master(flags, { wrapper: limited });
    for (const pid of processTree(daemon.pid)) {
      const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
      assert.match(limits, new RegExp(`^Max core file size +${core} `, "m"));
      assert.match(limits, /^Max open files +4096 +4096 /m);
    }
    assert.equal(await daemon.stop(), 0);
  }
});

test("-M sets the pattern of core files, and gives it back at the end", async () => {
  using folder = new Folder();
  // The pattern is the machine's: the daemon sees a file of ours in its place.
  const pattern = folder.write("pattern", "before");
  const mount = [
    "unshare",
    "-m",
    "sh",
    "-c",
    'mount --bind "$0" /proc/sys/kernel/core_pattern && exec "$@"',
  ];
  for (const [flag, wanted] of [["-M", "core"], ["-M/tmp/core.%p", "/tmp/core.%p"]] as const) {
    const daemon = await master([flag], { wrapper: [...mount, pattern] });
    assert.equal(readFileSync(pattern, "utf8"), wanted);
    assert.match(
      readFileSync(`/proc/${daemon.pid}/limits`, "utf8"),
      /Max core file size +unlimited/,
    );
    assert.equal(await daemon.stop(), 0);
    assert.equal(readFileSync(pattern, "utf8"), "before");
  }
});

test("-e: a missing include is an error, in a test and at the start", async () => {
  using folder = new Folder();
  const file = folder.write("a.conf", `include nowhere.conf\n${instanceConf()}`);
  assert.equal((await keepalived(["-t", "-f", file])).status, 4);
  for (const words of [["-t"], ["-nlG", "-p", join(folder.path, "pid")]]) {
    const { status, stderr } = await keepalived([...words, "-e", "-f", file]);
    assert.equal(status, 6, stderr);
    assert.match(stderr, /nowhere\.conf/);
  }
});

test("-x and -A are accepted, and the daemon says that there is no SNMP", async () => {
  const daemon = await master(["-x", "-A", "/tmp/agentx"]);
  assert.equal(daemon.lines(/no SNMP agent; use metrics_address/).length, 1);
  assert.equal(await daemon.stop(), 0);
});

test("settings of SNMP and D-Bus are accepted, with one line each that says what to use", async () => {
  const globals = "global_defs {\n  enable_snmp_vrrp\n  enable_traps\n  enable_dbus\n}\n";
  const daemon = await master([], { config: globals + instanceConf() });
  assert.equal(daemon.lines(/SNMP: there is no SNMP agent; use metrics_address/).length, 1);
  assert.equal(daemon.lines(/enable_dbus: .*; use the control socket/).length, 1);
  assert.equal(await daemon.stop(), 0);
});

test("without -f it is /etc/keepalived/keepalived.conf", async () => {
  using folder = new Folder();
  folder.write("keepalived.conf", instanceConf());
  const ownFolder = 'mkdir -p /etc/keepalived && mount --bind "$0" /etc/keepalived && exec "$@"';
  const out: string[] = [];
  const child = lab.host("a").start([
    ...["unshare", "-m", "sh", "-c", ownFolder, folder.path, program, "-nlG"],
    ...["-p", join(folder.path, "pid"), "-r", join(folder.path, "vrrp.pid")],
  ]);
  child.stderr?.on("data", (text) => out.push(String(text)));
  await until("MASTER", () => /Entering MASTER STATE/.test(out.join("")));
  assert.match(out.join(""), /Opening file '\/etc\/keepalived\/keepalived\.conf'/);
  process.kill(child.pid ?? 0, "SIGTERM");
  await until("it has ended", () => child.exitCode !== null);
  assert.equal(child.exitCode, 0);
});

test("-i chooses lines", async () => {
  const daemon = await master(["-i", "one"], {
    config: `@two nonsense\n@one ${instanceConf().split("\n").join("\n@one ")}`.replace(
      /@one $/,
      "",
    ),
  });
  assert.equal(daemon.lines(/nonsense/).length, 0);
  assert.equal(await daemon.stop(), 0);
});

test("processes are called keepalived, or as the configuration says", async () => {
  const names = [
    ["", ["keepalived", "keepalived"]],
    ["process_names", ["keepalived", "keepalived_vrrp"]],
    ["process_name ka\n  vrrp_process_name ka-v", ["ka", "ka-v"]],
  ] as const;
  for (const [lines, expected] of names) {
    const daemon = await master([], { config: `global_defs {\n  ${lines}\n}\n${instanceConf()}` });
    const found = [daemon.pid, vrrpPidOf(daemon)].map((pid) =>
      readFileSync(`/proc/${pid}/comm`, "utf8").trim()
    );
    assert.deepEqual(found, expected);
    assert.equal(await daemon.stop(), 0);
  }
});

test("pid files: default names, and those of an instance", async () => {
  const names = [
    ["", "keepalived.pid", "vrrp.pid"],
    ["use_pid_dir", "keepalived/keepalived.pid", "keepalived/vrrp.pid"],
    ["instance foo", "keepalived/keepalived_foo.pid", "keepalived/vrrp_foo.pid"],
  ] as const;
  for (const [line, parent, vrrp] of names) {
    using folder = new Folder();
    const config = folder.write("a.conf", `${line}\n${instanceConf()}`);
    const child = lab.host("a").start([...ownRun(folder.path), program, "-nG", "-f", config]);
    const pidIn = (name: string) => {
      const path = join(folder.path, name);
      return existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
    };
    await until("both pid files", () => pidIn(parent) > 0 && pidIn(vrrp) > 0);
    assert.equal(pidIn(parent), child.pid);
    assert.equal(statSync(join(folder.path, parent)).mode & 0o777, 0o644);
    process.kill(pidIn(parent), "SIGTERM");
    await until("they are gone", () => pidIn(parent) === 0 && pidIn(vrrp) === 0);
  }
});

test("-s and net_namespace: all processes are in the namespace, with a folder of their own for pid files", async () => {
  const namespace = `keepalived-test-${process.pid}`;
  const host = lab.host("a");
  // Named as `ip netns` does it, and gone at the end.
  mkdirSync("/run/netns", { recursive: true });
  const named = `/run/netns/${namespace}`;
  host.run(`ip netns attach ${namespace} ${host.pid}`);
  try {
    for (
      const [flags, lines] of [[["-s", namespace], ""], [[], `net_namespace ${namespace}`]] as const
    ) {
      using folder = new Folder();
      const config = folder.write("a.conf", `${lines}\ninstance foo\n${instanceConf()}`);
      // From outside of the namespace, unlike everything else here.
      const child = lab.network.bridge.start([
        ...ownRun(folder.path),
        program,
        ...flags,
        "-nlGD",
        "-f",
        config,
      ]);
      const said: string[] = [];
      child.stderr?.on("data", (text) => said.push(String(text)));
      const pids = ["keepalived_foo.pid", "vrrp_foo.pid"].map((name) =>
        join(folder.path, "keepalived", namespace, name)
      );
      await until("both pid files", () => pids.every((path) => existsSync(path)));
      await until("MASTER", () => /Entering MASTER STATE/.test(said.join("")));
      assert.ok(host.holds(address));
      const inside = readlinkSync(`/proc/${host.pid}/ns/net`);
      const tree = processTree(child.pid ?? 0);
      assert.equal(tree.length, 2);
      for (const pid of tree) {
        assert.equal(readlinkSync(`/proc/${pid}/ns/net`), inside);
        // Both see their own pid files at the usual place.
        assert.ok(readdirSync(`/proc/${pid}/root/run/keepalived`).includes("vrrp_foo.pid"));
      }
      assert.match(
        said.join(""),
        new RegExp(`Changing syslog ident to Keepalived_${namespace}_foo`),
      );
      process.kill(child.pid ?? 0, "SIGTERM");
      await until("the pid files are gone", () => pids.every((path) => !existsSync(path)));
    }
  } finally {
    host.run(`ip netns delete ${namespace}`);
    assert.ok(!existsSync(named));
  }
});

test("a network namespace that does not exist ends it with status 1, and is named", async () => {
  using folder = new Folder();
  const config = folder.write("a.conf", instanceConf());
  const { status, stderr } = await keepalived(["-nlG", "-s", "nowhere", "-f", config]);
  assert.equal(status, 1);
  assert.match(stderr, /Unable to set network namespace nowhere - exiting: .*No such file/);
});

test("a second instance of another name runs beside the first; one of the same name refuses", async () => {
  using folder = new Folder();
  const conf = (name: string, id: number) =>
    folder.write(
      `${name}.conf`,
      `instance ${name}\n${instanceConf({ virtualRouterId: id, addresses: [`192.0.2.${id}/24`] })}`,
    );
  const start = (name: string, id: number) => {
    const child = lab.host("a").start([
      ...ownRun(folder.path),
      program,
      "-nlG",
      "-f",
      conf(name, id),
    ]);
    const said: string[] = [];
    child.stderr?.on("data", (text) => said.push(String(text)));
    return { child, said };
  };
  const both = [start("one", 61), start("two", 62)];
  for (const { said } of both) {
    await until("MASTER", () => /Entering MASTER STATE/.test(said.join("")));
  }
  const again = start("one", 61);
  await until("it has ended", () => again.child.exitCode !== null);
  assert.equal(again.child.exitCode, 1);
  assert.match(again.said.join(""), /already running/);
  for (const { child } of both) {
    process.kill(child.pid ?? 0, "SIGTERM");
    await until("it has ended", () => child.exitCode !== null);
    assert.equal(child.exitCode, 0);
  }
});

/** Words that leave a file open to the program behind them. */
const leavesOpen = ["sh", "-c", 'exec 9<"$0"; exec "$@"'];

function openFiles(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(join(folder, fd))];
    } catch {
      return []; // Closed meanwhile.
    }
  });
}

test("nothing that the starter left open is left to children and scripts", async () => {
  using folder = new Folder();
  const left = folder.write("left", "");
  const out = join(folder.path, "out");
  const script = folder.write("notify", `#!/bin/sh\nls -l /proc/$$/fd >${out}\n`);
  chmodSync(script, 0o755);
  const daemon = await master([], {
    wrapper: [...leavesOpen, left],
    config: `global_defs {\n  script_user root\n}\n${
      instanceConf({ lines: [`notify_master ${script}`] })
    }`,
  });
  await until("the script has run", () => existsSync(out) && readFileSync(out).length > 0);
  assert.ok(!readFileSync(out, "utf8").includes(left), "script");
  assert.ok(!openFiles(vrrpPidOf(daemon)).includes(left), "VRRP process");
  assert.equal(await daemon.stop(), 0);
});

test("a daemon in the background keeps nothing that its starter left open", async () => {
  using folder = new Folder();
  const left = folder.write("left", "");
  const launcher = lab.start({
    name: "a",
    config: instanceConf(),
    flags: "-DG",
    wrapper: [...leavesOpen, left],
  });
  assert.equal(await launcher.exit(), 0);
  const pid = Number(readFileSync(launcher.pidFile, "utf8"));
  assert.ok(!openFiles(pid).includes(left));
  process.kill(pid, "SIGTERM");
  await until("it has ended", () => !existsSync(launcher.pidFile));
});

test("-g: one log file for each process; with --log-format json one object a line", async () => {
  using folder = new Folder();
  const log = join(folder.path, "ka.log");
  const daemon = await master([`-g${log}`, "--flush-log-file", "--log-format", "json"], {
    config: `instance foo\n${instanceConf()}`,
  });
  assert.equal(await daemon.stop(), 0);
  const linesOf = (name: string) =>
    readFileSync(join(folder.path, name), "utf8").trimEnd().split("\n")
      .map((line) => JSON.parse(line) as { ident: string; level: string; message: string });
  const parent = linesOf("ka_foo.log");
  assert.ok(parent.every(({ ident }) => ident === "Keepalived_foo"));
  assert.equal(parent.at(-1)?.message.startsWith("Stopped Keepalived"), true);
  const vrrp = linesOf("ka_vrrp_foo.log");
  assert.ok(vrrp.every(({ ident }) => ident === "Keepalived_vrrp_foo"));
  assert.ok(
    vrrp.some(({ level, message }) =>
      level === "info" && message === "(VI_1) Entering MASTER STATE"
    ),
  );
  assert.ok(daemon.log.every((line) => "message" in JSON.parse(line)), "standard error");
});

test("a full disk under the log file is said once, and loses no transition", async () => {
  using folder = new Folder();
  const full = [
    "unshare",
    "-m",
    "sh",
    "-c",
    'mount -t tmpfs -o size=4k none "$0" && exec "$@"',
    folder.path,
  ];
  const daemon = await master([`-g${folder.path}/ka.log`], {
    wrapper: full,
    config: instanceConf({ interval: 0.05 }),
  });
  // Lines until nothing fits any more, and transitions all the while.
  for (let i = 0; i < 15; i++) await failAndRecover(daemon);
  await until("trouble", () => daemon.lines(/Cannot write the log file/).length > 0);
  assert.ok(daemon.lines(/Cannot write the log file/).length <= 2, "once for each process");
  assert.equal(await daemon.stop(), 0);
});

/** A log daemon. */
class LogDaemon {
  readonly lines: string[] = [];
  readonly #socket = Socket.open(AF_UNIX, SOCK_DGRAM, 0);
  readonly #buffer = new ReceiveBuffer(16_384);
  readonly #reading = setInterval(() => this.#read(), 2);

  constructor(path: string) {
    this.#socket.bind({ family: "unix", path });
  }

  /** From now on what comes stays where it is. */
  hang(): void {
    clearInterval(this.#reading);
  }

  #read(): void {
    for (;;) {
      const packet = this.#socket.receive(this.#buffer);
      if (packet === undefined) return;
      this.lines.push(new TextDecoder().decode(packet.data));
    }
  }

  [Symbol.dispose](): void {
    this.hang();
    this.#socket[Symbol.dispose]();
  }
}

/** Words that give a program a /dev with nothing but what it needs, and a log daemon at a path. */
function withLog(path: string): readonly string[] {
  const devices = [
    'd=$(mktemp -d); mount -t tmpfs none "$d"',
    "for f in null zero full random urandom tty; do touch $d/$f; mount --bind /dev/$f $d/$f; done",
    'ln -s "$0" "$d/log"; mount --move "$d" /dev; rmdir "$d"; exec "$@"',
  ].join("; ");
  return ["unshare", "-m", "sh", "-c", devices, path];
}

test("the log goes to syslog; with -l to standard error too, and with -G not to syslog", async () => {
  using folder = new Folder();
  const path = join(folder.path, "log");
  using log = new LogDaemon(path);
  const wrapper = withLog(path);
  const quiet = lab.start({ name: "a", config: instanceConf(), flags: "-n", wrapper });
  started.push(quiet);
  const master = () => log.lines.some((line) => /Entering MASTER STATE/.test(line));
  await until("MASTER in syslog", master);
  assert.equal(await quiet.stop(), 0);
  assert.deepEqual(quiet.log, []);
  await until("the end", () => /Stopped Keepalived v/.test(log.lines.at(-1) ?? ""));

  const before = log.lines.length;
  const loud = lab.start({ name: "a", config: instanceConf(), flags: "-nlG", wrapper });
  started.push(loud);
  await loud.says(/Entering MASTER STATE/);
  assert.deepEqual(loud.lines(/reason:/), []);
  assert.equal(await loud.stop(), 0);
  assert.equal(log.lines.length, before);

  const detailed = lab.start({ name: "a", config: instanceConf(), flags: "-nlGD", wrapper });
  started.push(detailed);
  await detailed.says(/reason: the master is silent/);
  assert.equal(await detailed.stop(), 0);
});

test("-S, and a log daemon that dies, comes back and hangs", async () => {
  using folder = new Folder();
  const path = join(folder.path, "log");
  const first = new LogDaemon(path);
  const daemon = lab.start({
    name: "a",
    config: instanceConf(),
    flags: "-nlDSlocal3",
    wrapper: withLog(path),
  });
  started.push(daemon);
  await daemon.says(/Entering MASTER STATE/);
  const informed = /^<158>.* Keepalived_vrrp\[\d+\]: \(VI_1\) Entering MASTER STATE$/;
  await until("the transition", () => first.lines.some((line) => informed.test(line)));
  const LOCAL3 = 19;
  const facilities = first.lines.map((line) => Number(/^<(\d+)>/.exec(line)?.[1]) >> 3);
  assert.deepEqual(new Set(facilities), new Set([LOCAL3]));

  // Gone: the daemon goes on, and what it said meanwhile comes when the log daemon is back.
  first[Symbol.dispose]();
  rmSync(path);
  await failAndRecover(daemon);
  await until("trouble", () => daemon.lines(/Cannot connect to \/dev\/log/).length === 1);
  using second = new LogDaemon(path);
  await until(
    "what was said meanwhile",
    () => second.lines.some((line) => line.includes("Entering FAULT STATE")),
  );

  // Full: nobody waits for it.
  second.hang();
  for (let i = 0; i < 5; i++) await failAndRecover(daemon);
  await until(
    "trouble",
    () => daemon.lines(/Cannot write to \/dev\/log: it is full/).length === 1,
  );
  assert.equal(await daemon.stop(), 0);
});

async function failAndRecover(daemon: Daemon): Promise<void> {
  const from = daemon.log.length;
  lab.network.setCable("a", false);
  await daemon.says(/Entering FAULT STATE/, { from });
  lab.network.setCable("a", true);
  await daemon.says(/Entering MASTER STATE/, { from });
}
