import assert from "node:assert/strict";
import { test } from "node:test";
import { type Config, loadConfig, type LoadOptions, type Tracking } from "../mod.ts";

const DEFINITIONS = `
vrrp_script S {\nscript /bin/a\nweight 5 reverse\n}
vrrp_script Z {\nscript /bin/a\n}
track_file F {\nfile /tmp/f\n}
track_file G {\nfile /tmp/g\nweight 3\n}
vrrp_track_process P {\nprocess p\nweight 4\n}
bfd_instance B1 {\nneighbor_ip 10.0.0.9\nweight 6\n}
bfd_instance B2 {\nneighbor_ip 10.0.0.8\nchecker\n}
`;

function load(
  text: string,
  options: Partial<LoadOptions> = {},
): { config: Config; said: string[] } {
  const { config, diagnostics } = loadConfig(
    (path) => [{ path, text }],
    "a",
    { hostName: "h", ...options },
  );
  if (config === undefined) throw new Error("no configuration");
  return { config, said: diagnostics.map(({ message }) => message) };
}

function instance(name: string, id: number, lines = ""): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\n` +
    `virtual_ipaddress {\n10.0.0.${id}\n}\n${lines}\n}\n`;
}

function track(lines: string, options: Partial<LoadOptions> = {}) {
  const { config, said } = load(DEFINITIONS + instance("A", 1, lines), options);
  const tracking: Tracking | undefined = config.instances[0]?.tracking;
  if (tracking === undefined) throw new Error(said.join("\n"));
  return { tracking, said };
}

/** List, entries, what is tracked (`NAME WEIGHT [reverse]`), and what is said. */
const entries:
  readonly (readonly [keyof Tracking, string, readonly string[], readonly string[]])[] = [
    ["interfaces", "eth1\neth2 weight -5 reverse", ["eth1 0", "eth2 -5 reverse"], []],
    ["interfaces", "eth1 weight 254", ["eth1 253"], [
      "weight for eth1 cannot be +/-254. Setting to +/-253",
    ]],
    ["interfaces", "eth1 weight -254", ["eth1 -253"], [
      "weight for eth1 cannot be +/-254. Setting to +/-253",
    ]],
    ["interfaces", "eth1 weight 255", ["eth1 0"], [
      "weight for track_interface eth1 must be in [-253..253] inclusive. Ignoring...: number" +
      " '255' outside range [-254, 254]",
    ]],
    ["interfaces", "eth1 eth2", [], ["unknown track_interface eth1 option eth2 - ignoring"]],
    ["interfaces", "eth1\neth1 weight 5", ["eth1 0"], [
      "duplicate track_interface eth1 - ignoring",
    ]],
    ["interfaces", "eth0 weight 5", [], ["Ignoring track_interface eth0 since own interface"]],
    ["scripts", "S\nZ", ["S 5 reverse", "Z 0"], []],
    ["scripts", "S weight 3", ["S 3 reverse"], []],
    ["scripts", "S weight 3 noreverse", ["S 3"], []],
    ["scripts", "S weight 3 foo", ["S 3 reverse"], [
      "unknown track script S weight option foo - ignoring",
    ]],
    ["scripts", "S weight", [], ["weight without value specified for track script S - ignoring"]],
    ["scripts", "S weight x", ["S 5 reverse"], [
      "weight for track script S must be in [-253..253] inclusive. Ignoring...: invalid number" +
      " 'x' (range [-254, 254])",
    ]],
    ["scripts", "nosuch", [], ["track script nosuch not found, ignoring..."]],
    ["scripts", "S weight 3 reverse more", ["S 3 reverse"], [
      "Surplus argument 'more' of track script S",
    ]],
    ["files", "F\nG weight 254", ["F 1", "G 254"], []],
    ["files", "G weight 255", ["G 3"], [
      "weight for track file G must be in [-254..254] inclusive. Ignoring...: number '255'" +
      " outside range [-254, 254]",
    ]],
    ["processes", "P\nnosuch", ["P 4"], ["track process nosuch not found, ignoring..."]],
    ["bfdInstances", "B1 weight 254\nB2", ["B1 6"], [
      "weight for track bfd B1 must be in [-253..253] inclusive. Ignoring...: number '254'" +
      " outside range [-253, 253]",
      "track bfd B2 not found, ignoring...",
    ]],
  ];

const KEYWORDS: Readonly<Record<keyof Tracking, string>> = {
  interfaces: "track_interface",
  scripts: "track_script",
  files: "track_file",
  processes: "track_process",
  bfdInstances: "track_bfd",
};

function shown(tracked: Tracking[keyof Tracking] | undefined): string[] {
  return (tracked ?? []).map(({ name, weight, reverse }) =>
    `${name} ${weight}${reverse ? " reverse" : ""}`
  );
}

for (const [list, lines, expected, messages] of entries) {
  test(`${KEYWORDS[list]} { ${lines.replaceAll("\n", "; ")} }`, () => {
    const { tracking, said } = track(`${KEYWORDS[list]} {\n${lines}\n}`);
    assert.deepEqual(shown(tracking[list]), expected);
    assert.deepEqual(said, messages.map((message) => `(A) ${message}`));
  });
}

test("two lists of a kind count as one", () => {
  const { tracking } = track("track_interface {\neth1\n}\ntrack_interface {\neth2\n}");
  assert.deepEqual(shown(tracking.interfaces), ["eth1 0", "eth2 0"]);
});

test("a tracked interface that the host lacks is named, and stays", () => {
  const interfaceExists = (name: string) => name === "eth0";
  const { tracking, said } = track("track_interface {\neth1\n}", { interfaceExists });
  assert.deepEqual(said, ["(A) tracked interface eth1 doesn't exist"]);
  assert.deepEqual(shown(tracking.interfaces), ["eth1 0"]);
});

const ALL = `track_interface {\neth1 weight 2\neth2\n}
track_script {\nS\nZ\n}
track_file {\nF\nG\n}
track_process {\nP\n}
track_bfd {\nB1\n}
`;

test("an address owner has no trackers with weights", () => {
  const { tracking, said } = track(`state MASTER\npriority 255\n${ALL}`);
  assert.deepEqual(said, [
    "(A) ignoring eth1 tracked interface due to address owner",
    "(A) ignoring tracked script S with weights due to address_owner",
    "(A) ignoring weight from tracked file F due to address_owner. specify weight 0",
    "(A) ignoring tracked file G with weight 3 due to address_owner",
    "(A) ignoring tracked process P with weight 4 due to address_owner",
    "(A) ignoring tracked bfd B1 with weight 6 due to address_owner",
  ]);
  assert.deepEqual(Object.values(tracking).map(shown), [["eth2 0"], ["Z 0"], ["F 0"], [], []]);
});

test("members of a group have no trackers with weights, unless the group says so", () => {
  const group = (more: string) =>
    load(
      `${DEFINITIONS}${instance("A", 1, ALL)}${
        instance("B", 2)
      }vrrp_sync_group T {\ngroup {\nA\nB\n}\n${more}\n}`,
    );
  const { config, said } = group("");
  assert.deepEqual(said, [
    "(A) ignoring eth1 tracked interface weight due to SYNC group",
    "(A) ignoring tracked script S with weights due to SYNC group",
    "(A) ignoring weight from tracked file F due to SYNC group. specify weight 0",
    "(A) ignoring tracked file G with weight 3 due to SYNC group",
    "(A) ignoring tracked process P with weight 4 due to SYNC group",
    "(A) ignoring tracked bfd B1 with weight 6 due to SYNC group",
  ]);
  const [first, second] = config.instances;
  assert.deepEqual(Object.values(first?.tracking ?? {}).map(shown), [
    ["eth1 0", "eth2 0"],
    ["Z 0"],
    ["F 0"],
    [],
    [],
  ]);
  assert.deepEqual([first?.syncGroup, second?.syncGroup], ["T", "T"]);
  const free = group("sync_group_tracking_weight");
  assert.deepEqual(free.said, []);
  assert.deepEqual(shown(free.config.instances[0]?.tracking.files), ["F 1", "G 3"]);
  assert.deepEqual(group("global_tracking").said, [
    "global_tracking is deprecated. Use track_interface/script/file on the sync group",
  ]);
});

test("a group has its defaults, and what it says", () => {
  const members = instance("A", 1) + instance("B", 2);
  const { config, said } = load(`${members}vrrp_sync_group T {\ngroup {\nA B\n}\n}`);
  assert.deepEqual(said, []);
  assert.deepEqual(config.syncGroups.map(({ at: _, ...group }) => group), [{
    name: "T",
    members: ["A", "B"],
    tracking: { interfaces: [], scripts: [], files: [], processes: [], bfdInstances: [] },
    trackingWeight: false,
    notify: {},
    notifyPriorityChanges: false,
    smtpAlert: false,
  }]);
  const full = load(`global_defs {\nsmtp_alert\n}
${DEFINITIONS}${members}vrrp_sync_group T {\ngroup {\nA\nB\n}\n${ALL}
notify /bin/a\nnotify_master "/bin/m x"\nnotify_backup /bin/b\nnotify_fault /bin/f\nnotify_stop /bin/s u g
notify_priority_changes\n}`);
  assert.deepEqual(full.said, []);
  const [group] = full.config.syncGroups;
  assert.deepEqual(group?.notify, {
    any: { argv: ["/bin/a"] },
    active: { argv: ["/bin/m", "x"] },
    backup: { argv: ["/bin/b"] },
    fault: { argv: ["/bin/f"] },
    stop: { argv: ["/bin/s"], user: "u", group: "g" },
  });
  assert.deepEqual(shown(group?.tracking.scripts), ["S 5 reverse", "Z 0"]);
  assert.deepEqual([group?.smtpAlert, group?.notifyPriorityChanges], [true, true]);
});

test("a group starts as MASTER only if all its members want it", () => {
  const states = (first: string, second: string) =>
    load(
      instance("A", 1, first) + instance("B", 2, second) +
        "vrrp_sync_group T {\ngroup {\nA\nB\n}\n}",
    ).config.instances.map(({ initialState }) => initialState);
  const master = "state MASTER\npriority 100";
  assert.deepEqual(states(master, master), ["active", "active"]);
  assert.deepEqual(states(master, ""), ["backup", "backup"]);
});

/** Groups, what is said, and the members that are left. */
const groups: readonly (readonly [string, readonly string[], readonly (readonly string[])[]])[] = [
  ["vrrp_sync_group T {\n}", ["Sync group T has no virtual router(s). removing"], []],
  ["vrrp_sync_group T {\ngroup {\nC\n}\n}", [
    "Sync group T, no matching virtual router found in group declaration - removing",
    "Virtual router C specified in sync group T doesn't exist - ignoring",
  ], []],
  ["vrrp_sync_group T {\ngroup {\nA\n}\n}", [
    "Sync group T has only 1 virtual router(s) - this probably isn't what you want",
  ], [["A"]]],
  ["vrrp_sync_group T {\ngroup {\nA\nB\nA\n}\n}", [
    "Virtual router A cannot exist in more than one sync group; ignoring T",
  ], [["A", "B"]]],
  ["vrrp_sync_group T {\ngroup {\nA\nB\n}\n}\nvrrp_sync_group T {\ngroup {\nA\n}\n}", [
    "vrrp_sync_group T already defined - ignoring",
  ], [["A", "B"]]],
  ["vrrp_sync_group T {\ngroup {\nA\nB\n}\ngroup {\nB\n}\n}", [
    "(T) group already specified - ignoring",
  ], [["A", "B"]]],
];

for (const [text, messages, members] of groups) {
  test(text.replaceAll("\n", " "), () => {
    const { config, said } = load(`${instance("A", 1)}${instance("B", 2)}${text}`);
    assert.deepEqual(said, messages);
    assert.deepEqual(config.syncGroups.map((group) => group.members), members);
  });
}

test("an interface that member and group track is named", () => {
  const { said } = load(
    `${instance("A", 1, "track_interface {\neth1\n}")}${instance("B", 2)}` +
      "vrrp_sync_group T {\ngroup {\nA\nB\n}\ntrack_interface {\neth1\n}\n}",
  );
  assert.deepEqual(said, [
    "(A) track_interface eth1 is configured on VRRP instance and sync group. Remove vrrp instance" +
    " or sync group config",
  ]);
});

test("groups that static objects are tied to", () => {
  const { config, said } = load(
    `${instance("A", 1)}track_group T {\ngroup {\nA A C\n}\n}\ntrack_group U {\n}\n`,
  );
  assert.deepEqual(config.trackGroups, [{ name: "T", members: ["A"] }]);
  assert.deepEqual(said, [
    "vrrp instance C specified in track group T doesn't exist - ignoring",
    "Static track group U has no virtual router(s) - removing",
  ]);
});
