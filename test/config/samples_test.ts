import assert from "node:assert/strict";
import { test } from "node:test";
import { testExitCode } from "@keepalived/keepalived-config";
import { checkMachine } from "../../apps/keepalived/config_machine.ts";
import type { Identity } from "../../apps/keepalived/machine/machine.ts";
import { fakeMachine } from "../../apps/keepalived/machine/fake_machine.ts";
import { load, printed, type Sample, samples } from "./support.ts";

const folder = { type: "directory" } as const;

const USERS: ReadonlyMap<string, Identity> = new Map([
  ["root", { uid: 0, gid: 0 }],
  ["nobody", { uid: 65534, gid: 65534 }],
  ["quentin", { uid: 1000, gid: 1000 }],
]);

/** Of the machine that the C daemon was asked on: commands of its PATH, and a user of one file. */
const machine = fakeMachine(
  { "/usr": folder, "/usr/bin": folder, "/usr/bin/killall": {}, "/usr/bin/pidof": {} },
  { userOf: (name) => USERS.get(name) },
);

function read({ text, configId, interfaces }: Sample) {
  const loaded = load(text, {
    configId,
    hostName: "host",
    interfaceExists: (name) => interfaces.has(name),
  });
  return checkMachine(loaded, machine);
}

/** Files whose exit status differs from that of the C daemon, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "devtools-1492a.conf": "the C daemon names an unknown keyword, and forgets it in its status",
};

for (const sample of [...samples("confs"), ...samples("confs-bad")]) {
  test(`${sample.file} has the exit status of the C daemon`, () => {
    const result = read(sample);
    const status = testExitCode(result.diagnostics);
    if (DIFFERENT[sample.file] === undefined) {
      assert.equal(status, sample.status, printed(result).join("\n"));
    } else assert.notEqual(status, sample.status, "the exception is no longer needed");
  });
}

for (const sample of samples("confs")) {
  test(`${sample.file} has no error that the C daemon does not name`, () => {
    const result = read(sample);
    for (const diagnostic of result.diagnostics) {
      if (diagnostic.severity !== "error") continue;
      assert.match(
        sample.complaints,
        new RegExp(`Line ${diagnostic.at.line}\\b`),
        diagnostic.message,
      );
    }
  });
}

for (const sample of samples("confs-bad")) {
  test(`${sample.file} has findings`, () => {
    assert.ok(read(sample).diagnostics.length > 0);
  });
}

/** Complaints of the C daemon about the blocks that are resolved, word for word as operators search for them. */
const SAYINGS: readonly (readonly [string, string])[] = [
  ["octavia-vrrp-ref-v6-conf.conf", "Truncating auth_pass to 8 characters"],
  ["octavia-vrrp-ref-v6-conf.conf", "VRRP version 3 does not support authentication. Ignoring."],
  ["devtools-1457a.conf", "172.16.141.13 - duplicate unicast_peer"],
  ["devtools-1457a.conf", "(vips) Ignoring track_interface eth0 since own interface"],
  ["devtools-963.conf", "garp_master_repeat must be greater than 0, setting to 1"],
  ["devtools-963.conf", "Unicast instances must have unicast_src_ip or interface"],
  ["devtools-1591.conf", "startup script missing"],
  ["devtools-1591.conf", "invalid number 'SECONDS'"],
  ["devtools-ipvs_big.conf", "number '120000' outside range [1, 65507]"],
  ["devtools-onea.conf", "VRRP parsed invalid IP 1000::1:$STATIC_IP/64. skipping IP..."],
  ["devtools-773b.conf", "Extra '}' found"],
  ["devtools-1799.conf", "VRRP instance vrrp2 is already using vrrp.1 - ignoring name"],
  ["vyatta-ah-auth-v3-group.conf", "Unknown keyword 'start_delay'"],
  ["devtools-512.conf", "SECURITY VIOLATION - scripts are being executed but script_security not"],
  ["devtools-1372.conf", "Disabling track script test_keepalived since not found/accessible"],
  ["devtools-1902.conf", "Unable to set default user keepalived_script for script"],
  ["devtools-1902.conf", "Unable to set default user for vrrp script track_addr - removing"],
];

for (const [file, saying] of SAYINGS) {
  test(`${file} is told "${saying}"`, () => {
    const sample = [...samples("confs"), ...samples("confs-bad")].find((one) => one.file === file);
    assert.ok(sample !== undefined && sample.complaints.includes(saying));
    assert.ok(read(sample).diagnostics.some(({ message }) => message.includes(saying)));
  });
}
