import assert from "node:assert/strict";
import { test } from "node:test";
import { type Config, loadConfig } from "../mod.ts";

function load(text: string): { config: Config; said: string[] } {
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  if (config === undefined) throw new Error("no configuration");
  return { config, said: diagnostics.map(({ message }) => message) };
}

/** One definition with some lines, and what is said. */
function define(block: string, lines: string) {
  const { config, said } = load(`${block} X {\n${lines}\n}\n`);
  const [one] = [
    ...config.scripts,
    ...config.trackFiles,
    ...config.trackProcesses,
    ...config.bfdInstances,
  ];
  return { one, said };
}

const SCRIPT = "script /bin/true\n";
const FILE = "file /tmp/x\n";
const PROCESS = "process nginx\n";
const BFD = "neighbor_ip 10.0.0.2\n";

test("a script has its defaults", () => {
  const { one, said } = define("vrrp_script", SCRIPT);
  assert.deepEqual(said, []);
  assert.deepEqual(one, {
    name: "X",
    at: { file: "a", line: 1, column: 13, length: 1 },
    check: { kind: "command", argv: ["/bin/true"] },
    intervalUs: 1_000_000,
    timeoutUs: 1_000_000,
    weight: 0,
    reverse: false,
    rise: 1,
    fall: 1,
    initFail: false,
  });
});

test("files, processes and sessions have their defaults", () => {
  assert.deepEqual(define("track_file", FILE).one, {
    name: "X",
    path: "/tmp/x",
    weight: 1,
    reverse: false,
  });
  assert.deepEqual(define("vrrp_track_process", PROCESS).one, {
    name: "X",
    command: "nginx",
    parameters: [],
    match: "none",
    fullCommand: false,
    weight: 0,
    reverse: false,
    quorum: 1,
    terminateDelayUs: 0,
    forkDelayUs: 0,
  });
  assert.deepEqual(define("bfd_instance", BFD).one, {
    name: "X",
    at: { file: "a", line: 1, column: 14, length: 1 },
    neighborAddress: "10.0.0.2",
    requiredMinRxIntervalUs: 10_000,
    desiredMinTxIntervalUs: 10_000,
    idleTxIntervalUs: 1_000_000,
    detectMult: 5,
    passive: false,
    hopLimit: 255,
    maxHops: 0,
    multihop: false,
    weight: 0,
    reverse: false,
    notifies: { vrrp: true, checker: true },
  });
});

/** Block, lines, fields that come of them, and what is said. */
const cases: readonly (readonly [string, string, object, readonly string[]])[] = [
  ["vrrp_script", `script "/bin/a b 'c d'"`, {
    check: { kind: "command", argv: ["/bin/a", "b", "c d"] },
  }, []],
  ["vrrp_script", "script </etc/passwd", { check: { kind: "file", path: "/etc/passwd" } }, []],
  ["vrrp_script", "script /bin/a b", { check: { kind: "command", argv: ["/bin/a"] } }, [
    "(X) Surplus argument 'b' of 'script'",
  ]],
  ["vrrp_script", `${SCRIPT}interval 1.5\nuser a b`, {
    intervalUs: 1_500_000,
    timeoutUs: 1_500_000,
    user: "a",
    group: "b",
  }, []],
  ["vrrp_script", `${SCRIPT}interval 2\ntimeout 0.25\nweight -3 reverse`, {
    intervalUs: 2_000_000,
    timeoutUs: 250_000,
    weight: -3,
    reverse: true,
  }, []],
  ["vrrp_script", `${SCRIPT}interval 0\ntimeout 0`, {
    intervalUs: 1_000_000,
    timeoutUs: 1_000_000,
  }, [
    "(X): vrrp script interval must be greater than 0, setting to 1",
    "(X): vrrp script timeout must be greater than 0, setting to 1",
  ]],
  ["vrrp_script", `${SCRIPT}weight 254`, { weight: 0 }, [
    "(X) weight 254 must be in [-253, 253]: number '254' outside range [-253, 253]",
  ]],
  ["vrrp_script", `${SCRIPT}weight 5 foo`, { weight: 5, reverse: false }, [
    "(X) weight foo must be in [-253, 253]: unknown word 'foo' (range reverse)",
  ]],
  ["vrrp_script", `${SCRIPT}rise 0\nfall 3`, { rise: 1, fall: 3 }, [
    "(X) vrrp script rise value '0' invalid, defaulting to 1: number '0' outside range" +
    " [1, 2147483647]",
  ]],
  ["track_file", `${FILE}weight -254 reverse\ninit_file overwrite 5`, {
    weight: -254,
    reverse: true,
    initialize: { value: 5, overwrite: true },
  }, []],
  ["track_file", `${FILE}init_file 1000`, { initialize: { value: 1000, overwrite: false } }, [
    "(X) Track file X init value 1000 is outside sensible range [-254, 254]",
  ]],
  ["track_file", `${FILE}init_file 5 foo`, { initialize: { value: 5, overwrite: false } }, [
    "(X) Unknown track file init option foo",
  ]],
  ["track_file", `${FILE}file /tmp/y`, { path: "/tmp/x" }, [
    "(X) file already specified - ignoring",
  ]],
  ["vrrp_track_file", FILE, { path: "/tmp/x" }, [
    'Keyword "vrrp_track_file" is deprecated - please use "track_file"',
  ]],
  ["vrrp_track_process", 'process "a b" c "d e"', {
    command: "a b",
    parameters: ["c", "d e"],
    match: "exact",
    fullCommand: true,
  }, []],
  ["vrrp_track_process", `${PROCESS}param_match`, { match: "exact", fullCommand: true }, []],
  ["vrrp_track_process", `${PROCESS}param_match partial`, { match: "partial" }, []],
  ["vrrp_track_process", `${PROCESS}param_match foo`, { match: "none" }, [
    "(X) Invalid param_match type foo - ignoring: unknown word 'foo' (range initial, partial)",
  ]],
  ["vrrp_track_process", `${PROCESS}delay 3\nfork_delay 2`, {
    terminateDelayUs: 3_000_000,
    forkDelayUs: 2_000_000,
  }, []],
  ["vrrp_track_process", `${PROCESS}fork_delay 2\ndelay 3`, {
    terminateDelayUs: 3_000_000,
    forkDelayUs: 3_000_000,
  }, []],
  ["vrrp_track_process", `${PROCESS}quorum 5\nquorum_max 3`, { quorum: 5 }, [
    "(X) quorum_max is less than quorum - ignoring",
  ]],
  ["vrrp_track_process", `${PROCESS}quorum_max 3\nquorum 5`, { quorum: 1, quorumMax: 3 }, [
    "(X) Quorum is greater than quorum_max - ignoring",
  ]],
  ["vrrp_track_process", `${PROCESS}quorum_max 0`, { quorum: 1, quorumMax: 0 }, []],
  ["vrrp_track_process", `${PROCESS}weight 5\nweight 1`, { weight: 5 }, [
    "(X) weight already specified - ignoring",
  ]],
  ["bfd_instance", "neighbour_ip fe80::2\nsource_ip fe80::1", {
    neighborAddress: "fe80::2",
    sourceAddress: "fe80::1",
    hopLimit: 64,
  }, []],
  ["bfd_instance", `${BFD}min_rx 1.5\nmin_tx 2\nidle_tx 1000`, {
    requiredMinRxIntervalUs: 1_500,
    desiredMinTxIntervalUs: 2_000,
    idleTxIntervalUs: 1_000_000,
  }, []],
  ["bfd_instance", `${BFD}checker\npassive\nmultihop on`, {
    notifies: { vrrp: false, checker: true },
    passive: true,
    multihop: true,
  }, []],
  ["bfd_instance", `${BFD}max_hops 6\nhoplimit 5`, { hopLimit: 5, maxHops: 5 }, [
    "BFD instance X: max_hops exceeds ttl/hoplimit - setting to ttl/hoplimit",
  ]],
  ["bfd_instance", `${BFD}max_hops -1`, { maxHops: -1 }, []],
  ["bfd_instance", `${BFD}min_rx 10001`, { requiredMinRxIntervalUs: 10_001_000 }, [
    "BFD instance X min_rx value 10001 is larger than max sensible (10000)",
  ]],
  ["bfd_instance", `${BFD}min_tx 0.9`, { desiredMinTxIntervalUs: 10_000 }, [
    "(X) min_tx value 0.9 is not valid (must be in range [1-4294967]), ignoring: number '0.9'" +
    " outside range [1, 4294967]",
  ]],
  ["bfd_instance", `${BFD}source_ip x`, { neighborAddress: "10.0.0.2" }, [
    "(X) malformed source address x, ignoring: malformed address [x] (range IP addresses)",
  ]],
];

for (const [block, lines, fields, messages] of cases) {
  test(`${block} with ${lines.replaceAll("\n", ", ")}`, () => {
    const { one, said } = define(block, lines);
    assert.deepEqual(said, messages);
    assert.deepEqual(one, { ...one, ...fields });
  });
}

/** Definitions that are left out. */
const faults: readonly (readonly [string, string, string])[] = [
  ["vrrp_script", "interval 5", "No script set for vrrp_script X - removing"],
  ["track_file", "weight 5", "No file set for track_file X - ignoring"],
  ["vrrp_track_process", "quorum 5", "track process 'X' process name not specified"],
  [
    "bfd_instance",
    "min_rx 5",
    "BFD instance X has no neighbor address set, disabling instance",
  ],
  [
    "bfd_instance",
    `${BFD}source_ip fe80::1`,
    "BFD instance X source address fe80::1 and neighbor address 10.0.0.2 are not of the same" +
    " family, disabling instance",
  ],
  [
    "bfd_instance",
    "neighbor_ip x",
    "(X) malformed neighbor address x, ignoring instance: malformed address [x] (range IP" +
    " addresses)",
  ],
];

for (const [block, lines, message] of faults) {
  test(`${block} with ${lines.replaceAll("\n", ", ")} is left out`, () => {
    const { one, said } = define(block, lines);
    assert.deepEqual(said, [message]);
    assert.equal(one, undefined);
  });
}

test("of two definitions with a name the first holds", () => {
  const { config, said } = load(
    "vrrp_script S {\nscript /bin/a\n}\nvrrp_script S {\nscript /bin/b\n}\n" +
      "bfd_instance B {\nneighbor_ip 10.0.0.1\n}\nbfd_instance C {\nneighbor_ip 10.0.0.1\n}\n",
  );
  assert.deepEqual(said, [
    "vrrp_script S already defined - ignoring",
    "BFD instance C has duplicate neighbor address 10.0.0.1, ignoring instance",
  ]);
  assert.deepEqual(config.scripts.map(({ check }) => check), [
    { kind: "command", argv: ["/bin/a"] },
  ]);
  assert.deepEqual(config.bfdInstances.map(({ name }) => name), ["B"]);
});

test("a name of a BFD session is at most 31 characters long", () => {
  const name = "x".repeat(32);
  const { config, said } = load(`bfd_instance ${name} {\n${BFD}}\n`);
  assert.deepEqual(config.bfdInstances, []);
  assert.equal(said.length, 1);
});
