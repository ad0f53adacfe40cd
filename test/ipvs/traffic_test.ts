/**
 * The whole daemon on a director between a client and real servers, with real HTTP through the kernel.
 *
 * One start of the daemon for all tests: VRRP brings the virtual addresses, the checkers bring the table.
 */

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { promisify } from "node:util";
import { Reactor } from "@keepalived/reactor";
import type { StatusDocument } from "../../apps/keepalived/status/document.ts";
import type { VirtualServerSnapshot } from "../../apps/keepalived/status/snapshot/check_snapshot.ts";
import { sleep, until } from "../../tools/lab/lab.ts";
import { crash } from "../../tools/lab/processes.ts";
import { BalancedNetwork } from "./balanced_network.ts";
import { requireGuest } from "./kernel.ts";
import { WebClient, WebServer } from "./web.ts";

/** A way to the real servers 1 and 2, over IPv4 and IPv6. */
type Way = {
  readonly name: string;
  /** The words of the configuration, and the option of ipvsadm. */
  readonly method: readonly [words: string, option: string];
  readonly addresses: readonly [string, string];
  readonly port: number;
  /** What it is in the configuration and for ipvsadm, if not an address and a port. */
  readonly keys?: readonly [
    readonly [words: string, option: string],
    readonly [words: string, option: string],
  ];
};

const nat = ["NAT", "-m"] as const;
const ways: readonly Way[] = [
  {
    name: "masquerading",
    method: nat,
    addresses: ["198.51.100.100", "2001:db8:3::100"],
    port: 80,
  },
  {
    name: "direct routing",
    method: ["DR", "-g"],
    addresses: ["192.0.2.100", "2001:db8:1::100"],
    port: 80,
  },
  {
    name: "tunnels",
    method: ["TUN", "-i"],
    addresses: ["192.0.2.101", "2001:db8:1::101"],
    port: 80,
  },
  {
    name: "a firewall mark",
    method: nat,
    addresses: ["198.51.100.102", "2001:db8:3::102"],
    port: 80,
    keys: [["fwmark 7\nip_family inet", "-f 7"], ["fwmark 7\nip_family inet6", "-f 7 -6"]],
  },
];

const [shared, shared6] = ["198.51.100.100", "2001:db8:3::100"];
const groupPorts = [8081, 8082];
const sorryPort = 8090;
const stickyPort = 8100;

const realOf = (family: 0 | 1, n: number) => family === 0 ? `10.0.0.1${n}` : `2001:db8:2::1${n}`;
const endpoint = (address: string, port: number) =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

/** A virtual server whose real servers are asked for a page each second. */
function virtualServer(key: string, family: 0 | 1, method: string, lines = ""): string {
  const check = "HTTP_GET {\nurl {\npath /\nstatus_code 200\n}\nconnect_timeout 30\nretry 0\n}";
  return `virtual_server ${key.split("\n")[0]} {
${key.split("\n").slice(1).join("\n")}
delay_loop 1
warmup 0
lvs_sched rr
lvs_method ${method}
protocol TCP
${lines}
real_server ${realOf(family, 1)} 80 {
${check}
}
real_server ${realOf(family, 2)} 80 {
${check}
}
}
`;
}

const families = [0, 1] as const;
const configuration = `
global_defs {
  nftables_ipvs
}
vrrp_instance VI {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {
    ${ways.map(({ addresses }) => `${addresses[0]}/32`).join("\n")}
  }
  virtual_ipaddress_excluded {
    ${ways.map(({ addresses }) => `${addresses[1]}/128`).join("\n")}
  }
}
virtual_server_group WEB {
  ${groupPorts.map((port) => `${shared} ${port}`).join("\n")}
}
${
  ways.flatMap(({ addresses, port, keys, method }) =>
    families.map((it) => virtualServer(keys?.[it][0] ?? `${addresses[it]} ${port}`, it, method[0]))
  ).join("")
}
${virtualServer("group WEB", 0, "NAT")}
${virtualServer(`${shared} ${sorryPort}`, 0, "NAT", "quorum 2\nsorry_server 10.0.0.13 80")}
${virtualServer(`${shared6} ${stickyPort}`, 1, "NAT", "persistence_timeout 60")}
`;

/** The table of `ipvsadm -Sn` for a service with the real servers 1 and 2. */
function linesOf(key: string, family: 0 | 1, option: string, more = ""): readonly string[] {
  const end = option === "-i" ? "-w 1 --tun-type ipip" : "-w 1";
  return [
    `-A ${key} -s rr${more}`,
    ...[1, 2].map((n) => `-a ${key} -r ${endpoint(realOf(family, n), 80)} ${option} ${end}`),
  ];
}

/** Not in every kernel of a guest; then each address of a group is a service of its own. */
const hasNftables = spawnSync("nft", ["add", "table", "ip", "probe"]).status === 0;

const groupKeys = hasNftables ? ["-f 1000"] : groupPorts.map((port) => `-t ${shared}:${port}`);

/** What ipvsadm names the services of each virtual server, in the order of the configuration. */
const keysOfServers: readonly (readonly string[])[] = [
  ...ways.flatMap(({ addresses, port, keys }) =>
    families.map((it) => [keys?.[it][1] ?? `-t ${endpoint(addresses[it], port)}`])
  ),
  groupKeys,
  [`-t ${shared}:${sorryPort}`],
  [`-t [${shared6}]:${stickyPort}`],
];

const table = [
  ...ways.flatMap(({ addresses, port, keys, method }) =>
    families.flatMap((it) =>
      linesOf(
        keys?.[it][1] ?? `-t ${endpoint(addresses[it], port)}`,
        it,
        method[1],
      )
    )
  ),
  ...groupKeys.flatMap((key) => linesOf(key, 0, "-m")),
  ...linesOf(`-t ${shared}:${sorryPort}`, 0, "-m"),
  ...linesOf(`-t [${shared6}]:${stickyPort}`, 1, "-m", " -p 60"),
].sort();

const folder = mkdtempSync(join(tmpdir(), "keepalived-traffic-"));
const reactor = new Reactor();
const loop = reactor.run();
const cleanup = new DisposableStack();
const servers = new Map<number, WebServer>();
let network: BalancedNetwork;
let daemon: ReturnType<typeof spawn>;
let ended: Promise<number | null>;
const said: string[] = [];

// The first and the last test in place of hooks, which in one process for all files would be those of all.
test("the daemon brings the addresses and the table", async () => {
  requireGuest();
  network = cleanup.use(new BalancedNetwork());
  for (const n of [1, 2, 3]) serve(n);
  const file = (name: string) => join(folder, name);
  writeFileSync(file("conf"), configuration);
  const files = ["-f", file("conf"), "-p", file("pid"), "-r", file("vrrp"), "-c", file("check")];
  daemon = spawn(
    "ip",
    ["netns", "exec", "director", "bin/keepalived", "-nlG", ...files],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  if (daemon.stderr !== null) {
    createInterface({ input: daemon.stderr }).on("line", (line) => said.push(line));
  }
  ended = new Promise((resolve) => daemon.once("exit", resolve));
  await until("the table is there and the addresses are", async () => {
    if (inTable().length < table.length) return false;
    await sleep(2500); // Then every server has been checked.
    return true;
  }, patienceMs);
});

test("ipvsadm prints what the configuration says, and keepalived status agrees", async () => {
  assert.deepEqual(saved(), table);
  await requireAgreement();
});

test("where the firewall cannot mark packets for groups, that is said", () => {
  const lines = said.filter((line) => line.includes("nftables"));
  assert.equal(lines.length, 1, said.join("\n"));
  assert.match(
    lines[0] ?? "",
    hasNftables
      ? /nftables: packets for groups are marked in ip keepalived_ipvs$/
      : /nftables_ipvs: each address of a group is a service of its own, as packets cannot be marked: /,
  );
});

for (const { name, addresses, port } of ways) {
  test(`${name}: both real servers answer the client in turn, over both families`, async () => {
    for (const address of addresses) {
      assert.deepEqual(await askAll(address, port), ["rs1", "rs1", "rs2", "rs2"], address);
    }
  });
}

test("a group: each of its members is served", async () => {
  for (const port of groupPorts) {
    assert.deepEqual(await askAll(shared, port), ["rs1", "rs1", "rs2", "rs2"]);
  }
});

test("persistence: a client stays with its server, and the kernel keeps a template for it", async () => {
  const names = await askAll(shared6, stickyPort);
  assert.equal(new Set(names).size, 1, String(names));
  const connections = network.inside("director", () => readFileSync(connectionsFile, "utf8"));
  const template = connections.split("\n").filter((line) => / 0000 .* 1FA4 /i.test(line));
  assert.equal(template.length, 1, connections);
});

test("a server that is killed leaves the table in its check time and returns; others' connections stay", async () => {
  const [{ addresses: [address] } = { addresses: [shared] }] = ways;
  using first = connect(address, 80);
  using second = connect(address, 80);
  const clients = new Map([[await first.ask(), first], [await second.ask(), second]]);
  const kept = clients.get("rs1");
  assert.ok(kept !== undefined && clients.size === 2);

  servers.get(2)?.[Symbol.dispose]();
  // A check each second; a busy machine takes its time.
  await until("its entries are gone", () => !inTable().includes("rs2"), patienceMs);
  for (const way of ways) {
    for (const address of way.addresses) {
      assert.deepEqual(new Set(await askAll(address, way.port)), new Set(["rs1"]), way.name);
    }
  }
  assert.equal(await kept.ask(), "rs1", "on the connection that was open before");
  await requireAgreement();

  serve(2);
  // A url has to answer twice.
  await until("they are back", () => inTable().length === table.length, patienceMs);
  assert.deepEqual(saved(), table);
  assert.equal(await kept.ask(), "rs1");
  assert.deepEqual(await askAll(address, 80), ["rs1", "rs1", "rs2", "rs2"]);
});

test("below quorum the sorry server serves alone, and from quorum on the others do", async () => {
  const key = `-t ${shared}:${sorryPort}`;
  const servedBy = () => saved().filter((line) => line.startsWith(`-a ${key} `));
  assert.equal(servedBy().length, 2);
  servers.get(1)?.[Symbol.dispose]();
  await until("quorum is lost", () => inTable().includes("rs3"), patienceMs);
  await until("rs1 has left all", () => !inTable().includes("rs1"), patienceMs);
  assert.deepEqual(servedBy(), [`-a ${key} -r 10.0.0.13:80 -m -w 1`]);
  assert.deepEqual(await askAll(shared, sorryPort), ["rs3", "rs3", "rs3", "rs3"]);
  await requireAgreement();
  serve(1);
  await until("quorum is gained", () => !inTable().includes("rs3"), patienceMs);
  await until("all are back", () => inTable().length === table.length, patienceMs);
  assert.deepEqual(saved(), table);
  assert.deepEqual(await askAll(shared, sorryPort), ["rs1", "rs1", "rs2", "rs2"]);
});

test("at the end neither services nor addresses are left", async () => {
  process.kill(daemon.pid ?? 0, "SIGTERM");
  assert.equal(await ended, 0);
  assert.deepEqual(saved(), []);
  const addresses = run("ip -o address show dev eth0");
  for (const way of ways) {
    for (const address of way.addresses) assert.ok(!addresses.includes(`${address}/`), address);
  }
});

test("the network ends", async () => {
  if (daemon?.pid !== undefined && daemon.exitCode === null) crash(daemon.pid);
  await ended;
  for (const it of servers.values()) it[Symbol.dispose]();
  cleanup[Symbol.dispose]();
  reactor.stop();
  await loop;
  reactor[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** What `keepalived status` says of each server and its weight is what `ipvsadm` prints. */
async function requireAgreement(): Promise<void> {
  let servers: readonly VirtualServerSnapshot[] = [];
  // A child that is slow to answer is left out.
  await until("the checker process answers", async () => {
    servers = (await askStatus()).check?.virtualServers ?? [];
    return servers.length > 0;
  }, patienceMs);
  assert.equal(servers.length, keysOfServers.length);
  const lines = saved();
  for (const [i, { name, up, servers: its, sorryServer }] of servers.entries()) {
    const serving = up || sorryServer === undefined
      ? its.filter((it) => it.up).map((it) => `${it.address} ${it.weight.effective}`)
      : [`${sorryServer.name.replace(/^\[(.*)\].*/, "$1")} 1`];
    for (const key of keysOfServers[i] ?? []) {
      const inKernel = lines.flatMap((line) => {
        const found = line.startsWith(`-a ${key} -r `) &&
          / -r \[?([^ ]+?)\]?:\d+ .* -w (\d+)/.exec(line);
        return found ? [`${found[1]} ${found[2]}`] : [];
      });
      assert.deepEqual(inKernel.sort(), serving.sort(), `${name} ${key}`);
    }
  }
}

async function askStatus(): Promise<StatusDocument> {
  const words = ["status", "--json", "--pid", join(folder, "pid")];
  const { stdout } = await promisify(execFile)("bin/keepalived", words, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout);
}

const patienceMs = 60_000;
const connectionsFile = "/proc/thread-self/net/ip_vs_conn";

/** Ends of addresses and ports of real servers as the kernel writes them. */
const kernelNames = {
  "0A00000B:0050": "rs1",
  "0A00000C:0050": "rs2",
  "0A00000D:0050": "rs3",
  ":0011]:0050": "rs1",
  ":0012]:0050": "rs2",
};

function serve(n: number): void {
  servers.set(n, network.inside(`rs${n as 1}`, () => new WebServer(reactor, `rs${n}`, [80])));
}

function connect(address: string, port: number): WebClient {
  return network.inside("client", () => WebClient.open(reactor, address, port));
}

/** Who answers four connections, in order of names. */
async function askAll(address: string, port: number): Promise<readonly string[]> {
  const names: string[] = [];
  for (let i = 0; i < 4; i++) {
    using client = connect(address, port);
    try {
      names.push(await client.ask());
    } catch (error) {
      throw new Error(`${endpoint(address, port)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return names.sort();
}

/** The director's table: a word for each service and for each destination, without a process. */
function inTable(): readonly string[] {
  const text = network.inside(
    "director",
    () => readFileSync("/proc/thread-self/net/ip_vs", "utf8"),
  );
  return text.split("\n").slice(3).filter(Boolean).map((line) => {
    const name = Object.entries(kernelNames).find(([it]) => line.includes(it))?.[1];
    return name ?? line.trim();
  });
}

function saved(): readonly string[] {
  return run("ipvsadm -Sn").split("\n").map((line) => line.trim()).filter(Boolean).sort();
}

/** Runs a command line of words on the director. */
function run(line: string): string {
  return execFileSync("ip", ["netns", "exec", "director", ...line.split(" ")], {
    encoding: "utf8",
  });
}
