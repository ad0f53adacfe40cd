import assert from "node:assert/strict";
import { test } from "node:test";
import { EEXIST, ENOENT } from "@keepalived/linux";
import type { Destination, Service, ServiceKey } from "@keepalived/netlink-ipvs";
import fc from "fast-check";
import { Table } from "./table.ts";
import { FakeKernel } from "./testing/fake_kernel.ts";
import { VirtualTime } from "./testing/virtual_time.ts";
import type { WantedService } from "./wanted.ts";

const ETIMEDOUT = 110;
const EINVAL = 22;
const second = 1_000_000;

const web: ServiceKey = { protocol: "tcp", address: "192.0.2.1", port: 80 };
const dns: ServiceKey = { protocol: "udp", address: "192.0.2.1", port: 53 };

function service(key: ServiceKey, scheduler = "rr"): Service {
  return { key, scheduler, onePacket: false, schedulerFlags: [] };
}

function server(last: number, weight = 1): Destination {
  return {
    address: `10.0.0.${last}`,
    port: 80,
    forwarding: { method: "masquerade" },
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
  };
}

function wanted(key: ServiceKey, ...destinations: readonly Destination[]): WantedService {
  return { service: service(key), destinations };
}

class Bench {
  readonly kernel = new FakeKernel();
  readonly time = new VirtualTime();
  readonly said: string[] = [];
  readonly table = new Table({
    ipvs: this.kernel,
    scheduler: this.time,
    log: (severity, text) => void this.said.push(`${severity}: ${text}`),
  });

  /** Until everything that is wanted has been tried. */
  async settle(): Promise<void> {
    const idle = this.table.idle();
    await this.time.pass(0);
    await idle;
  }

  /** Batches and lines since it was asked last. */
  news(): { readonly batches: readonly string[][]; readonly said: readonly string[] } {
    return { batches: this.kernel.batches.splice(0), said: this.said.splice(0) };
  }
}

const WEB = "-t 192.0.2.1:80";
const line = (last: number, weight = 1) => `${WEB} -r 10.0.0.${last}:80 -m -w ${weight}`;

test("wishes of one turn go out together, services first", async () => {
  const bench = new Bench();
  bench.table.set("web", [wanted(web, server(1), server(2, 3))]);
  bench.table.set("dns", [wanted(dns, server(3))]);
  await bench.settle();
  assert.deepEqual(bench.news(), {
    batches: [[
      "-A -t 192.0.2.1:80 -s rr",
      "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1",
      "-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 3",
      "-A -u 192.0.2.1:53 -s rr",
      "-a -u 192.0.2.1:53 -r 10.0.0.3:80 -m -w 1",
    ]],
    said: [],
  });
});

test("only what differs is changed: new servers come before old ones go", async () => {
  const bench = await withWeb(server(1), server(2));
  bench.table.set("web", [{
    service: service(web, "wlc"),
    destinations: [server(2, 5), server(3)],
  }]);
  await bench.settle();
  assert.deepEqual(bench.news(), {
    batches: [[
      `-E ${WEB} -s wlc`,
      `-a ${line(3)}`,
      `-e ${line(2, 5)}`,
      `-d ${WEB} -r 10.0.0.1:80`,
    ]],
    said: [],
  });
  bench.table.set("web", [{
    service: service(web, "wlc"),
    destinations: [server(3), server(2, 5)],
  }]);
  await bench.settle();
  assert.deepEqual(bench.news(), { batches: [], said: [] });
});

test("what nobody wants any more goes with its destinations", async () => {
  const bench = await withWeb(server(1), server(2));
  bench.table.remove("web");
  await bench.settle();
  assert.deepEqual(bench.news().batches, [[`-D ${WEB}`]]);
  assert.deepEqual(bench.kernel.lines, []);
});

test("what nobody wants any more may be somebody else's", async () => {
  const bench = await withWeb(server(1));
  bench.table.set("dns", [wanted(dns, server(2))]);
  bench.table.remove("web");
  await bench.settle();
  bench.kernel.put(service(web), server(3));
  bench.news();
  await bench.time.pass(61 * second);
  assert.deepEqual(bench.news(), { batches: [], said: [] });
});

test("a wish may come at any moment", async () => {
  for (let moment = 0; moment < 30; moment++) {
    const bench = await withWeb(server(1));
    bench.kernel.before = async () => {
      for (let i = 0; i < moment; i++) await Promise.resolve();
      bench.table.set("web", [wanted(web, server(3))]);
    };
    bench.table.set("web", [wanted(web, server(2))]);
    await bench.time.pass(second);
    assert.deepEqual(bench.kernel.lines, linesOf(server(3)), `after ${moment} turns`);
  }
});

test("many changes go out in several datagrams, and newer wishes come between them", async () => {
  const bench = new Bench();
  const many = Array.from({ length: 1200 }, (_, i) => ({ ...server(1), port: 1000 + i }));
  bench.table.set("web", [wanted(web, ...many)]);
  bench.kernel.before = () => bench.table.set("dns", [wanted(dns)]);
  await bench.settle();
  const { batches } = bench.news();
  assert.deepEqual(batches.map(({ length }) => length), [512, 512, 178]);
  assert.ok(batches[1]?.includes("-A -u 192.0.2.1:53 -s rr"));
  assert.equal(bench.kernel.lines.length, 1202);
});

test("what is there already is taken over, and made what it is to be", async () => {
  const bench = new Bench();
  bench.kernel.put(service(web), server(1), server(2, 7), server(9));
  bench.kernel.put(service(dns), server(4));
  bench.table.set("web", [wanted(web, server(1), server(2))]);
  await bench.settle();
  assert.deepEqual(bench.news(), {
    batches: [[`-e ${line(2)}`, `-d ${WEB} -r 10.0.0.9:80`]],
    said: ["info: IPVS: took over 1 service with 3 destinations"],
  });
  await bench.time.pass(61 * second);
  assert.deepEqual(bench.news(), { batches: [], said: [] }, "others' services are not ours");
});

test("servers that are undecided stay where they are, and are not added", async () => {
  const bench = new Bench();
  bench.kernel.put(service(web), server(1), server(2));
  const undecided = [server(2), server(3)];
  bench.table.set("web", [{ ...wanted(web, server(1)), undecided }]);
  await bench.settle();
  assert.deepEqual(bench.news().batches, []);
  bench.table.set("web", [wanted(web, server(1))]);
  await bench.settle();
  assert.deepEqual(bench.news().batches, [[`-d ${WEB} -r 10.0.0.2:80`]]);
});

test("a service that several want has the servers of all, each with its highest weight", async () => {
  const bench = new Bench();
  bench.table.set("b", [wanted(web, server(1), server(2, 5))]);
  bench.table.set("a", [{
    service: service(web, "wlc"),
    destinations: [server(2, 3), server(3)],
  }]);
  await bench.settle();
  assert.deepEqual(bench.kernel.lines, [
    `-A ${WEB} -s wlc`,
    `-a ${line(1)}`,
    `-a ${line(2, 5)}`,
    `-a ${line(3)}`,
  ]);
  bench.news();
  bench.table.remove("b");
  await bench.settle();
  assert.deepEqual(bench.news().batches, [[`-e ${line(2, 3)}`, `-d ${WEB} -r 10.0.0.1:80`]]);
});

test("what the kernel refuses is said once and tried again later, later each time", async () => {
  const bench = new Bench();
  bench.kernel.refused.set("10.0.0.2", EINVAL);
  bench.table.set("web", [wanted(web, server(1), server(2), server(3))]);
  await bench.settle();
  const { said } = bench.news();
  assert.deepEqual(said, [
    `error: IPVS: Cannot carry out ipvsadm -a ${line(2)}: Invalid argument (EINVAL)`,
  ]);
  assert.equal(bench.kernel.lines.length, 3, "the others are there");
  const attempts: number[] = [];
  for (let s = 1; s <= 140; s++) {
    await bench.time.pass(second);
    const { batches, said } = bench.news();
    if (batches.length > 0) attempts.push(s);
    assert.deepEqual(said, []);
  }
  assert.deepEqual(attempts, [1, 3, 7, 15, 31, 63, 127]);
  bench.kernel.refused.clear();
  await bench.time.pass(64 * second);
  assert.equal(bench.kernel.lines.length, 4);
  bench.kernel.refused.set("10.0.0.4", EINVAL);
  bench.table.set("web", [wanted(web, server(1), server(2), server(3), server(4))]);
  await bench.settle();
  assert.equal(bench.news().said.length, 1, "a new error is news");
});

test("of many errors the first are said, and how many more there are", async () => {
  const bench = new Bench();
  bench.kernel.refused.set(" -a ", EINVAL);
  const many = Array.from({ length: 30 }, (_, i) => server(i + 1));
  bench.table.set("web", [wanted(web, ...many)]);
  await bench.settle();
  const { said } = bench.news();
  assert.equal(said.length, 11);
  assert.equal(said.at(-1), "error: IPVS: 20 more errors");
});

test("of a service that cannot be added only that is said", async () => {
  const bench = new Bench();
  bench.kernel.refused.set("-s rr", ENOENT);
  const many = Array.from({ length: 600 }, (_, i) => ({ ...server(1), port: 1000 + i }));
  bench.table.set("web", [wanted(web, ...many)]);
  await bench.settle();
  assert.deepEqual(bench.news().said, [
    `error: IPVS: Cannot carry out ipvsadm -A ${WEB} -s rr: No such file or directory (ENOENT)`,
  ]);
});

test("what somebody else did in between is looked up, undone and said", async () => {
  const cases: readonly {
    readonly change: (kernel: FakeKernel) => void;
    readonly wish: readonly Destination[];
    readonly said: readonly string[];
  }[] = [
    {
      change: (kernel) => kernel.table.delete(WEB),
      wish: [server(1), server(2), server(3)],
      said: [`somebody removed ${WEB}: it is added again`],
    },
    {
      change: (kernel) => kernel.table.get(WEB)?.destinations.delete("10.0.0.2 80"),
      wish: [server(1), server(2, 4)],
      said: [`somebody removed ${line(2)}: it is added again`],
    },
    {
      change: (kernel) => kernel.table.get(WEB)?.destinations.set("10.0.0.3 80", server(3, 9)),
      wish: [server(1), server(2), server(3)],
      said: [`somebody added ${line(3, 9)}: it is removed`],
    },
  ];
  for (const { change, wish, said } of cases) {
    const bench = await withWeb(server(1), server(2));
    bench.kernel.before = () => change(bench.kernel);
    bench.table.set("web", [wanted(web, ...wish)]);
    await bench.settle();
    assert.deepEqual(bench.said, said.map((it) => `warning: IPVS: ${it}`));
    assert.deepEqual(bench.kernel.lines, linesOf(...wish));
  }
});

test("what is to go and is gone already is no news", async () => {
  const bench = await withWeb(server(1), server(2));
  bench.kernel.before = () => bench.kernel.table.get(WEB)?.destinations.delete("10.0.0.2 80");
  bench.table.set("web", [wanted(web, server(1))]);
  await bench.settle();
  bench.kernel.before = () => bench.kernel.table.clear();
  bench.table.remove("web");
  await bench.settle();
  assert.deepEqual(bench.said, []);
  assert.equal(bench.kernel.readings, 1);
});

test("somebody who changes it over and over does not keep us busy", async () => {
  const bench = await withWeb(server(1));
  // As if it were added just before, each time, and removed just after.
  bench.kernel.refused.set("10.0.0.2", EEXIST);
  bench.table.set("web", [wanted(web, server(1), server(2))]);
  await bench.settle();
  assert.deepEqual(bench.news(), {
    batches: Array(4).fill([`-a ${line(2)}`]),
    said: [`error: IPVS: Cannot carry out ipvsadm -a ${line(2)}: File exists (EEXIST)`],
  });
  bench.kernel.refused.clear();
  await bench.time.pass(second);
  assert.deepEqual(bench.kernel.lines, linesOf(server(1), server(2)));
});

test("each minute the table is read; what was changed by hand is put right, and said", async () => {
  const bench = await withWeb(server(1), server(2), server(3));
  await bench.time.pass(30 * second);
  bench.kernel.put(service(web, "lc"), server(1), server(3, 8), server(4));
  bench.kernel.put(service(dns), server(5));
  await bench.time.pass(29 * second);
  assert.deepEqual(bench.news(), { batches: [], said: [] });
  await bench.time.pass(2 * second);
  const { batches, said } = bench.news();
  assert.deepEqual(said, [
    `warning: IPVS: somebody changed ${WEB} to ${WEB} -s lc: it is set back`,
    `warning: IPVS: somebody removed ${line(2)}: it is added again`,
    `warning: IPVS: somebody changed ${line(3, 8)}: it is set back`,
    `warning: IPVS: somebody added ${line(4)}: it is removed`,
  ]);
  assert.equal(batches.length, 1);
  assert.deepEqual(
    bench.kernel.lines,
    [
      ...linesOf(server(1), server(2), server(3)),
      "-A -u 192.0.2.1:53 -s rr",
      "-a -u 192.0.2.1:53 -r 10.0.0.5:80 -m -w 1",
    ].sort(),
  );
  await bench.time.pass(60 * second);
  assert.deepEqual(bench.news(), { batches: [], said: [] });
});

test("wishes do not put the reading off", async () => {
  const bench = await withWeb(server(1));
  for (let s = 0; s < 125; s++) {
    bench.table.set("web", [wanted(web, server(1, 1 + s % 2))]);
    await bench.time.pass(second);
  }
  assert.equal(bench.kernel.readings, 3);
});

test("after an answer that did not come the table is read, and nobody is accused", async () => {
  const bench = await withWeb(server(1));
  bench.kernel.unanswered.set("10.0.0.2", ETIMEDOUT);
  bench.table.set("web", [wanted(web, server(1), server(2))]);
  await bench.settle();
  bench.kernel.unanswered.clear();
  bench.news();
  await bench.time.pass(second);
  assert.deepEqual(bench.news(), { batches: [], said: [] }, "it had been carried out");
  bench.kernel.table.clear();
  await bench.time.pass(61 * second);
  assert.deepEqual(bench.news().said, [
    `warning: IPVS: somebody removed ${WEB}: it is added again`,
  ]);
  assert.deepEqual(bench.kernel.lines, linesOf(server(1), server(2)));
});

test("as long as the kernel does not say what it has, nothing is changed", async () => {
  const bench = new Bench();
  bench.kernel.unreadable = ETIMEDOUT;
  bench.table.set("web", [wanted(web, server(1))]);
  await bench.settle();
  assert.deepEqual(bench.news(), {
    batches: [],
    said: [
      "error: IPVS: cannot read the kernel's table: Cannot carry out ipvsadm -Ln: Connection timed out (ETIMEDOUT)",
    ],
  });
  bench.kernel.unreadable = undefined;
  await bench.time.pass(second);
  assert.deepEqual(bench.kernel.lines, linesOf(server(1)));
});

test("a table that is disposed asks for nothing more", async () => {
  const bench = await withWeb(server(1));
  bench.table.set("web", [wanted(web, server(2))]);
  const idle = bench.table.idle();
  bench.table[Symbol.dispose]();
  await idle;
  await bench.time.pass(120 * second);
  assert.deepEqual(bench.news().batches, []);
});

/** A wish, or what somebody else does. */
type Happening =
  | { readonly kind: "wish"; readonly owner: string; readonly services: readonly WantedService[] }
  | {
    readonly kind: "hand";
    readonly key: ServiceKey;
    readonly destinations: readonly Destination[];
  }
  | { readonly kind: "wipe"; readonly text: string }
  | { readonly kind: "refuse"; readonly words: string; readonly errno: number }
  | { readonly kind: "pass"; readonly us: number };

const key = fc.constantFrom(web, dns);
const destinations = fc.uniqueArray(
  fc.record({ last: fc.integer({ min: 1, max: 3 }), weight: fc.integer({ min: 0, max: 2 }) }),
  { selector: ({ last }) => last, maxLength: 3 },
).map((all) => all.map(({ last, weight }) => server(last, weight)));
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant("wish" as const),
    owner: fc.constantFrom("a", "b"),
    services: fc.uniqueArray(fc.tuple(key, destinations), { selector: ([it]) => it, maxLength: 2 })
      .map((all) => all.map(([it, servers]) => wanted(it, ...servers))),
  }),
  fc.record({ kind: fc.constant("hand" as const), key, destinations }),
  fc.record({
    kind: fc.constant("wipe" as const),
    text: fc.constantFrom(WEB, "-u 192.0.2.1:53"),
  }),
  fc.record({
    kind: fc.constant("refuse" as const),
    words: fc.constantFrom("10.0.0.1", "-A", "-d", "-D", "-e"),
    errno: fc.constantFrom(EINVAL, ENOENT, EEXIST, ETIMEDOUT),
  }),
  fc.record({ kind: fc.constant("pass" as const), us: fc.constantFrom(0, 1000, 61 * second) }),
);

test("whatever happens, in the end the kernel has what is wanted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (all) => {
      const bench = new Bench();
      const wishes = new Map<string, readonly WantedService[]>();
      for (const it of all) {
        if (it.kind === "wish") {
          wishes.set(it.owner, it.services);
          bench.table.set(it.owner, it.services);
        } else if (it.kind === "hand") bench.kernel.put(service(it.key), ...it.destinations);
        else if (it.kind === "wipe") bench.kernel.table.delete(it.text);
        else if (it.kind === "refuse") bench.kernel.refused.set(it.words, it.errno);
        else await bench.time.pass(it.us);
      }
      bench.kernel.refused.clear();
      bench.table.audit();
      await bench.time.pass(200 * second);
      const fresh = new Bench();
      for (const [owner, services] of wishes) fresh.table.set(owner, services);
      await fresh.settle();
      const texts = [...fresh.kernel.table.keys()];
      assert.deepEqual(
        bench.kernel.lines.filter((line) => texts.some((text) => line.includes(` ${text} `))),
        fresh.kernel.lines,
      );
      bench.news();
      await bench.time.pass(61 * second);
      assert.deepEqual(bench.news(), { batches: [], said: [] }, "and it rests");
    }),
    { seed: 5, numRuns: 300 },
  );
});

async function withWeb(...servers: readonly Destination[]): Promise<Bench> {
  const bench = new Bench();
  bench.table.set("web", [wanted(web, ...servers)]);
  await bench.settle();
  bench.news();
  return bench;
}

function linesOf(...servers: readonly Destination[]): readonly string[] {
  const bench = new FakeKernel();
  bench.put(service(web), ...servers);
  return bench.lines;
}
