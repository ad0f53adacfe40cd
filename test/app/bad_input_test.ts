/**
 * What the daemon depends on fails: nobody reads its FIFO, its disk is full, the log daemon is gone, servers are not what
 * they should be, scripts do not end. It goes on, says it once, and loses no transition.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Descriptor, O_RDWR } from "@keepalived/linux";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { kill } from "../../tools/lab/processes.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
let daemon: Daemon;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
  writeFileSync(path("fault"), "0");
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  await daemon.crash();
  // What a test that failed has left.
  lab.host("a").shell("ip address flush dev eth0 to 192.0.2.100");
  writeFileSync(path("fault"), "0");
});

function path(name: string): string {
  return join(lab.folder, name);
}

/** A virtual router that a file puts into FAULT. */
function config(globals: readonly string[], lines: readonly string[] = [], before = ""): string {
  return `global_defs {\n${globals.join("\n")}\n}\ntrack_file F {\nfile ${path("fault")}\n}\n` +
    before + instanceConf({ lines: ["track_file {\nF weight 0\n}", ...lines] });
}

/** Into FAULT and back to MASTER: nothing that is wrong keeps it from that. */
async function transitions(rounds: number): Promise<void> {
  const { holds } = { holds: () => lab.host("a").holds("192.0.2.100") };
  await until("it is MASTER", holds, 20_000);
  for (let i = 0; i < rounds; i++) {
    writeFileSync(path("fault"), "-255");
    await until("it is in FAULT", () => !holds(), 20_000);
    writeFileSync(path("fault"), "0");
    await until("it is MASTER again", holds, 20_000);
  }
}

function script(name: string, text: string): string {
  writeFileSync(path(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path(name);
}

/** Lines of a file; none if it is not there yet. */
function linesOf(name: string): readonly string[] {
  return existsSync(path(name)) ? readFileSync(path(name), "utf8").split("\n").filter(Boolean) : [];
}

function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

/** Those that were left to go on. */
function killAll(pids: readonly number[]): void {
  for (const pid of pids) if (!isGone(pid)) kill(pid, "SIGKILL");
}

test("a FIFO that cannot be made, and one whose reader has stopped", async () => {
  const reader = script(
    "reader",
    `echo $$ >${path("reader.pid")}; exec cat "$1" >>${path("read")}`,
  );
  daemon = lab.start({
    name: "a",
    config: config([
      "script_user root",
      `notify_fifo ${path("no/such/fifo")}`,
      `vrrp_notify_fifo ${path("fifo")}`,
      `vrrp_notify_fifo_script ${reader}`,
    ]),
  });
  await transitions(0);
  await until("the reader reads", () => linesOf("read").length >= 2);
  const pid = Number(linesOf("reader.pid")[0]);
  kill(pid, "SIGSTOP");
  const hasStopped = () => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  await until("the reader has stopped", hasStopped);
  fill(path("fifo"));
  await transitions(3);
  assert.equal(daemon.lines(/Cannot make FIFO .*no\/such/).length, 1);
  assert.equal(daemon.lines(/FIFO .* is full, lines are lost/).length, 1, daemon.log.join("\n"));
  kill(pid, "SIGCONT");
  await until("it is read", () => readFileSync(path("read"), "utf8").includes("xx"));
  await transitions(1);
  await daemon.says(/FIFO .* has room again, \d+ lines were lost/);
  await until(
    "new lines are read",
    () => linesOf("read").at(-1)?.includes("MASTER") === true,
  );
  assert.equal(await daemon.stop(), 0);
});

/** Writes to a FIFO until it is full. */
function fill(fifo: string): void {
  using pipe = Descriptor.open(fifo, O_RDWR);
  const bytes = new Uint8Array(4096).fill(120);
  while (pipe.write(bytes) !== undefined);
}

test("a full disk for pid files, the log, dumps, and what a reload writes", async () => {
  const disk = path("disk");
  const outside = () => `/proc/${daemon.pid}/root${disk}`;
  const set = `mkdir ${disk} && mount -t tmpfs -o size=256k tmpfs ${disk} && cd ${disk} && ` +
    `export TMPDIR=${disk} && { cat /dev/zero >fill 2>/dev/null; exec "$@" ` +
    `-p ${disk}/k.pid -r ${disk}/v.pid --log-file=${disk}/k.log --flush-log-file; }`;
  daemon = lab.start({
    name: "a",
    config: config([`reload_file ${disk}/reloading`, `reload_check_config ${disk}/check`]),
    wrapper: ["unshare", "--mount", "sh", "-c", set, "sh"],
  });
  await transitions(1);
  for (const name of ["k", "v"]) {
    const pattern = new RegExp(`Cannot write the pid file .*/${name}\\.pid: `);
    assert.equal(daemon.lines(pattern).length, 1, daemon.log.join("\n"));
  }
  daemon.signal("SIGUSR1");
  await daemon.says(/Cannot write a dump: .*(ENOSPC|No space|no space)/);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  // A successor needs a pid file too.
  const [, pid] = /Starting VRRP child process, pid=(\d+)/.exec(daemon.log.join("\n")) ?? [];
  kill(Number(pid), "SIGKILL");
  await daemon.says(/died: Respawning/);
  const from = daemon.log.length;
  await daemon.says(/Entering MASTER STATE/, { from });
  await transitions(1);
  assert.ok(daemon.lines(/Cannot write the log file/).length <= 3, "once for each process");
  assert.ok(daemon.lines(/Cannot write the log file/).length >= 1);

  rmSync(`${outside()}/fill`);
  await daemon.says(/The log file .* can be written again/);
  daemon.signal("SIGUSR1");
  await until("dumps are written", () => existsSync(`${outside()}/keepalived.data`));
  await transitions(1);
  const log = () => readFileSync(`${outside()}/k_vrrp.log`, "utf8");
  await until("the log goes on", () => /Entering MASTER STATE/.test(log()));
  assert.equal(await daemon.stop(), 0);
});

test("a log daemon that does not read, goes, and comes back", async () => {
  // A /dev of its own, with a place for the socket.
  const dev = path("dev");
  const set = `mount --bind ${dev} /dev && exec "$@"`;
  lab.host("a").shell(
    `mkdir ${dev} && for it in null zero full random urandom tty; do cp -a /dev/$it ${dev}/; done && ` +
      `ln -s /proc/self/fd ${dev}/fd`,
  );
  const listen = async () => {
    const program = "import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n" +
      "s.bind(sys.argv[1])\nwhile True: print(s.recv(9999).decode(),flush=True)";
    const it = lab.host("a").start(["/usr/bin/python3", "-u", "-c", program, join(dev, "log")]);
    const heard: string[] = [];
    it.stdout?.setEncoding("utf8").on("data", (text) => heard.push(text));
    await until("the log daemon listens", () => existsSync(join(dev, "log")));
    return { it, text: () => heard.join("") };
  };
  const count = (text: string) => text.split("Entering MASTER STATE").length - 1;

  const first = await listen();
  daemon = lab.start({
    name: "a",
    config: config([]),
    flags: "-nD",
    wrapper: ["unshare", "--mount", "sh", "-c", set, "sh"],
  });
  await transitions(1);
  await until("syslog has it", () => count(first.text()) === 2);
  assert.deepEqual(daemon.log, []);

  kill(first.it.pid ?? 0, "SIGSTOP");
  await transitions(5);
  await daemon.says(/Cannot write to \/dev\/log: it is full/);
  kill(first.it.pid ?? 0, "SIGCONT");
  await until("nothing is lost", () => count(first.text()) === 7, 40_000);

  first.it.kill("SIGKILL");
  rmSync(join(dev, "log"));
  const from = daemon.log.length;
  await transitions(2);
  await daemon.says(/syslog|\/dev\/log/, { from });
  const said = () => count(daemon.log.slice(from).join("\n"));
  await until("standard error takes its place", () => said() >= 2);
  const second = await listen();
  await until("what waited is there", () => count(second.text()) === 2, 60_000);
  assert.equal(await daemon.stop(), 0);
  second.it.kill("SIGKILL");
});

test("mail and web servers that refuse, and that speak something else without end", async () => {
  const program = "import socket,os,threading\n" +
    "def serve(c):\n try:\n  while True: c.sendall(os.urandom(4096))\n except OSError: pass\n" +
    "s=socket.create_server(('127.0.0.1',2525))\n" +
    "while True: threading.Thread(target=serve,args=(s.accept()[0],),daemon=True).start()";
  const server = lab.host("a").start(["/usr/bin/python3", "-c", program]);
  await until("it listens", () => lab.host("a").run("ss -ltn").includes(":2525"));
  const webhook = (port: number) => `notify_webhook http://127.0.0.1:${port}/ {\n}`;
  daemon = lab.start({
    name: "a",
    config: config([
      "smtp_server 127.0.0.1 2525",
      "notification_email {\na@example.com\n}",
      "smtp_alert",
      webhook(2525),
      webhook(2526),
    ]),
  });
  await transitions(3);
  await daemon.says(/SMTP alert: .*; trying again/);
  await daemon.says(/Webhook http:\/\/127\.0\.0\.1:2525: .*; trying again/);
  await daemon.says(/Webhook http:\/\/127\.0\.0\.1:2526: .*; trying again/);
  await transitions(1);
  assert.equal(daemon.lines(/SMTP alert: /).length, 1, daemon.log.join("\n"));
  server.kill();
  assert.equal(await daemon.stop(), 0);
});

test("scripts that are deaf to SIGTERM, and that leave children behind", async () => {
  const deaf = script(
    "deaf",
    `trap "" TERM\nsleep 1000 &\necho $$ $! "$@" >>${path("deaf.log")}\n` +
      "while :; do sleep 0.1; done",
  );
  daemon = lab.start({
    name: "a",
    config: config(
      ["script_user root", "notify_timeout 1"],
      [`notify ${deaf}`, "track_script {\nchk\n}"],
      `vrrp_script chk {\nscript "${deaf} check"\ninterval 1\ntimeout 1\nweight -5\n}\n`,
    ),
  });
  await transitions(1);
  const runs = () => linesOf("deaf.log").map((line) => line.split(" "));
  const told = () => runs().filter((words) => words[2] === "INSTANCE");
  await until("one after the other is told", () => told().length === 3, 30_000);
  const entered = daemon.log.flatMap((line) => /Entering (\w+) STATE/.exec(line)?.[1] ?? []);
  assert.deepEqual(told().map((words) => words[4]), entered.slice(0, 3));
  const ended = [
    ...told().slice(0, 2),
    ...runs().filter((words) => words[2] === "check").slice(0, 1),
  ];
  const pids = ended.flatMap((words) => words.slice(0, 2).map(Number));
  await until("they have gone, and their children", () => pids.every(isGone));
  await daemon.says(/notify script .*deaf INSTANCE VI_1 BACKUP \d+ was ended after 1 s/);
  assert.equal(daemon.lines(/VRRP_Script\(chk\) timed_out/).length, 1, daemon.log.join("\n"));
  assert.equal(await daemon.stop(), 0);
  killAll(runs().flatMap((words) => words.slice(0, 2).map(Number)));
});

test("scripts of a VRRP process that is killed go with it, what they put into the background stays", async () => {
  const pids = (name: string) => linesOf(name).map(Number);
  const hanging = script(
    "hanging",
    `echo $$ >>${path("scripts")}\nsleep 1000 &\necho $! >>${path("scripts")}\nwait`,
  );
  const starting = script("starting", `setsid sleep 1000 &\necho $! >>${path("servers")}`);
  daemon = lab.start({
    name: "a",
    config: config(
      ["script_user root"],
      [`notify_master ${starting}`, "track_script {\nchk\n}"],
      `vrrp_script chk {\nscript ${hanging}\ninterval 1\ntimeout 600\nweight 5\n}\n`,
    ),
  });
  await transitions(0);
  await until(
    "both have run",
    () => pids("scripts").length >= 2 && pids("servers").length >= 1,
  );
  const [first = 0, second = 0] = pids("scripts");
  const [server = 0] = pids("servers");
  assert.deepEqual([first, second, server].map(isGone), [false, false, false]);
  kill(Number(readFileSync(daemon.vrrpPidFile, "utf8")), "SIGKILL");
  await until("the script has gone", () => isGone(first) && isGone(second), 20_000);
  await daemon.says(/Ending the scripts that it has left/);
  assert.equal(isGone(server), false, "what it started is gone too");
  await transitions(1);
  kill(server, "SIGKILL");
  assert.equal(await daemon.stop(), 0);
  for (const pid of [...pids("scripts"), ...pids("servers")]) {
    if (!isGone(pid)) kill(pid, "SIGKILL");
  }
});
