/** Who may do what: docs/security.md, and every thread of every process. */

import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { capabilities, type Capability, parseCapabilities } from "@keepalived/linux";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { processTree } from "../../tools/lab/processes.ts";
import { instanceConf } from "./instance_conf.ts";
import { Folder } from "./program.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

const started: Daemon[] = [];
afterEach(async () => {
  for (const daemon of started.splice(0)) {
    await daemon.crash();
    // They may be another user's than that of the next one.
    const { pidFile, vrrpPidFile, checkersPidFile, bfdPidFile } = daemon;
    for (const file of [pidFile, vrrpPidFile, checkersPidFile, bfdPidFile]) {
      rmSync(file, { force: true });
    }
  }
});

/** The sections of docs/security.md. */
const manual = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

/** The table of docs/security.md: what each process has. */
function table(): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = manual.split("\n").filter((line) => line.startsWith("| ")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  const [head = [], ...others] = rows;
  return new Map(
    head.slice(1, -1).map((role, column) => [
      role,
      new Set(others.filter((row) => row[column + 1] === "yes").map(([name = ""]) => name)),
    ]),
  );
}

/** What the daemon is to be given where it is not root. */
function withoutRoot(): readonly string[] {
  const [, list = ""] = /ambient capabilities:\n\n```\n([^`]+)```/.exec(manual) ?? [];
  return list.trim().split(/\s+/);
}

/** As setpriv writes them; only those that there are on this machine. */
function short(names: Iterable<string>): string {
  const here = capabilities("bounding");
  return [...names].filter((name) => here.has(name as Capability)).map((name) =>
    `+${name.slice("CAP_".length).toLowerCase()}`
  ).join(",");
}

const others = `bfd_instance B1 {
  neighbor_ip 192.0.2.9
}
virtual_server 192.0.2.200 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.5 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}
`;

async function start(config: string, wrapper: readonly string[] = []): Promise<Daemon> {
  const flags = "-nlGD --no-ipvs";
  const daemon = lab.start({ name: "a", config: config + others, flags, wrapper });
  started.push(daemon);
  // The first start of a user without compiled modules takes its time on a busy machine.
  await daemon.says(/Entering MASTER STATE/, { withinMs: 60_000 });
  await daemon.says(/Startup complete/, { withinMs: 60_000 });
  return daemon;
}

function pidsOf(daemon: Daemon): Readonly<Record<"parent" | "vrrp" | "check" | "bfd", number>> {
  const read = (path: string) => Number(readFileSync(path, "utf8"));
  return {
    parent: read(daemon.pidFile),
    vrrp: read(daemon.vrrpPidFile),
    check: read(daemon.checkersPidFile),
    bfd: read(daemon.bfdPidFile),
  };
}

/** Every thread has these rights, and can take up no others. */
function assertRights(pid: number, expected: ReadonlySet<string>, who: string): void {
  const threads = readdirSync(`/proc/${pid}/task`);
  assert.ok(threads.length > 1, `threads of ${who}`);
  for (const thread of threads) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
    for (const set of ["effective", "permitted"] as const) {
      assert.deepEqual([...parseCapabilities(status, set)], [...expected], `${who}, ${set}`);
    }
  }
}

/** What of a set there is on this machine, in the order of the kernel. */
function here(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...capabilities("bounding")].filter((name) => names.has(name)));
}

/** A notify script that writes down what it may do. */
function reporter(folder: Folder, name: string) {
  chmodSync(folder.path, 0o777);
  const out = join(folder.path, `${name}.status`);
  const lines = `#!/bin/sh\ncat /proc/$$/status >${out}.new && mv ${out}.new ${out}\n`;
  const script = folder.write(name, lines);
  chmodSync(script, 0o755);
  return { script, read: () => existsSync(out) ? readFileSync(out, "utf8") : "" };
}

/** Words that run the daemon as nobody, with compiled modules where nobody may keep them. */
function asNobody(names: Iterable<string>): readonly string[] {
  const list = short(names);
  const identity = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const cache = `NODE_COMPILE_CACHE=${join(lab.folder, "modules")}`;
  return ["env", cache, "setpriv", ...identity, `--inh-caps=${list}`, `--ambient-caps=${list}`];
}

test("started as root, every thread of every process has the rights of docs/security.md", async () => {
  const daemon = await start(instanceConf());
  for (const [role, pid] of Object.entries(pidsOf(daemon))) {
    const expected = here(table().get(role) ?? new Set());
    assertRights(pid, expected, role);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const isConfined = role === "bfd";
    assert.deepEqual(
      [...parseCapabilities(status, "bounding")],
      [...isConfined ? expected : capabilities("bounding")],
      `bounding set of ${role}`,
    );
    assert.match(status, new RegExp(`^NoNewPrivs:\\s+${isConfined ? 1 : 0}$`, "m"), role);
  }
  assert.equal(await daemon.stop(), 0);
});

test("in the background too", async () => {
  const launcher = lab.start({ name: "a", config: instanceConf(), flags: "-DG" });
  started.push(launcher);
  assert.equal(await launcher.exit(), 0);
  const pid = Number(readFileSync(launcher.pidFile, "utf8"));
  assertRights(pid, here(table().get("parent") ?? new Set()), "parent");
  process.kill(pid, "SIGTERM");
  await until("it has ended", () => !existsSync(launcher.pidFile));
});

test("a process that was killed has a successor with the same rights", async () => {
  const daemon = await start(instanceConf());
  const { vrrp } = pidsOf(daemon);
  process.kill(vrrp, "SIGKILL");
  await until(
    "another one",
    () => ![0, vrrp].includes(Number(readFileSync(daemon.vrrpPidFile, "utf8"))),
  );
  assertRights(pidsOf(daemon).vrrp, here(table().get("vrrp") ?? new Set()), "vrrp");
  assert.equal(await daemon.stop(), 0);
});

test("a script of root has what root has, and one of another user nothing", async () => {
  for (
    const [user, expected] of [["root", [...capabilities("bounding")]], ["daemon", []]] as const
  ) {
    using folder = new Folder();
    const { script, read } = reporter(folder, user);
    const lines = [`notify_master ${script} ${user}`];
    const daemon = await start(instanceConf({ lines }));
    await until("the script has run", () => read() !== "");
    assert.deepEqual([...parseCapabilities(read(), "effective")], expected, user);
    assert.deepEqual([...parseCapabilities(read(), "ambient")], [], user);
    assert.equal(await daemon.stop(), 0);
  }
});

test("without root it needs no more than docs/security.md says: a VMAC, scripts, a reload", async () => {
  const given = here(new Set(withoutRoot()));
  assert.ok(given.size >= 9);
  chmodSync(lab.folder, 0o777);
  using folder = new Folder();
  const own = reporter(folder, "own");
  const other = reporter(folder, "other");
  const lines = [
    "use_vmac",
    `notify_backup ${other.script} daemon`,
    `notify_master ${own.script} nobody`,
  ];
  const config = (addresses: readonly string[]) =>
    `global_defs {\n  vrrp_rt_priority 5\n}\n${instanceConf({ lines, addresses })}`;
  const daemon = await start(config(["192.0.2.100/24"]), asNobody(given));
  assert.ok(lab.host("a").holds("192.0.2.100"));
  for (const [role, pid] of Object.entries(pidsOf(daemon))) {
    const wanted = [...table().get(role) ?? []].filter((name) => given.has(name));
    assertRights(pid, here(new Set(wanted)), role);
    assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^Uid:(\t65534){4}$/m);
  }
  for (const [{ read }, uid] of [[own, 65_534], [other, 1]] as const) {
    await until("the script has run", () => read() !== "");
    assert.match(read(), new RegExp(`^Uid:(\t${uid}){4}$`, "m"));
    for (const set of ["effective", "permitted", "ambient"] as const) {
      assert.deepEqual([...parseCapabilities(read(), set)], [], `${uid}, ${set}`);
    }
  }
  daemon.configure(config(["192.0.2.101/24"]) + others);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  await until("the other address", () => lab.host("a").holds("192.0.2.101"));
  assert.equal(await daemon.stop(), 0);
  assert.ok(!lab.host("a").holds("192.0.2.101"));
  assert.deepEqual(daemon.lines(/Cannot|Permission|not permitted/), []);
});

test("two capabilities are enough for VRRP and checks", async () => {
  chmodSync(lab.folder, 0o777);
  const daemon = await start(instanceConf(), asNobody(["CAP_NET_ADMIN", "CAP_NET_RAW"]));
  assert.ok(lab.host("a").holds("192.0.2.100"));
  assert.equal(await daemon.stop(), 0);
  assert.ok(!lab.host("a").holds("192.0.2.100"));
});

test("where setpriv cannot take rights, the daemon says so and runs", async () => {
  using folder = new Folder();
  const refusal = folder.write("setpriv", "#!/bin/sh\necho 'setpriv: not today' >&2\nexit 1\n");
  chmodSync(refusal, 0o755);
  const daemon = await start(instanceConf(), ["env", `PATH=${folder.path}:${process.env["PATH"]}`]);
  const lines = daemon.lines(/All processes keep the rights .*: setpriv: not today$/);
  assert.equal(lines.length, 1);
  for (const pid of processTree(daemon.pid)) {
    assertRights(pid, capabilities("bounding"), String(pid));
  }
  assert.equal(await daemon.stop(), 0);
});
