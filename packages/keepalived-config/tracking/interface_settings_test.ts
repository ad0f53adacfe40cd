import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type LoadOptions } from "../mod.ts";

function load(text: string, options: Partial<LoadOptions> = {}) {
  const { config, diagnostics } = loadConfig(
    (path) => [{ path, text }],
    "a",
    { hostName: "h", ...options },
  );
  return { config, said: diagnostics.map(({ message }) => message) };
}

const interfaceExists = (name: string) => name.startsWith("eth");

test("delays of interfaces: the one for up is that for down if it is not written", () => {
  const { config, said } = load(
    "interface_up_down_delays {\neth0 1.5\neth1 2 0.000001\neth0 3\n}",
    { interfaceExists },
  );
  assert.deepEqual(said, []);
  assert.deepEqual(config?.interfaceDelays, [
    { interface: "eth0", downUs: 3_000_000, upUs: 3_000_000 },
    { interface: "eth1", downUs: 2_000_000, upUs: 1 },
  ]);
});

/** A line that is left out, and what is said. */
const faults: readonly (readonly [string, string])[] = [
  ["eth0", "No delay specified for interface eth0 - ignoring"],
  ["eth0 256", "number '256' outside range [0, 255]"],
  ["eth0 1 x", "invalid number 'x' (range [0, 255])"],
];

for (const [line, message] of faults) {
  test(`delay ${line} is left out`, () => {
    const { config, said } = load(`interface_up_down_delays {\n${line}\n}`);
    assert.deepEqual(said, [message]);
    assert.deepEqual(config?.interfaceDelays, []);
  });
}

test("delays stay below what a backup waits", () => {
  const { config, said } = load(
    "interface_up_down_delays {\neth0 5 1\nethx 5\n}\nvrrp_instance A {\ninterface eth0\n" +
      "virtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n}",
    { interfaceExists },
  );
  assert.deepEqual(said, [
    "A: interface eth0 debounce timer(s) not less than 2 * advert_int - resetting",
  ]);
  assert.deepEqual(config?.interfaceDelays, [
    { interface: "eth0", downUs: 1_996_094, upUs: 1_000_000 },
    { interface: "ethx", downUs: 5_000_000, upUs: 5_000_000 },
  ]);
});

test("groups of interfaces share a gap between announcements", () => {
  const { config, said } = load(
    `garp_group {\ngarp_interval 1.5\ninterface eth0\ninterfaces {\neth1 eth2\neth0\n}\n}
garp_group {\ngna_interval 2\ninterface eth1\n}
garp_group {\ninterface eth3\n}
garp_group {\ngarp_interval 1\ninterfaces {\n}\n}
garp_group {\ngarp_interval 1\ninterface lo\n}`,
    { interfaceExists },
  );
  assert.deepEqual(said, [
    "garp_group already specified for eth0 - ignoring",
    "garp_group already specified for eth1 - ignoring",
    "garp group 2 does not have any delay set - removing",
    "Warning - empty garp_group interfaces block",
    "WARNING - interface lo specified for garp_group doesn't exist",
  ]);
  assert.deepEqual(config?.garpGroups, [
    { garpIntervalUs: 1_500_000, gnaIntervalUs: 0, interfaces: ["eth0", "eth1", "eth2"] },
    { garpIntervalUs: 0, gnaIntervalUs: 2_000_000, interfaces: [] },
    { garpIntervalUs: 1_000_000, gnaIntervalUs: 0, interfaces: [] },
    { garpIntervalUs: 1_000_000, gnaIntervalUs: 0, interfaces: ["lo"] },
  ]);
});

test("interfaces whose link is polled", () => {
  const { config, said } = load(
    "linkbeat_interfaces {\neth0\neth1 MII\neth2 ETHTOOL\neth3 IOCTL more\neth4 mii\nlo\n}",
    { interfaceExists },
  );
  assert.deepEqual(said, [
    "extra characters more in linkbeat interface",
    "extra characters mii in linkbeat interface",
    "unknown interface lo specified for linkbeat interface",
  ]);
  assert.deepEqual(config?.linkbeatInterfaces, [
    { interface: "eth0" },
    { interface: "eth1", method: "mii" },
    { interface: "eth2", method: "ethtool" },
    { interface: "eth3", method: "ioctl" },
    { interface: "eth4" },
    { interface: "lo" },
  ]);
});
