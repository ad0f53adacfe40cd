/** Every request against a real kernel, and what `ipvsadm` says of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addDestination,
  addService,
  decodeDaemon,
  decodeService,
  decodeTimeouts,
  deleteDestination,
  deleteService,
  describeDestination,
  describeKey,
  describeService,
  type Destination,
  editDestination,
  editService,
  flush,
  type Forwarding,
  getService,
  getTimeouts,
  type IpvsRequest,
  listDaemons,
  type Persistence,
  type Service,
  type ServiceKey,
  setTimeouts,
  startDaemon,
  stopDaemon,
  type SyncDaemon,
  zero,
} from "@keepalived/netlink-ipvs";
import { NetlinkError } from "@keepalived/reactor";
import { KernelBench, run, saved } from "./kernel.ts";

const v4 = "192.0.2.100";
const v6 = "2001:db8:1::100";
const rs4 = "10.0.0.11";
const rs6 = "2001:db8:2::11";
const second = 1_000_000;
const tcp = (port: number, address = v4): ServiceKey => ({ protocol: "tcp", address, port });
const udp = (port: number, address = v4): ServiceKey => ({ protocol: "udp", address, port });

function service(key: ServiceKey, scheduler: string, settings: Partial<Service> = {}): Service {
  return { key, scheduler, onePacket: false, schedulerFlags: [], ...settings };
}

function persistence(timeoutS: number, more: Partial<Persistence> = {}): Partial<Service> {
  return { persistence: { timeoutUs: timeoutS * second, ...more } };
}

function server(
  address: string,
  port: number,
  forwarding: Forwarding = { method: "masquerade" },
  settings: Partial<Destination> = {},
): Destination {
  return {
    address,
    port,
    forwarding,
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...settings,
  };
}

function tunnel(
  type: "ipip" | "gue" | "gre",
  checksum: "none" | "checksum" | "remote-checksum" = "none",
): Forwarding {
  return { method: "tunnel", tunnel: { type, checksum, ...type === "gue" && { port: 6080 } } };
}

const direct: Forwarding = { method: "direct-route" };

/** One of each kind that there is. */
const table: readonly (readonly [Service, ...Destination[]])[] = [
  [
    service(tcp(80), "rr"),
    server(rs4, 80),
    server("10.0.0.12", 8080, undefined, { weight: 0 }),
    server("10.0.0.13", 80, undefined, { weight: 65535 }),
    server("10.0.0.14", 80, undefined, { weight: 2147483647 }),
  ],
  [service(udp(53), "wrr"), server(rs4, 53)],
  [
    service({ protocol: "sctp", address: v4, port: 5000 }, "lc"),
    server(rs4, 5000, tunnel("gre", "checksum")),
  ],
  [service(tcp(443, v6), "wlc"), server(rs6, 8443), server("2001:db8:2::12", 443, direct)],
  [service(udp(53, v6), "sed"), server(rs6, 5353)],
  [service({ fwmark: 7, family: 4 }, "nq"), server(rs4, 0, direct)],
  [service({ fwmark: 4294967295, family: 6 }, "dh"), server(rs6, 0, direct)],
  [service(tcp(82), "rr", persistence(360)), server(rs4, 82, tunnel("ipip"))],
  [
    service(tcp(83), "rr", persistence(600, { netmask: "255.255.255.0" })),
    server(rs4, 83, tunnel("gue")),
    server("10.0.0.12", 83, tunnel("gue", "checksum")),
    server("10.0.0.13", 83, tunnel("gue", "remote-checksum")),
    server("10.0.0.14", 83, tunnel("gre")),
  ],
  [service(tcp(84, v6), "rr", persistence(600, { netmask: 64 })), server(rs6, 84, tunnel("gue"))],
  [service(tcp(0), "wlc", persistence(60)), server(rs4, 0)],
  [service(udp(85), "rr", { onePacket: true }), server(rs4, 85)],
  [service({ fwmark: 86, family: 4 }, "rr", { onePacket: true })],
  [service(tcp(87), "sh", { schedulerFlags: [1, 2] })],
  [service(tcp(88), "sh", { schedulerFlags: [1] })],
  [service(tcp(89), "mh", { schedulerFlags: [2] })],
  [service(tcp(92), "rr", { schedulerFlags: [1, 2, 3] })],
  [service(udp(5060), "rr", persistence(60, { engine: "sip" })), server(rs4, 5060)],
  // Servers of the other family can be tunnelled to.
  [service(tcp(93), "rr"), server(rs6, 93, tunnel("ipip"))],
  [service(tcp(94, v6), "rr"), server(rs4, 94, tunnel("gre"))],
];

const lines = table.flatMap(([it, ...servers]) => [
  `-A ${describeService(it)}`,
  ...servers.map((one) => `-a ${describeKey(it.key)} ${describeDestination(one)}`),
]).sort();

test("services and destinations of every kind are in the kernel as ipvsadm prints them", async () => {
  await using bench = await KernelBench.open();
  await fill(bench);
  assert.deepEqual(saved(), lines);
});

test("what ipvsadm would restore is the same table", async () => {
  await using bench = await KernelBench.open();
  await fill(bench);
  const ours = await bench.ipvs.read();
  run("ipvsadm -C");
  run("ipvsadm -R", lines.map((line) => `${line}\n`).join(""));
  const theirs = await bench.ipvs.read();
  const plain = (all: typeof ours) =>
    all.map((it) => ({
      service: it.service,
      destinations: it.destinations.map(({ destination }) => destination).sort(byAddress),
    })).sort((a, b) => describeKey(a.service.key) < describeKey(b.service.key) ? -1 : 1);
  assert.deepEqual(plain(ours), plain(theirs));
});

test("the kernel's table reads back as it was written", async () => {
  await using bench = await KernelBench.open();
  await fill(bench);
  const read = new Map((await bench.ipvs.read()).map((it) => [describeKey(it.service.key), it]));
  assert.equal(read.size, table.length);
  for (const [it, ...servers] of table) {
    const found = read.get(describeKey(it.key));
    assert.deepEqual(found?.service, it);
    const destinations = found.destinations.map(({ destination }) => destination);
    assert.deepEqual(destinations.sort(byAddress), [...servers].sort(byAddress));
  }
});

test("thresholds are as ipvsadm shows them", async () => {
  await using bench = await KernelBench.open();
  const limits = { upperThreshold: 1000, lowerThreshold: 800 };
  await carryOut(bench, [
    addService(service(tcp(80), "rr")),
    addDestination(tcp(80), server(rs4, 80, undefined, limits)),
  ]);
  assert.match(run("ipvsadm -Ln --thresholds"), /10\.0\.0\.11:80 +1000 +800 /);
  const [read] = await bench.ipvs.read();
  assert.deepEqual(read?.destinations[0]?.destination, server(rs4, 80, undefined, limits));
});

test("services and destinations are edited in place", async () => {
  await using bench = await KernelBench.open();
  await carryOut(bench, [
    addService(service(tcp(80), "rr")),
    addDestination(tcp(80), server(rs4, 80)),
    addDestination(tcp(80), server("10.0.0.12", 80)),
    editService(service(tcp(80), "sh", { ...persistence(90), schedulerFlags: [2] })),
    editDestination(tcp(80), server(rs4, 80, direct, { weight: 7 })),
  ]);
  assert.deepEqual(saved(), [
    "-A -t 192.0.2.100:80 -s sh -p 90 -b sh-port",
    "-a -t 192.0.2.100:80 -r 10.0.0.11:80 -g -w 7",
    "-a -t 192.0.2.100:80 -r 10.0.0.12:80 -m -w 1",
  ]);
  await carryOut(bench, [
    editService(service(tcp(80), "wlc")),
    deleteDestination(tcp(80), server(rs4, 80)),
  ]);
  assert.deepEqual(saved(), [
    "-A -t 192.0.2.100:80 -s wlc",
    "-a -t 192.0.2.100:80 -r 10.0.0.12:80 -m -w 1",
  ]);
});

test("one service is asked for, deleted, and all are flushed", async () => {
  await using bench = await KernelBench.open();
  await fill(bench);
  const [body] = await bench.ipvs.request(getService(tcp(443, v6)));
  const decoded = decodeService(body ?? new Uint8Array(0));
  assert.deepEqual(decoded.ok && decoded.value.service, service(tcp(443, v6), "wlc"));
  await carryOut(bench, [deleteService(tcp(443, v6)), deleteService({ fwmark: 7, family: 4 })]);
  assert.deepEqual(saved(), lines.filter((line) => !/:443|-f 7 |:8443/.test(line)));
  await carryOut(bench, [flush()]);
  assert.deepEqual(saved(), []);
});

test("Debian's kernels accept each scheduler that they have; twos they do not", async () => {
  await using bench = await KernelBench.open();
  const schedulers = [
    "rr",
    "wrr",
    "lc",
    "wlc",
    "lblc",
    "lblcr",
    "sh",
    "mh",
    "dh",
    "fo",
    "ovf",
    "sed",
    "nq",
  ];
  await carryOut(bench, schedulers.map((name, i) => addService(service(tcp(i + 1), name))));
  assert.equal(saved().length, schedulers.length);
  await assert.rejects(
    bench.ipvs.request(addService(service(tcp(99), "twos"))),
    { code: "ENOENT", request: "ipvsadm -A -t 192.0.2.100:99 -s twos" },
  );
});

test("what the kernel refuses is named, by the command and the error", async () => {
  await using bench = await KernelBench.open();
  await carryOut(bench, [
    addService(service(tcp(80), "rr")),
    addDestination(tcp(80), server(rs4, 80)),
  ]);
  const cases: readonly (readonly [IpvsRequest, string])[] = [
    [addService(service(tcp(80), "rr")), "EEXIST"],
    [addService(service(tcp(81), "nosuch")), "ENOENT"],
    [addService(service(udp(81), "rr", persistence(60, { engine: "nosuch" }))), "ENOENT"],
    [editService(service(tcp(81), "rr")), "ESRCH"],
    [deleteService(tcp(81)), "ESRCH"],
    [getService(tcp(81)), "ESRCH"],
    [zero(tcp(81)), "ESRCH"],
    [addDestination(tcp(80), server(rs4, 80)), "EEXIST"],
    [addDestination(tcp(81), server(rs4, 80)), "ESRCH"],
    [addDestination(tcp(80), server(rs6, 80)), "EINVAL"],
    [editDestination(tcp(80), server("10.0.0.12", 80)), "ENOENT"],
    [deleteDestination(tcp(80), server("10.0.0.12", 80)), "ENOENT"],
    [stopDaemon("master"), "ESRCH"],
    [startDaemon({ role: "master", interface: "nosuch", id: 1 }), "ENODEV"],
  ];
  for (const [request, code] of cases) {
    await assert.rejects(bench.ipvs.request(request), { code, request: request.name });
  }
  assert.equal(saved().length, 2);
});

test("a batch is carried out but for what is refused, each named", async () => {
  await using bench = await KernelBench.open();
  const failures = await bench.ipvs.batch([
    addService(service(tcp(80), "rr")),
    addService(service(tcp(80), "rr")),
    addDestination(tcp(81), server(rs4, 80)),
    addDestination(tcp(80), server(rs4, 80)),
    deleteService(tcp(82)),
  ]);
  assert.deepEqual([...failures].map(([i, { code }]) => [i, code]), [
    [1, "EEXIST"],
    [2, "ESRCH"],
    [4, "ESRCH"],
  ]);
  assert.equal(saved().length, 2);
});

test("timeouts are set and read as ipvsadm does", async () => {
  await using bench = await KernelBench.open();
  const read = async () => {
    const [body] = await bench.ipvs.request(getTimeouts());
    const decoded = decodeTimeouts(body ?? new Uint8Array(0));
    return decoded.ok ? decoded.value : undefined;
  };
  const before = await read();
  assert.deepEqual(before, { tcpUs: 900 * second, tcpFinUs: 120 * second, udpUs: 300 * second });
  await carryOut(bench, [setTimeouts({ tcpUs: 901 * second, udpUs: 301 * second })]);
  assert.match(run("ipvsadm -L --timeout"), /: 901 120 301$/m);
  await carryOut(bench, [setTimeouts(before)]);
  assert.match(run("ipvsadm -L --timeout"), /: 900 120 300$/m);
});

test("sync daemons start, are listed and end as ipvsadm says", async () => {
  await using bench = await KernelBench.open();
  run("ip link add name sync0 type dummy");
  run("ip link set dev sync0 up");
  try {
    const full: SyncDaemon = {
      role: "master",
      interface: "sync0",
      id: 42,
      maxLength: 1000,
      group: "239.1.2.3",
      port: 9000,
      ttl: 8,
    };
    const six: SyncDaemon = {
      ...full,
      role: "backup",
      id: 255,
      maxLength: 1400,
      group: "ff02::51",
    };
    await carryOut(bench, [startDaemon(full), startDaemon(six)]);
    assert.deepEqual(run("ipvsadm -L --daemon").trim().split("\n"), [
      "master sync daemon (mcast=sync0, syncid=42, maxlen=1000, group=239.1.2.3, port=9000, ttl=8)",
      "backup sync daemon (mcast=sync0, syncid=255, maxlen=1400, group=ff02::51, port=9000, ttl=8)",
    ]);
    const listed = (await bench.ipvs.request(listDaemons())).map(decodeDaemon);
    assert.deepEqual(listed.map((it) => it.ok && it.value), [full, six]);
    await carryOut(bench, [stopDaemon("master"), stopDaemon("backup")]);
    assert.equal(run("ipvsadm -L --daemon").trim(), "");
  } finally {
    run("ip link delete dev sync0");
  }
});

test("the version is the one that ipvsadm prints", async () => {
  await using bench = await KernelBench.open();
  assert.ok(run("ipvsadm -Ln").startsWith(`IP Virtual Server version ${bench.ipvs.version} (`));
});

async function fill(bench: KernelBench): Promise<void> {
  await carryOut(
    bench,
    table.flatMap(([it, ...servers]) => [
      addService(it),
      ...servers.map((one) => addDestination(it.key, one)),
    ]),
  );
}

async function carryOut(bench: KernelBench, requests: readonly IpvsRequest[]): Promise<void> {
  const failures = await bench.ipvs.batch(requests);
  assert.deepEqual([...failures.values()].map(({ message }: NetlinkError) => message), []);
}

function byAddress(a: Destination, b: Destination): number {
  return `${a.address} ${a.port}` < `${b.address} ${b.port}` ? -1 : 1;
}
