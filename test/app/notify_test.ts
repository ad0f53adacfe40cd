/**
 * Notify scripts and FIFOs beside the C daemon: the same configuration, the same events, the same words in the same order.
 *
 * Both daemons run at once in one network, as different virtual routers.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Injector } from "../../tools/lab/injector.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { intact } from "./garbage.ts";
import { instanceConf } from "./instance_conf.ts";

const names = ["A", "B", "C", "D"] as const;
type Name = (typeof names)[number];

/** Virtual router ids of the two daemons. */
const first: Readonly<Record<Implementation, number>> = { ours: 10, c: 20 };

/** What each instance and the group were said to be, from the start to the end. */
const grouped = ["BACKUP", "MASTER", "BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"];
const heard: Readonly<Record<string, readonly string[]>> = {
  "INSTANCE A": grouped.map((word) => `${word} 100`),
  "INSTANCE B": grouped.map((word) => `${word} 100`),
  "GROUP G": grouped.map((word) => `${word} 0`),
  "INSTANCE C": ["BACKUP 100", "MASTER 100", "BACKUP 100", "MASTER 100", "FAULT 100"],
  "INSTANCE D": ["BACKUP 100", "MASTER 100", "DELETED 100"],
};

/** What only FIFOs hear, in its place: the words that come before it. */
const heardByFifo: Readonly<Record<string, readonly string[]>> = {
  ...heard,
  "INSTANCE C": [
    "BACKUP 100",
    "MASTER 100",
    "MASTER_RX_LOWER_PRI 100",
    "BACKUP 100",
    "MASTER 100",
    "MASTER_PRIORITY 105",
    "MASTER_PRIORITY 100",
    "FAULT 100",
  ],
  "INSTANCE D": [
    "BACKUP 100",
    "MASTER 100",
    "MASTER_PRIORITY 105",
    "MASTER_PRIORITY 100",
    "DELETED 100",
  ],
};

/** Scripts for one thing, which get no words of ours. */
const called: Readonly<Record<string, readonly string[]>> = {
  A: ["backup", "master", "backup", "master", "fault", "backup", "master", "stop"],
  B: ["backup", "master", "backup", "master", "fault", "backup", "master", "stop"],
  G: ["backup", "master", "backup", "master", "fault", "backup", "master", "stop"],
  C: ["backup", "master", "lower", "backup", "master"],
  D: ["backup", "master", "deleted"],
};

let lab: Lab;
before(async () => {
  lab = await Lab.create([
    { name: "ours", addresses: ["192.0.2.1/24"] },
    { name: "c", addresses: ["192.0.2.2/24"] },
    { name: "peer", addresses: ["192.0.2.3/24"] },
  ]);
  const script = (name: string, text: string) =>
    writeFileSync(join(lab.folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script("log.sh", `log=$1; shift; echo "$@" >>"$log"`);
  script("read.sh", `while read -r line; do echo "$line"; done <"$2" >>"$1"; echo END >>"$1"`);
});
after(async () => await lab[Symbol.asyncDispose]());

test("scripts and FIFOs hear the same from both daemons", async () => {
  using injector = new Injector(lab.host("peer"));
  const [ours, c] = [start("ours"), start("c")];
  /** Does something to both daemons, and waits until each has called the last of so many scripts for a name. */
  const step = async (act: () => void, name: string, count: number) => {
    act();
    const word = called[name]?.[count - 1];
    for (const it of ["ours", "c"] as const) {
      const done = () => (calls(it).get(name) ?? []).length === count;
      await until(`${it} calls ${name} ${word}`, done);
    }
    // What comes with it has to be over before the next thing happens.
    await sleep(400);
  };
  const inject = (name: Name, priority: number) => {
    for (const it of ["ours", "c"] as const) injector.send(advertisement(it, name, priority));
  };
  await step(() => {}, "G", 2);
  await step(() => inject("C", 50), "C", 3);
  await step(() => inject("C", 200), "C", 5);
  await step(() => inject("A", 200), "G", 4);
  await step(() => track(5), "G", 5);
  await step(() => track(0), "G", 7);
  await step(
    () => {
      for (const daemon of [ours, c]) {
        daemon.configure(config(daemon === ours ? "ours" : "c", ["A", "B"]));
        daemon.signal("SIGHUP");
      }
    },
    "D",
    3,
  );
  assert.deepEqual([await ours.stop(), await c.stop()], [0, 0]);
  await until(
    "the last script has written",
    () => scriptLines("c").get("GROUP G")?.at(-1) === "STOP 0",
  );

  for (const it of ["ours", "c"] as const) {
    const said = scriptLines(it);
    assert.deepEqual(Object.fromEntries([...said].sort()), sorted(heard), `${it}: notify`);
    assert.deepEqual(Object.fromEntries([...calls(it)].sort()), sorted(called), `${it}: notify_*`);
    assert.ok(!existsSync(fifo(it)), `${it}: its FIFO is left`);
  }
  const lines = fifoLines("ours");
  assert.deepEqual(Object.fromEntries([...lines].sort()), sorted(heardByFifo));
  assert.equal(linesOf("ours.read").at(-1), "END");
  // The C daemon ends its reader before that has read the last words.
  for (const [about, words] of fifoLines("c")) {
    assert.deepEqual(words, heardByFifo[about]?.slice(0, words.length), about);
  }
});

test("notify_contested tells of a rival, and of the end of it", async () => {
  using injector = new Injector(lab.host("peer"));
  const log = join(lab.folder, "contested");
  const script = join(lab.folder, "log.sh");
  const daemon = lab.start({
    name: "rival",
    config: `global_defs {\n  script_user root\n}\n` + instanceConf({
      name: "A",
      virtualRouterId: first.ours,
      lines: [`notify "${script} ${log}"`, `notify_contested "${script} ${log} contested"`],
    }),
  }, "ours");
  await daemon.says(/Entering MASTER STATE/);
  for (let i = 0; i < 6; i++) {
    injector.send(advertisement("ours", "A", 50));
    await sleep(100);
  }
  const expected = ["BACKUP 100", "MASTER 100", "CONTESTED 100", "UNCONTESTED 100"];
  const any = () => linesOf("contested").filter((line) => line.startsWith("INSTANCE A "));
  await until("the contest is over", () => any().length === expected.length);
  assert.deepEqual(any(), expected.map((line) => `INSTANCE A ${line}`));
  assert.equal(linesOf("contested").filter((line) => line === "contested").length, 1);
  assert.equal(await daemon.stop(), 0);
});

function start(implementation: Implementation): Daemon {
  track(0);
  return lab.start({ name: implementation, implementation, config: config(implementation, names) });
}

function config(it: Implementation, instances: readonly Name[]): string {
  const log = (...words: string[]) => `"${join(lab.folder, "log.sh")} ${words.join(" ")}"`;
  const scripts = (name: string) => [
    `notify ${log(join(lab.folder, `${it}.any`))}`,
    ...["master", "backup", "fault", "stop"].map((word) =>
      `notify_${word} ${log(join(lab.folder, `${it}.own`), name, word)}`
    ),
  ];
  return `global_defs {
  script_user root
  vrrp_notify_priority_changes
  vrrp_notify_fifo ${fifo(it)}
  vrrp_notify_fifo_script "${join(lab.folder, "read.sh")} ${join(lab.folder, `${it}.read`)}"
}
track_file load {
  file ${join(lab.folder, "load")}
  weight 1
}
vrrp_sync_group G {
  group {
    A
    B
  }
  ${scripts("G").join("\n  ")}
}
${
    instances.map((name) =>
      instanceConf({
        name,
        interval: 0.2,
        virtualRouterId: first[it] + names.indexOf(name),
        addresses: [`192.0.2.${100 + first[it] + names.indexOf(name)}/24`],
        lines: [
          ...scripts(name),
          "track_file {",
          "load",
          "}",
          ...(name === "C"
            ? [`notify_master_rx_lower_pri ${log(join(lab.folder, `${it}.own`), name, "lower")}`]
            : []),
          ...(name === "D"
            ? [`notify_deleted ${log(join(lab.folder, `${it}.own`), name, "deleted")}`]
            : []),
        ],
      })
    ).join("")
  }`;
}

/** Of the members of the group that is a fault, for the others more priority. */
function track(value: number): void {
  writeFileSync(join(lab.folder, "load"), `${value}\n`);
}

function advertisement(it: Implementation, name: Name, priority: number): Uint8Array {
  const host = lab.host(it);
  const frames = intact({
    family: 4,
    advertisement: {
      version: 3,
      virtualRouterId: first[it] + names.indexOf(name),
      priority,
      maxAdvertiseIntervalUs: 200_000,
      addresses: [`192.0.2.${100 + first[it] + names.indexOf(name)}`],
    },
    router: { mac: host.mac, address: "192.0.2.1" },
    attacker: { mac: lab.host("peer").mac, address: "192.0.2.3" },
  });
  return frames.next().value;
}

function fifo(it: Implementation): string {
  return join(lab.folder, `${it}.fifo`);
}

function linesOf(name: string): readonly string[] {
  if (!existsSync(join(lab.folder, name))) return [];
  return readFileSync(join(lab.folder, name), "utf8").trimEnd().split("\n");
}

/** What generic scripts were told: words and priorities by instance or group. */
function scriptLines(it: Implementation): ReadonlyMap<string, readonly string[]> {
  return byFirst(
    linesOf(`${it}.any`).map((line) => line.split(" ")).map(([kind, name, ...rest]) =>
      [`${kind} ${name}`, rest.join(" ")] as const
    ),
  );
}

function fifoLines(it: Implementation): ReadonlyMap<string, readonly string[]> {
  const lines = linesOf(`${it}.read`).filter((line) => line !== "END");
  return byFirst(lines.map((line) => {
    const [, kind, name, rest] = /^(INSTANCE|GROUP) "(.*)" (\S+ \d+)$/.exec(line) ?? [];
    return [`${kind} ${name}`, rest ?? line] as const;
  }));
}

/** Which scripts for one thing were run, by instance or group. */
function calls(it: Implementation): ReadonlyMap<string, readonly string[]> {
  return byFirst(linesOf(`${it}.own`).map((line) => line.split(" ") as [string, string]));
}

function byFirst(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...groups.get(key) ?? [], value]);
  return groups;
}

function sorted(table: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(Object.entries(table).sort());
}
