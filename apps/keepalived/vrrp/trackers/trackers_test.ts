import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Interfaces } from "../interfaces.ts";
import { Bench, configOf, instanceText } from "./fixture.ts";
import { Links } from "./links.ts";
import { Trackers } from "./trackers.ts";

const NONE = { adjustment: 0, faults: [], pending: [] };

function trackersOf(bench: Bench) {
  const interfaces = new Interfaces();
  const { reactor, log, onChange } = bench;
  const links = new Links(reactor, interfaces, log);
  const trackers = new Trackers({ reactor, links, log, onChange, detail: 0 });
  const setLink = (name: string, up: boolean) =>
    interfaces.apply({
      kind: "link-changed",
      link: { index: name.charCodeAt(3), name, hardwareType: 1, flags: { up, running: up } },
    });
  return { trackers, setLink };
}

test("everything that an instance tracks is added up, and only those are told who track it", async () => {
  await using bench = new Bench();
  const { trackers, setLink } = trackersOf(bench);
  using _ = trackers;
  writeFileSync(bench.path("f"), "3");
  trackers.configure(configOf(
    `bfd_instance B {\nneighbor_ip 10.0.0.9\nweight -7\n}
track_file F {\nfile ${bench.path("f")}\n}\n` +
      instanceText("A", 1, "track_file {\nF weight 2\n}\ntrack_interface {\neth1 weight 10\n}") +
      instanceText("C", 2, "track_bfd {\nB\n}\ntrack_interface {\neth1\n}") +
      instanceText("D", 3),
  ));
  assert.deepEqual(bench.changes, []);
  assert.deepEqual(trackers.influence("A"), { ...NONE, adjustment: 6 });
  assert.deepEqual(trackers.influence("C"), { ...NONE, faults: ["interface eth1"] });
  assert.deepEqual(trackers.influence("D"), NONE);
  assert.deepEqual(trackers.influence("nobody"), NONE);

  setLink("eth1", true);
  assert.deepEqual(bench.changes.toSorted(), ["A", "C"]);
  assert.deepEqual(trackers.influence("A"), { ...NONE, adjustment: 16 });
  assert.deepEqual(trackers.influence("C"), NONE);

  writeFileSync(bench.path("f"), "-4");
  await bench.until("A is told", () => trackers.influence("A").adjustment === 2);
  assert.deepEqual(bench.changes.slice(2), ["A"]);
  setLink("eth2", true);
  assert.equal(bench.changes.length, 3);
});

test("a BFD session counts from when it was first told of", async () => {
  await using bench = new Bench();
  const { trackers } = trackersOf(bench);
  using _ = trackers;
  trackers.configure(configOf(
    `bfd_instance B {\nneighbor_ip 10.0.0.9\n}
bfd_instance W {\nneighbor_ip 10.0.0.8\nweight 5\n}\n` +
      instanceText("A", 1, "track_bfd {\nB\nW\n}"),
  ));
  assert.deepEqual(trackers.influence("A"), NONE);
  trackers.setSession({ name: "B", up: false });
  assert.deepEqual(trackers.influence("A"), { ...NONE, faults: ["bfd B"] });
  trackers.setSession({ name: "B", up: false });
  trackers.setSession({ name: "W", up: true });
  trackers.setSession({ name: "B", up: true });
  trackers.setSession({ name: "unknown", up: true });
  assert.deepEqual(trackers.influence("A"), { ...NONE, adjustment: 5 });
  assert.deepEqual(bench.changes, ["A", "A", "A"]);
});

test("what is not known yet is pending where it may be a fault, and is told once it is known", async () => {
  await using bench = new Bench();
  const { trackers } = trackersOf(bench);
  using _ = trackers;
  trackers.configure(configOf(
    `vrrp_script S {\nscript /bin/false\n}\nvrrp_track_process P {\nprocess no-such-process\n}\n` +
      instanceText("A", 1, "track_script {\nS\n}\ntrack_process {\nP weight -9\n}") +
      instanceText("C", 2, "track_script {\nS weight 5\n}"),
  ));
  assert.deepEqual(trackers.influence("A"), { ...NONE, pending: ["script S"] });
  assert.deepEqual(trackers.influence("C"), NONE);
  await bench.until("both are known", () => {
    const { adjustment, faults } = trackers.influence("A");
    return adjustment === -9 && faults[0] === "script S";
  });
  assert.deepEqual([...new Set(bench.changes)], ["A"]);
});

test("only what is tracked is run, watched and counted", async () => {
  await using bench = new Bench();
  const { trackers } = trackersOf(bench);
  using _ = trackers;
  const text = `vrrp_script S {\nscript /bin/true\n}\ntrack_file F {\nfile ${bench.path("f")}\n}
vrrp_track_process P {\nprocess init\n}\n`;
  trackers.configure(configOf(text + instanceText("A", 1)));
  assert.deepEqual(trackers.status(), {
    trackers: [],
    instances: [{ name: "A", entries: [], ...NONE }],
  });
  assert.deepEqual(bench.said, []);
});

test("a reload keeps what goes on, drops what is gone, and tells nobody: they ask", async () => {
  await using bench = new Bench();
  const { trackers, setLink } = trackersOf(bench);
  using _ = trackers;
  setLink("eth1", true);
  const config = (weight: number, name = "A") =>
    configOf(
      `vrrp_script S {\nscript /bin/true\nweight ${weight}\n}\n` +
        instanceText(name, 1, `track_script {\nS\n}\ntrack_interface {\neth1 weight 2\n}`),
    );
  trackers.configure(config(5));
  await bench.until("it is good", () => trackers.influence("A").adjustment === 7);
  bench.changes.length = 0;
  trackers.configure(config(6, "renamed"));
  assert.deepEqual(trackers.influence("renamed"), { ...NONE, adjustment: 8 });
  assert.deepEqual(trackers.influence("A"), NONE);
  trackers.configure(configOf(instanceText("A", 1)));
  setLink("eth1", false);
  await bench.sleep(50);
  assert.deepEqual([trackers.influence("A"), trackers.status().trackers], [NONE, []]);
  assert.deepEqual(bench.changes, []);
});

test("a file is made at the start, and at a reload only if it is new", async () => {
  await using bench = new Bench();
  const { trackers } = trackersOf(bench);
  using _ = trackers;
  const config = configOf(
    `track_file F {\nfile ${bench.path("f")}\ninit_file 4 overwrite\n}\n` +
      instanceText("A", 1, "track_file {\nF\n}"),
  );
  trackers.configure(config);
  assert.deepEqual(trackers.influence("A"), { ...NONE, adjustment: 4 });
  writeFileSync(bench.path("f"), "9");
  trackers.configure(config);
  assert.equal(readFileSync(bench.path("f"), "utf8"), "9");
  assert.deepEqual(trackers.influence("A"), { ...NONE, adjustment: 9 });
});
