import assert from "node:assert/strict";
import { test } from "node:test";
import { entriesOf, titleOf } from "./entries.ts";
import { configOf, instanceText } from "./fixture.ts";

const definitions = `vrrp_script S {\nscript /bin/true\nweight 5\n}
vrrp_script Z {\nscript /bin/true\n}
track_file F {\nfile /tmp/f\n}
vrrp_track_process P {\nprocess p\n}
bfd_instance B {\nneighbor_ip 10.0.0.9\n}
`;
const all = `track_bfd {\nB\n}\ntrack_process {\nP\n}\ntrack_file {\nF\n}\ntrack_script {\nS\n}
track_interface {\neth1 weight -3 reverse\n}`;

/** What an instance tracks, as `TITLE WEIGHT [reverse]`. */
function entries(text: string, name = "A"): readonly string[] {
  return (entriesOf(configOf(definitions + text)).get(name) ?? []).map((entry) =>
    `${titleOf(entry)} ${entry.weight}${entry.reverse ? " reverse" : ""}`
  );
}

test("an instance without trackers tracks nothing: its own interface is its own affair", () => {
  assert.deepEqual(entries(instanceText("A", 1)), []);
});

test("an instance tracks what its lists name", () => {
  assert.deepEqual(entries(instanceText("A", 1, all)), [
    "interface eth1 -3 reverse",
    "script S 5",
    "file F 1",
    "process P 0",
    "bfd B 0",
  ]);
});

test("the trackers of a group count for all its members, beside their own, which come first", () => {
  const group = (more = "") =>
    instanceText("A", 1, "track_script {\nZ\n}") + instanceText("B", 2) +
    `vrrp_sync_group G {\ngroup {\nA\nB\n}\ntrack_script {\nZ weight 7\nS\n}\n${more}}\n`;
  assert.deepEqual(entries(group()), ["script Z 0", "script S 5"]);
  assert.deepEqual(entries(group(), "B"), ["script Z 7", "script S 5"]);
});

test("the trackers of a group do not count for others", () => {
  const text = instanceText("A", 1) + instanceText("B", 2) + instanceText("C", 3) +
    "vrrp_sync_group G {\ngroup {\nB\nC\n}\ntrack_script {\nS\n}\n}\n";
  assert.deepEqual(entries(text), []);
});

test("other interfaces of addresses and routes count, unless they are not to", () => {
  const text = instanceText(
    "A",
    1,
    `virtual_ipaddress_excluded {
10.1.0.1 dev eth2
10.1.0.2 dev eth2
10.1.0.3 dev eth3 no_track
10.1.0.4 dev eth0
}
virtual_routes {
10.2.0.0/24 via 10.0.0.99 dev eth4
10.3.0.0/24 via 10.0.0.99 dev eth5 no_track
10.4.0.0/24 dev eth0 nexthop via 10.0.0.98 dev eth6 nexthop via 10.0.0.97 dev eth7
10.5.0.0/24 via 10.0.0.99
}`,
  );
  const wanted = ["eth2", "eth4", "eth6", "eth7"].map((name) => `interface ${name} 0`);
  assert.deepEqual(entries(text), wanted);
});

test("a weight that is written for such an interface holds", () => {
  const text = instanceText(
    "A",
    1,
    "track_interface {\neth2 weight 9\n}\nvirtual_ipaddress_excluded {\n10.1.0.1 dev eth2\n}",
  );
  assert.deepEqual(entries(text), ["interface eth2 9"]);
});
