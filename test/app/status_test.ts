/** What operators can ask a running daemon: status, explain, reload, maintenance, and its control socket. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Lab, until } from "../../tools/lab/lab.ts";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { instanceConf } from "./instance_conf.ts";
import { program, type Run } from "./program.ts";

const address = "192.0.2.100";
const config = (priority = 100) =>
  "global_defs {\nenable_script_security\nscript_user root\n}\n" +
  `vrrp_script chk {\nscript "/bin/test -e CHECKED"\ninterval 1\nweight 20\n}\n`
    .replace("CHECKED", `${lab.folder}/checked`) +
  instanceConf({ priority, lines: ["track_script {", "  chk", "}"] }) +
  instanceConf({
    name: "BROKEN",
    virtualRouterId: 52,
    addresses: ["192.0.2.150/24"],
    lines: ["track_interface {", "  nowhere", "}"],
  });

let lab: Lab;
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24"] },
    { name: "b", addresses: ["192.0.2.2/24"] },
  ]);
});
after(async () => await lab[Symbol.asyncDispose]());

test("status tells who is MASTER and what is wrong, in words and as JSON", async () => {
  const daemon = await startMaster();
  const { status, stdout } = await ask(daemon, "status");
  assert.equal(status, 0);
  assert.match(stdout, /^VI_1 +MASTER .* 192\.0\.2\.100\/24 +this one$/m);
  assert.match(stdout, /^BROKEN +FAULT .*\n {2}tracked interface nowhere$/m);
  assert.ok(!stdout.includes("\x1b"), "colours without a terminal");

  const json = await ask(daemon, "status", "--json");
  const { version, parent, vrrp } = JSON.parse(json.stdout);
  const judge = new Ajv2020().compile(
    JSON.parse(readFileSync(new URL("../../docs/status.schema.json", import.meta.url), "utf8")),
  );
  assert.ok(judge(JSON.parse(json.stdout)), JSON.stringify(judge.errors));
  assert.deepEqual([version, parent.process.pid, parent.children.length], [3, daemon.pid, 1]);
  assert.equal(vrrp.process.pid, Number(readFileSync(daemon.vrrpPidFile, "utf8")));
  assert.deepEqual(vrrp.instances.map((it: { state: string }) => it.state), ["MASTER", "FAULT"]);
  assert.deepEqual(vrrp.instances[0].held.map((it: { present: boolean }) => it.present), [true]);
  assert.equal(await daemon.stop(), 0);
});

test("status --watch shows it again and again, and ends with the daemon", async () => {
  const daemon = await startMaster();
  const child = execFile(program, ["status", "--watch", "-p", daemon.pidFile]);
  let shown = "";
  child.stdout?.on("data", (text) => shown += text);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await until("it was shown twice", () => shown.split("VI_1 ").length > 2);
  assert.equal(await daemon.stop(), 0);
  assert.equal(await ended, 69);
});

test("explain says why, of the peers too, and what would help", async () => {
  const master = lab.start({ name: "b", config: instanceConf({ priority: 200 }) });
  await master.says(/Entering MASTER STATE/);
  const daemon = lab.start({ name: "a", config: config() });
  await daemon.says(/\(VI_1\) Entering BACKUP STATE/);
  await until("it has heard the master", async () => {
    const { stdout } = await ask(daemon, "explain", "VI_1");
    return /follows 192\.0\.2\.2, whose priority 200 is higher than its own 100/.test(stdout) &&
      /192\.0\.2\.2: priority 200, heard .*, \d+ advertisements/.test(stdout) &&
      /takes over in .* unless 192\.0\.2\.2 is heard before/.test(stdout) &&
      /^ {2}0 {2}script chk {2}bad$/m.test(stdout);
  });
  const { stdout } = await ask(daemon, "explain", "BROKEN");
  assert.match(stdout, /cannot take part: tracked interface nowhere/);
  assert.match(stdout, /What to do\n {2}set interface nowhere up/);
  const unknown = await ask(daemon, "explain", "VI_2");
  assert.deepEqual(
    [unknown.status, unknown.stderr],
    [1, "keepalived: There is no instance 'VI_2', but: VI_1, BROKEN\n"],
  );
  assert.deepEqual([await daemon.stop(), await master.stop()], [0, 0]);
});

test("reload says what it changes, does it, and with --dry-run does not; errors are refused", async () => {
  const daemon = await startMaster();
  assert.match((await ask(daemon, "reload")).stdout, /^Nothing is different$/m);
  daemon.configure(config(110));
  const dry = await ask(daemon, "reload", "--dry-run");
  assert.deepEqual([dry.status, /^VI_1: priority 100 → 110$/m.test(dry.stdout)], [0, true]);
  assert.match(dry.stdout, /^Nothing was done/m);
  const { stdout: before } = await ask(daemon, "status");
  assert.match(before, /^VI_1 .* 100 +51 /m);
  const reload = await ask(daemon, "reload");
  assert.deepEqual([reload.status, /priority 100 → 110/.test(reload.stdout)], [0, true]);
  await daemon.says(/Reload complete/);
  assert.match((await ask(daemon, "status")).stdout, /^VI_1 .* 110 +51 /m);

  daemon.configure(`${config(120)}vrrp_instance X {\ninterface eth0\n}\n`);
  const broken = await ask(daemon, "reload");
  assert.deepEqual([broken.status, broken.stdout], [1, ""]);
  assert.match(broken.stderr, /error\[.*\n.*\nRefused: the configuration has errors/s);
  assert.match(
    (await ask(daemon, "status")).stdout,
    /The reload now was refused|s ago was refused/,
  );
  assert.equal(await daemon.stop(), 0);
});

test("maintenance gives everything away, outlives the VRRP process, and ends when told", async () => {
  const daemon = await startMaster();
  const sinceUs = lab.reactor.nowUs();
  assert.equal((await ask(daemon, "maintenance", "on")).stdout, "Maintenance is on\n");
  await lab.wire.next("priority 0", ({ priority }) => priority === 0, { sinceUs });
  await until("the address is gone", () => !lab.host("a").holds(address));
  assert.match((await ask(daemon, "status")).stdout, /^In maintenance[^]*\n {2}maintenance mode$/m);

  const from = daemon.log.length;
  process.kill(Number(readFileSync(daemon.vrrpPidFile, "utf8")), "SIGKILL");
  await daemon.says(/\(VI_1\) Entering FAULT STATE/, { from });
  daemon.configure(
    config() + instanceConf({ name: "NEW", virtualRouterId: 53, addresses: ["192.0.2.151/24"] }),
  );
  await ask(daemon, "reload");
  await daemon.says(/\(NEW\) Entering FAULT STATE/, { from });
  assert.equal((await ask(daemon, "maintenance")).stdout, "Maintenance is on\n");
  assert.equal(daemon.log.slice(from).some((line) => line.includes("MASTER STATE")), false);

  assert.equal((await ask(daemon, "maintenance", "off")).stdout, "Maintenance is off\n");
  await daemon.says(/\(VI_1\) Entering MASTER STATE/, { from });
  await until("the address is back", () => lab.host("a").holds(address));
  assert.equal(await daemon.stop(), 0);
});

test("the control socket is root's, goes with the daemon, and a flood of nonsense changes nothing", async () => {
  const daemon = await startMaster();
  const path = socketOf(daemon);
  assert.deepEqual([statSync(path).mode & 0o777, statSync(path).uid], [0o600, 0]);
  const sinceUs = lab.reactor.nowUs();
  const sockets = Array.from({ length: 200 }, (_, i) => {
    const socket = connect(path);
    socket.on("error", () => {});
    socket.write(i % 2 === 0 ? "x".repeat(100_000) : '{"id":1,"method":"status"}\n'.repeat(20));
    if (i % 3 === 0) socket.end();
    return socket;
  });
  await lab.wire.next("an advertisement", ({ priority }) => priority === 100, {
    sinceUs,
  });
  for (const socket of sockets) socket.destroy();
  await until("it answers", async () => (await ask(daemon, "status")).status === 0);
  assert.deepEqual(daemon.lines(/Internal/), []);
  assert.equal(daemon.lines(/\(VI_1\) Entering/).length, 2, daemon.log.join("\n"));
  assert.equal(await daemon.stop(), 0);
  assert.equal(existsSync(path), false);
  assert.deepEqual(await ask(daemon, "status"), {
    status: 69,
    stdout: "",
    stderr: `keepalived: No daemon listens at ${path}\n`,
  });
});

test("a VRRP process that hangs is told of, and is asked again when it goes on", async () => {
  const daemon = await startMaster();
  const child = Number(readFileSync(daemon.vrrpPidFile, "utf8"));
  process.kill(child, "SIGSTOP");
  const { status, stdout } = await ask(daemon, "status");
  process.kill(child, "SIGCONT");
  assert.deepEqual([status, /^The VRRP process does not answer$/m.test(stdout)], [0, true], stdout);
  assert.match((await ask(daemon, "status")).stdout, /^VI_1 +/m);
  assert.equal(await daemon.stop(), 0);
});

test("control_socket and control_group: another place, and a group that may ask", async () => {
  const path = `${lab.folder}/elsewhere.sock`;
  const desk = `global_defs {\ncontrol_socket ${path}\ncontrol_group tty\n}\n`;
  const daemon = await startMaster(desk + config());
  assert.equal(existsSync(socketOf(daemon)), false);
  const { mode, gid } = statSync(path);
  assert.deepEqual([mode & 0o777, gid], [0o660, 5]);
  const [answer] = await converse(path, '{"id":1,"method":"maintenance"}');
  assert.deepEqual(JSON.parse(answer ?? ""), { id: 1, result: { maintenance: false } });
  daemon.configure(`global_defs {\ncontrol_socket off\n}\n${config()}`);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  assert.equal(existsSync(path), false);
  assert.equal(await daemon.stop(), 0);
});

test("server drain, disable, weight: told in the status, and kept when the checker process is killed", async () => {
  const servers = ["127.0.0.1", "127.0.0.2"].map((ip) => `real_server ${ip} 80 {\nweight 3\n}\n`);
  const config = `virtual_server 192.0.2.200 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n${
    servers.join("")
  }}\n`;
  const daemon = lab.start({ name: "a", config, flags: "-nlGD --no-ipvs" });
  await daemon.says(/Startup complete/);
  const drained = await ask(daemon, "server", "drain", "127.0.0.1");
  assert.deepEqual([drained.status, drained.stdout], [
    0,
    "[127.0.0.1]:tcp:80 of [192.0.2.200]:tcp:80: drained: it gets no new connections\n",
  ]);
  await ask(daemon, "server", "weight", "127.0.0.2:80", "7", "-V", "192.0.2.200:80");
  const shown =
    /^\[192.*\n {2}\[127\.0\.0\.1\].* up, by order drained\n {2}.*, by order weight 7$/m;
  assert.match((await ask(daemon, "status")).stdout, shown);
  const { check } = JSON.parse((await ask(daemon, "status", "--json")).stdout);
  process.kill(check.process.pid, "SIGKILL");
  await until("another checker process obeys", async () => {
    const { stdout } = await ask(daemon, "status");
    return /Healthcheck process has been restarted once/.test(stdout) && shown.test(stdout);
  });
  await ask(daemon, "server", "enable", "127.0.0.1");
  await ask(daemon, "server", "weight", "127.0.0.2:80", "-V", "192.0.2.200:80");
  assert.doesNotMatch((await ask(daemon, "status")).stdout, /by order/);
  const unknown = await ask(daemon, "server", "drain", "127.0.0.3");
  assert.deepEqual([unknown.status, unknown.stderr], [
    1,
    "keepalived: There is no server '127.0.0.3'\n",
  ]);
  assert.equal(await daemon.stop(), 0);
});

test("metrics are served where the configuration wants them, and no longer after a reload", async () => {
  const path = `${lab.folder}/metrics.sock`;
  const daemon = await startMaster(`global_defs {\nmetrics_socket ${path}\n}\n${config()}`);
  await until("it is there", () => existsSync(path));
  const { status, text } = await scrape(path);
  assert.equal(status, 200);
  assert.match(text, /^keepalived_vrrp_state\{instance="VI_1",vrid="51",.*\} 2$/m);
  assert.match(text, /^keepalived_process_resident_memory_bytes\{process="vrrp"\} \d+$/m);
  assert.match(text, /\n# EOF\n$/);
  daemon.configure(config());
  daemon.signal("SIGHUP");
  await until("it is gone", () => !existsSync(path));
  assert.equal(await daemon.stop(), 0);
});

async function startMaster(text = config()): Promise<Daemon> {
  const daemon = lab.start({ name: "a", config: text });
  await daemon.says(/\(VI_1\) Entering MASTER STATE/);
  return daemon;
}

function socketOf({ pidFile }: Daemon): string {
  return pidFile.replace(/pid$/, "sock");
}

/** Runs a command that asks a daemon. */
function ask(daemon: Daemon, ...words: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const options = { timeout: 20_000 };
    execFile(program, [...words, "-p", daemon.pidFile], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
  });
}

/** `GET /metrics` */
function scrape(socketPath: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: "/metrics", agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => text += part);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    }).on("error", reject).end();
  });
}

/** Sends lines, and reads as many. */
async function converse(path: string, ...lines: readonly string[]): Promise<readonly string[]> {
  const socket = connect(path);
  socket.end(lines.map((line) => `${line}\n`).join(""));
  return await Array.fromAsync(createInterface({ input: socket }));
}
