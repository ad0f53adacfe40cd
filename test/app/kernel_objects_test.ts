/** What the daemon holds in the kernel beside its addresses: routes and rules of a MASTER, and what is static. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import type { Host } from "../../tools/lab/network.ts";
import { instanceConf } from "./instance_conf.ts";

const address = "192.0.2.100";
const gateway = "via 192.0.2.254 dev eth0";

const routes = [
  `10.1.0.0/16 ${gateway} src ${address}`,
  `10.2.0.0/16 ${gateway} table 200`,
  "10.3.0.0/16 dev eth1 no_track",
];
const rules = [
  "from 10.1.0.0/16 table 200 preference 300",
  "from 10.2.0.0/16 table 201 preference 301 no_track",
];

function virtualConf(
  given: { routes?: readonly string[]; rules?: readonly string[]; interval?: number } = {},
): string {
  const lines = [
    "promote_secondaries",
    `virtual_routes {\n${(given.routes ?? routes).join("\n")}\n}`,
    `virtual_rules {\n${(given.rules ?? rules).join("\n")}\n}`,
  ];
  return instanceConf({ lines, interval: given.interval ?? 0.1 });
}

function staticConf(lines: readonly string[]): string {
  return `track_group G { group { VI_1 } }
static_ipaddress {
  198.51.100.1/24 dev eth1 track_group G
  198.51.100.2/24 dev eth1 no_track
}
static_routes {
  ${lines.join("\n  ")}
}
static_rules {
  from 10.8.0.0/16 table 208 preference 208
}
`;
}

const statics = ["10.8.0.0/16 via 198.51.100.254 dev eth1", "unreachable 10.9.0.0/16"];

let lab: Lab;
let host: Host;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
  host = lab.host("a");
  makeSecondInterface();
});
after(async () => await lab[Symbol.asyncDispose]());

function makeSecondInterface(): void {
  host.run("ip link add eth1 type veth peer name peer1");
  for (const name of ["eth1", "peer1"]) host.run(`ip link set dev ${name} up`);
}

/** Names of what of ours is in the kernel: addresses, destinations of routes, preferences of rules. */
function held(): readonly string[] {
  const listed = (words: string) => host.run(words).split("\n").filter((line) => line !== "");
  const addresses = listed("ip -o -4 address show scope global").map((line) =>
    /inet (\S+?)\//.exec(line)?.[1] ?? ""
  );
  const routes = listed("ip -o route show table all proto keepalived").map((line) =>
    /\d+\.\d+\.0\.0/.exec(line)?.[0] ?? line
  );
  const rules = listed("ip -o rule show").map((line) => /^\d+/.exec(line)?.[0] ?? "");
  return [
    ...addresses.filter((it) => it !== "192.0.2.1"),
    ...routes,
    ...rules.filter((it) => !["0", "32766", "32767"].includes(it)),
  ].sort();
}

const asMaster = [address, "10.1.0.0", "10.2.0.0", "10.3.0.0", "300", "301"].sort();
const asStatic = ["198.51.100.1", "198.51.100.2", "10.8.0.0", "10.9.0.0", "208"];

async function holds(wanted: readonly string[], withinMs = 3000): Promise<void> {
  const sorted = [...wanted].sort();
  await until(`the kernel has ${sorted}`, () => held().join() === sorted.join(), withinMs)
    .catch((error) => assert.deepEqual(held(), sorted, String(error)));
}

/** A daemon that is MASTER, stopped at the end. */
async function withMaster(config: string, run: (daemon: Daemon) => Promise<void>): Promise<void> {
  const daemon = lab.start({ name: "a", config });
  try {
    await daemon.says(/Entering MASTER STATE/);
    await run(daemon);
  } finally {
    assert.equal(await daemon.stop(), 0);
  }
}

/** What `ip monitor` tells, a line each: `rule`, `route` or `address`, and what of it. */
class Monitor {
  readonly lines: string[] = [];
  readonly #process: ReturnType<Host["start"]>;

  private constructor() {
    this.#process = host.start(["ip", "-4", "monitor", "address", "route", "rule"]);
    const { stdout } = this.#process;
    if (stdout !== null) createInterface({ input: stdout }).on("line", (it) => this.lines.push(it));
  }

  /** Once it has begun to listen. */
  static async begin(): Promise<Monitor> {
    const monitor = new Monitor();
    await until("ip monitor listens", () => {
      for (const verb of ["add", "delete"]) host.run(`ip route ${verb} blackhole 10.255.0.0/16`);
      return monitor.lines.length > 0;
    });
    await sleep(100);
    monitor.lines.length = 0;
    return monitor;
  }

  /** The kinds of what was told, in order, without repetitions. */
  kinds(): readonly string[] {
    const kinds = this.lines.flatMap((line) => {
      if (!/^\S/.test(line) || / table local | proto kernel /.test(line)) return [];
      const kind = / lookup /.test(line) ? "rule" : / inet /.test(line) ? "address" : "route";
      return [`${line.startsWith("Deleted") ? "-" : "+"}${kind}`];
    });
    return kinds.filter((kind, i) => kind !== kinds[i - 1]);
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }
}

function secondaries(): string {
  return host.run("sysctl -n net.ipv4.conf.eth0.promote_secondaries").trim();
}

test("a MASTER puts up addresses, routes and rules in this order, and takes them away in the reverse one", async () => {
  host.run(`ip address add ${address}/24 dev eth0`); // Somebody else's, which a backup must not have.
  assert.equal(secondaries(), "0");
  const monitor = await Monitor.begin();
  try {
    await withMaster(virtualConf(), async () => {
      await holds(asMaster);
      assert.equal(secondaries(), "1");
      assert.match(
        host.run("ip route get 10.1.0.9"),
        /via 192\.0\.2\.254 dev eth0 src 192\.0\.2\.100/,
      );
    });
    assert.deepEqual(held(), []);
    assert.equal(secondaries(), "0");
    await until("all is told", () => monitor.kinds().length >= 7);
    const order = ["-address", "+address", "+route", "+rule", "-rule", "-route", "-address"];
    assert.deepEqual(monitor.kinds(), order);
  } finally {
    monitor[Symbol.dispose]();
  }
});

test("what somebody removes from a MASTER costs it the state for a moment, unless no_track", async () => {
  await withMaster(virtualConf(), async (daemon) => {
    await holds(asMaster);
    for (
      const [words, what] of [
        ["route delete 10.1.0.0/16", "route 10.1.0.0/16 via 192.0.2.254 dev eth0"],
        [
          "route delete 10.2.0.0/16 table 200",
          "route 10.2.0.0/16 via 192.0.2.254 dev eth0 table 200",
        ],
        ["rule delete preference 300", "rule from 10.1.0.0/16 preference 300 lookup 200"],
      ] as const
    ) {
      const from = daemon.log.length;
      host.run(`ip ${words}`);
      await daemon.says(new RegExp(`${what}.* was removed by somebody else`), { from });
      await daemon.says(/Entering BACKUP STATE/, { from });
      await daemon.says(/Entering MASTER STATE/, { from });
      await holds(asMaster);
    }
    const from = daemon.log.length;
    host.run("ip route delete 10.3.0.0/16");
    host.run("ip rule delete preference 301");
    await sleep(500);
    await holds(asMaster.filter((it) => it !== "10.3.0.0" && it !== "301"));
    assert.deepEqual(daemon.log.slice(from), []);
  });
  assert.deepEqual(held(), []);
});

test("a reload touches what is different, and nothing else", async () => {
  const config = (given: Parameters<typeof virtualConf>[0], lines: readonly string[]) =>
    staticConf(lines) + virtualConf(given);
  await withMaster(config({}, statics), async (daemon) => {
    await holds([...asMaster, ...asStatic]);
    const monitor = await Monitor.begin();
    try {
      const from = daemon.log.length;
      const changed = {
        routes: [...routes.slice(1), "10.4.0.0/16 dev eth0"],
        rules: [...rules.slice(0, 1), "from 10.2.0.0/16 table 202 preference 301 no_track"],
      };
      daemon.configure(config(changed, [...statics.slice(1), "10.7.0.0/16 dev eth1"]));
      daemon.signal("SIGHUP");
      await daemon.says(/Reload complete/, { from });
      const gone = ["10.1.0.0", "10.8.0.0"];
      const kept = [...asMaster, ...asStatic].filter((it) => !gone.includes(it));
      await holds([...kept, "10.4.0.0", "10.7.0.0"]);
      await sleep(200);
      const told = monitor.lines.map((line) => /^(Deleted )?(\d+:|[\d./]+)/.exec(line)?.[0]);
      assert.deepEqual(
        told.sort(),
        [
          "Deleted 10.1.0.0/16",
          "Deleted 10.8.0.0/16",
          "Deleted 301:",
          "10.4.0.0/16",
          "10.7.0.0/16",
          "301:",
        ].sort(),
      );
      assert.equal(daemon.lines(/Entering/).length, 2, "its state is kept");

      // no_track alone is no difference to the kernel.
      monitor.lines.length = 0;
      const again = daemon.log.length;
      const untracked = { ...changed, routes: changed.routes.map((it) => `${it} no_track`) };
      daemon.configure(config(untracked, [...statics.slice(1), "10.7.0.0/16 dev eth1 no_track"]));
      daemon.signal("SIGHUP");
      await daemon.says(/Reload complete/, { from: again });
      await sleep(200);
      assert.deepEqual(monitor.lines, []);
    } finally {
      monitor[Symbol.dispose]();
    }
  });
  assert.deepEqual(held(), []);
});

test("static objects come back when somebody removes them, and go at the end", async () => {
  const tracked = [...statics.slice(0, 1), "10.9.0.0/16 dev eth1"];
  await withMaster(staticConf(tracked) + instanceConf(), async (daemon) => {
    await holds([address, ...asStatic]);
    const from = daemon.log.length;
    host.run("ip route delete 10.8.0.0/16");
    host.run("ip route delete 10.9.0.0/16");
    host.run("ip rule delete preference 208");
    host.run("ip address delete 198.51.100.2/24 dev eth1");
    host.run("ip address delete 198.51.100.1/24 dev eth1");
    await holds([address, ...asStatic].filter((it) => it !== "198.51.100.2"));
    for (const what of ["route 10.8.0.0/16", "rule from 10.8.0.0/16", "address 198.51.100.1/24"]) {
      await daemon.says(new RegExp(`Restoring deleted static ${what}`), { from });
    }
    assert.ok(!daemon.log.slice(from).some((line) => /Entering|198\.51\.100\.2\//.test(line)));
  });
  assert.deepEqual(held(), []);
});

test("an instance that a track_group ties to static objects is in fault while they are missing", async () => {
  await withMaster(staticConf(statics) + virtualConf(), async (daemon) => {
    await holds([...asMaster, ...asStatic]);
    const from = daemon.log.length;
    // With the interface goes all that is on it; the kernel tells of addresses only.
    host.run("ip link delete dev eth1");
    await daemon.says(/entering FAULT state \(.*static address 198\.51\.100\.1\/24/, { from });
    await daemon.says(/Entering FAULT STATE/, { from });
    await holds(["10.9.0.0", "208"]);
    makeSecondInterface();
    await daemon.says(/Entering MASTER STATE/, { from });
    await holds([...asMaster, ...asStatic].filter((it) => it !== "198.51.100.2"));
  });
  assert.deepEqual(held(), []);
});

test("a route waits for its gateway, and comes when an address leads to it", async () => {
  const waiting = "10.4.0.0/16 via 203.0.113.9 dev eth1";
  await withMaster(virtualConf({ routes: [waiting], rules: [] }), async (daemon) => {
    await daemon.says(/ip route prepend 10\.4\.0\.0\/16 .*gateway/);
    assert.deepEqual(held(), [address]);
    host.run("ip address add 203.0.113.1/24 dev eth1");
    await holds([address, "203.0.113.1", "10.4.0.0"]);
    // The kernel removes the route silently, and keeps the address.
    host.run("ip link set dev eth1 down");
    await daemon.says(/Entering FAULT STATE/);
    host.run("ip link set dev eth1 up");
    await holds([address, "203.0.113.1", "10.4.0.0"]);
  });
  host.run("ip address flush dev eth1");
});

test("what a daemon that was killed left behind is gone before the next one is MASTER", async () => {
  const config = staticConf(statics) + virtualConf();
  const first = lab.start({ name: "a", config });
  await first.says(/Entering MASTER STATE/);
  await holds([...asMaster, ...asStatic]);
  await first.crash();
  await holds([...asMaster, ...asStatic]);
  const second = lab.start({
    name: "a",
    config: staticConf(statics) + virtualConf({ interval: 1 }),
  });
  await second.says(/Entering BACKUP STATE/);
  await holds(asStatic, 1500);
  await second.says(/Entering MASTER STATE/);
  await holds([...asMaster, ...asStatic]);
  assert.equal(await second.stop(), 0);
  assert.deepEqual(held(), []);
});

test("lost notifications of routes: what went meanwhile comes back", async () => {
  await withMaster(staticConf(statics) + virtualConf(), async (daemon) => {
    await holds([...asMaster, ...asStatic]);
    const from = daemon.log.length;
    const vrrpPid = Number(readFileSync(daemon.vrrpPidFile, "utf8"));
    process.kill(vrrpPid, "SIGSTOP");
    const batch = join(lab.folder, "batch");
    // Twice what there is room for, and no more: the watchdog ends a process that is stopped for long.
    for (const verb of ["add", "delete"]) {
      const lines = Array.from(
        { length: 2500 },
        (_, i) => `route ${verb} 11.${i >> 8}.${i & 0xff}.0/24 dev eth0\n`,
      );
      writeFileSync(batch, lines.join(""));
      host.run(`ip -batch ${batch}`);
    }
    host.run("ip route delete 10.1.0.0/16");
    host.run("ip route delete 10.8.0.0/16");
    process.kill(vrrpPid, "SIGCONT");
    await daemon.says(/notifications were lost, reading routes and rules/, { from });
    await daemon.says(/route 10\.1\.0\.0\/16 .* was removed by somebody else/, { from });
    await daemon.says(/Restoring deleted static route 10\.8\.0\.0\/16/, { from });
    await daemon.says(/Entering MASTER STATE/, { from });
    await holds([...asMaster, ...asStatic]);
  });
});

test("-V leaves what a MASTER holds, without resigning; -X takes addresses that others put there", async () => {
  const sent = () => lab.wire.adverts.filter(({ priority }) => priority === 0).length;
  const before = sent();
  const keeper = lab.start({ name: "a", config: virtualConf(), flags: "-nlGDV" });
  await keeper.says(/Entering MASTER STATE/);
  await holds(asMaster);
  assert.equal(await keeper.stop(), 0);
  assert.deepEqual(held(), asMaster);
  assert.equal(sent(), before);

  const config = virtualConf({ interval: 2 });
  const releaser = lab.start({ name: "a", config, flags: "-nlGDX" });
  await releaser.says(/Entering BACKUP STATE/);
  await holds([], 1500);
  host.run(`ip address add ${address}/24 dev eth0`);
  assert.equal(await releaser.stop(), 0);
  assert.deepEqual(held(), []);
});

test("an IPv6 route that loses one of its legs costs the state for a moment, and is whole again", async () => {
  const legs = ["fe80::1", "fe80::2"].map((via) => `nexthop via ${via} dev eth0`).join(" ");
  const config = instanceConf({
    addresses: ["fe80::77/64", "2001:db8::100/64"],
    lines: [
      `virtual_routes {\n2001:db8:30::/48 dev eth0 ${legs}\n2001:db8:31::/48 via fe80::1 dev eth0 src 2001:db8::100\n}`,
      "virtual_rules {\ninet6 to 2001:db8:30::/48 table 30 preference 300\n}",
    ],
  });
  const lines = (words: string) => host.run(`ip -6 ${words}`).split("\n").length - 1;
  const isWhole = () => lines("route show proto keepalived") === 4 && lines("rule show") === 3;
  await withMaster(config, async (daemon) => {
    await until("two legs, a route and a rule are there", isWhole);
    const from = daemon.log.length;
    host.run("ip -6 route delete 2001:db8:30::/48 via fe80::2 dev eth0");
    await daemon.says(/route 2001:db8:30::\/48 .* was removed by somebody else/, { from });
    await daemon.says(/Entering MASTER STATE/, { from });
    await until("two legs, a route and a rule are there", isWhole);
    await sleep(300);
    assert.equal(daemon.log.slice(from).filter((line) => /Entering BACKUP/.test(line)).length, 1);
  });
  assert.equal(lines("route show proto keepalived"), 0);
  assert.equal(lines("rule show"), 2);
});
