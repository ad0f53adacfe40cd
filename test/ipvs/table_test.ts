/** The table of services and destinations against a real kernel, with `ipvsadm` as somebody else who changes it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Destination, Service, ServiceKey } from "@keepalived/netlink-ipvs";
import { Table } from "../../apps/keepalived/check/ipvs/table.ts";
import type { WantedService } from "../../apps/keepalived/check/ipvs/wanted.ts";
import { sleep, until } from "../../tools/lab/lab.ts";
import { KernelBench, run, saved } from "./kernel.ts";

const web: ServiceKey = { protocol: "tcp", address: "192.0.2.1", port: 80 };
const WEB = "-t 192.0.2.1:80";

function service(key: ServiceKey, scheduler = "rr"): Service {
  return { key, scheduler, onePacket: false, schedulerFlags: [] };
}

function server(last: number, weight = 1): Destination {
  return {
    address: `10.0.${last >> 8}.${last & 255}`,
    port: 80,
    forwarding: { method: "masquerade" },
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
  };
}

const servers = (...lasts: readonly number[]) => lasts.map((last) => server(last));
const wanted = (destinations: readonly Destination[], scheduler = "rr"): WantedService => ({
  service: service(web, scheduler),
  destinations,
});
const lines = (destinations: readonly Destination[], scheduler = "rr") =>
  [
    `-A ${WEB} -s ${scheduler}`,
    ...destinations.map((it) => `-a ${WEB} -r ${it.address}:80 -m -w ${it.weight}`),
  ].sort();

class TableBench implements AsyncDisposable {
  readonly #bench: KernelBench;
  readonly table: Table;
  /** Names of the requests that went out. */
  readonly sent: string[] = [];

  private constructor(bench: KernelBench, auditIntervalUs: number) {
    this.#bench = bench;
    const { ipvs, reactor, log } = bench;
    this.table = new Table({
      ipvs: {
        batch: (requests) => {
          this.sent.push(...requests.map(({ name }) => name.replace("ipvsadm ", "")));
          return ipvs.batch(requests);
        },
        read: (isWanted) => ipvs.read(isWanted),
      },
      scheduler: reactor,
      log,
      auditIntervalUs,
    });
  }

  static async open(
    { auditIntervalUs = 60_000_000, table }: { auditIntervalUs?: number; table?: "left" } = {},
  ): Promise<TableBench> {
    return new TableBench(await KernelBench.open(table), auditIntervalUs);
  }

  async want(...services: readonly WantedService[]): Promise<void> {
    this.table.set("owner", services);
    await this.table.idle();
  }

  /** What was sent and said since it was asked last. */
  news(): { readonly sent: readonly string[]; readonly said: readonly string[] } {
    return { sent: this.sent.splice(0), said: this.#bench.news() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.table[Symbol.dispose]();
    await this.#bench[Symbol.asyncDispose]();
  }
}

test("the kernel gets what is wanted, and then only what differs", async () => {
  await using bench = await TableBench.open();
  await bench.want(wanted(servers(1, 2, 3)));
  assert.deepEqual(saved(), lines(servers(1, 2, 3)));
  bench.news();
  await bench.want(wanted(servers(1, 2, 3)));
  assert.deepEqual(bench.news(), { sent: [], said: [] });
  await bench.want(wanted([server(1, 5), server(3), server(4)], "wlc"));
  assert.deepEqual(bench.news().sent, [
    `-E ${WEB} -s wlc`,
    `-a ${WEB} -r 10.0.0.4:80 -m -w 1`,
    `-e ${WEB} -r 10.0.0.1:80 -m -w 5`,
    `-d ${WEB} -r 10.0.0.2:80`,
  ]);
  assert.deepEqual(saved(), lines([server(1, 5), server(3), server(4)], "wlc"));
  await bench.want();
  assert.deepEqual(bench.news(), { sent: [`-D ${WEB}`], said: [] });
  assert.deepEqual(saved(), []);
});

test("a restart takes over what its predecessor left, and touches nothing that is as it is to be", async () => {
  const predecessor = await TableBench.open();
  await predecessor.want(wanted(servers(1, 2)));
  run("ipvsadm -A -u 192.0.2.9:53 -s lc");
  // As in a crash, nothing is given back.
  await predecessor[Symbol.asyncDispose]();

  await using bench = await TableBench.open({ table: "left" });
  await bench.want(wanted(servers(1, 2)));
  assert.deepEqual(bench.news(), {
    sent: [],
    said: ["info: IPVS: took over 1 service with 2 destinations"],
  });
  await bench.want(wanted(servers(2)));
  assert.deepEqual(bench.news().sent, [`-d ${WEB} -r 10.0.0.1:80`]);
  await bench.want();
  assert.deepEqual(saved(), ["-A -u 192.0.2.9:53 -s lc"], "others' services stay");
});

test("what was changed by hand is noticed at the next reading, put right and said", async () => {
  await using bench = await TableBench.open();
  await bench.want(wanted(servers(1, 2, 3)));
  bench.news();
  run(`ipvsadm -E ${WEB} -s lc -p 60`);
  run(`ipvsadm -d ${WEB} -r 10.0.0.1:80`);
  run(`ipvsadm -e ${WEB} -r 10.0.0.2:80 -m -w 9`);
  run(`ipvsadm -a ${WEB} -r 10.0.0.9:80 -m`);
  run("ipvsadm -A -f 5 -s rr");
  bench.table.audit();
  await bench.table.idle();
  assert.deepEqual(bench.news().said, [
    `warning: IPVS: somebody changed ${WEB} to ${WEB} -s lc -p 60: it is set back`,
    `warning: IPVS: somebody removed ${WEB} -r 10.0.0.1:80 -m -w 1: it is added again`,
    `warning: IPVS: somebody changed ${WEB} -r 10.0.0.2:80 -m -w 9: it is set back`,
    `warning: IPVS: somebody added ${WEB} -r 10.0.0.9:80 -m -w 1: it is removed`,
  ]);
  assert.deepEqual(saved(), ["-A -f 5 -s rr", ...lines(servers(1, 2, 3))].sort());
  run("ipvsadm -C");
  bench.table.audit();
  await bench.table.idle();
  assert.deepEqual(bench.news().said, [
    `warning: IPVS: somebody removed ${WEB}: it is added again`,
  ]);
  assert.deepEqual(saved(), lines(servers(1, 2, 3)));
});

test("the table is read from time to time by itself", async () => {
  await using bench = await TableBench.open({ auditIntervalUs: 200_000 });
  await bench.want(wanted(servers(1, 2)));
  run(`ipvsadm -d ${WEB} -r 10.0.0.2:80`);
  await until("it is put right", () => saved().length === 3);
});

test("races with somebody else end in what is wanted", async () => {
  await using bench = await TableBench.open();
  await bench.want(wanted(servers(1)));
  bench.news();
  // Each time somebody was there first.
  run(`ipvsadm -a ${WEB} -r 10.0.0.2:80 -g -w 7`);
  await bench.want(wanted(servers(1, 2)));
  assert.deepEqual(saved(), lines(servers(1, 2)));
  run(`ipvsadm -d ${WEB} -r 10.0.0.1:80`);
  await bench.want(wanted([server(1, 3), server(2)]));
  assert.deepEqual(saved(), lines([server(1, 3), server(2)]));
  run(`ipvsadm -D ${WEB}`);
  await bench.want(wanted(servers(1, 2, 3)));
  assert.deepEqual(saved(), lines(servers(1, 2, 3)));
  assert.deepEqual(bench.news().said, [
    `warning: IPVS: somebody added ${WEB} -r 10.0.0.2:80 -g -w 7: it is removed`,
    `warning: IPVS: somebody removed ${WEB} -r 10.0.0.1:80 -m -w 1: it is added again`,
    `warning: IPVS: somebody removed ${WEB}: it is added again`,
  ]);
  run(`ipvsadm -D ${WEB}`);
  await bench.want();
  assert.deepEqual(bench.news().said, []);
});

test("a service that another program made meanwhile becomes ours", async () => {
  await using bench = await TableBench.open();
  await bench.want(wanted(servers(1)));
  const dns: ServiceKey = { protocol: "udp", address: "192.0.2.1", port: 53 };
  run("ipvsadm -A -u 192.0.2.1:53 -s lc");
  run("ipvsadm -a -u 192.0.2.1:53 -r 10.0.0.7:53 -g");
  bench.news();
  await bench.want(wanted(servers(1)), { service: service(dns), destinations: servers(2) });
  assert.deepEqual(
    saved(),
    [
      ...lines(servers(1)),
      "-A -u 192.0.2.1:53 -s rr",
      "-a -u 192.0.2.1:53 -r 10.0.0.2:80 -m -w 1",
    ].sort(),
  );
  assert.deepEqual(bench.news().said, ["info: IPVS: took over 1 service with 2 destinations"]);
});

test("what the kernel refuses is said in its words, and the rest is there", async () => {
  await using bench = await TableBench.open();
  const other: ServiceKey = { protocol: "tcp", address: "192.0.2.1", port: 81 };
  await bench.want(
    { service: service(other, "nosuch"), destinations: servers(1) },
    wanted([...servers(1), { ...server(2), address: "2001:db8::2" }, server(3)]),
  );
  assert.deepEqual(bench.news().said, [
    "error: IPVS: Cannot carry out ipvsadm -A -t 192.0.2.1:81 -s nosuch: No such file or directory (ENOENT)",
    `error: IPVS: Cannot carry out ipvsadm -a ${WEB} -r [2001:db8::2]:80 -m -w 1: Invalid argument (EINVAL)`,
  ]);
  assert.deepEqual(saved(), lines(servers(1, 3)));
  // It is tried again, without another word.
  await sleep(1500);
  assert.deepEqual(bench.news().said, []);
});

test("two mixed families do not go with a sync daemon, which the kernel says", async () => {
  await using bench = await TableBench.open();
  run("ip link add name sync0 type dummy");
  run("ip link set dev sync0 up");
  run("ipvsadm --start-daemon master --mcast-interface sync0");
  try {
    await bench.want(wanted([{
      ...server(1),
      address: "2001:db8::2",
      forwarding: { method: "tunnel", tunnel: { type: "ipip", checksum: "none" } },
    }]));
    const { said } = bench.news();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /ipvsadm -a .*2001:db8::2.*: .* \(EINVAL\)$/);
  } finally {
    run("ipvsadm --stop-daemon master");
    run("ip link delete dev sync0");
  }
});

test("ten thousand destinations are there, change, and go", async () => {
  await using bench = await TableBench.open();
  const all = (weight: number) =>
    wanted(Array.from({ length: 10_000 }, (_, i) => server(i, weight)));
  const sentFor = async (...services: readonly WantedService[]) => {
    await bench.want(...services);
    return bench.news().sent.length;
  };
  assert.equal(await sentFor(all(1)), 10_001);
  assert.equal(saved().length, 10_001);
  assert.equal(await sentFor(all(1)), 0);
  assert.equal(await sentFor(all(2)), 10_000);
  assert.equal(saved().filter((line) => line.endsWith("-w 2")).length, 10_000);
  assert.equal(await sentFor(), 1);
  assert.deepEqual(saved(), []);
});
