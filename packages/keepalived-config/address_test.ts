import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type VirtualAddress } from "./mod.ts";
import { suggest } from "./suggest.ts";

function read(...lines: string[]) {
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n${
    lines.join("\n")
  }\n}\n}`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const addresses: readonly VirtualAddress[] = config?.instances[0]?.addresses ?? [];
  return { addresses, said: diagnostics.map(({ message }) => message) };
}

const plain = { interface: "eth0", scope: 0, advertised: true, flags: [], track: true };

/** A line, and the fields that differ from a plain address. */
const lines: readonly (readonly [string, Partial<VirtualAddress>])[] = [
  ["10.0.0.1", { address: "10.0.0.1", prefixLength: 32 }],
  ["10.0.0.1/0", { address: "10.0.0.1", prefixLength: 0 }],
  ["10.0.0.1/24 dev eth1", { address: "10.0.0.1", prefixLength: 24, interface: "eth1" }],
  ["10.0.0.1/20 brd +", { address: "10.0.0.1", prefixLength: 20, broadcast: "10.0.15.255" }],
  ["10.0.9.1/20 broadcast -", { address: "10.0.9.1", prefixLength: 20, broadcast: "10.0.0.0" }],
  ["10.0.0.1 brd 10.0.0.9", { address: "10.0.0.1", prefixLength: 32, broadcast: "10.0.0.9" }],
  ["10.0.0.1 scope link label eth0:1", {
    address: "10.0.0.1",
    prefixLength: 32,
    scope: 253,
    label: "eth0:1",
  }],
  ["10.0.0.1 scope 42", { address: "10.0.0.1", prefixLength: 32, scope: 42 }],
  ["127.0.0.9", { address: "127.0.0.9", prefixLength: 32, scope: 254 }],
  ["169.254.0.9", { address: "169.254.0.9", prefixLength: 32, scope: 253 }],
  ["10.0.0.1 peer 10.0.0.2/31", {
    address: "10.0.0.1",
    prefixLength: 32,
    peer: "10.0.0.2",
    peerPrefixLength: 31,
  }],
  ["10.0.0.1 noprefixroute autojoin no_track", {
    address: "10.0.0.1",
    prefixLength: 32,
    flags: ["autojoin", "noprefixroute"],
    track: false,
  }],
  ["10.0.0.1 use_vmac v0 dev eth1", {
    address: "10.0.0.1",
    prefixLength: 32,
    vmac: { name: "v0" },
    interface: "eth1",
  }],
  ["10.0.0.1 use_vmac dev eth1", {
    address: "10.0.0.1",
    prefixLength: 32,
    vmac: {},
    interface: "eth1",
  }],
  ["fe80::1", {
    address: "fe80::1",
    prefixLength: 128,
    scope: 253,
    noDad: true,
    preferredLifetimeS: 0,
  }],
  ["2001:DB8::1/64", { address: "2001:db8::1", prefixLength: 64, noDad: true }],
  ["2001:db8::1 preferred_lft forever -nodad home mngtmpaddr", {
    address: "2001:db8::1",
    prefixLength: 128,
    noDad: false,
    flags: ["home", "mngtmpaddr"],
  }],
  ["2001:db8::1/64 preferred_lft 20", {
    address: "2001:db8::1",
    prefixLength: 64,
    noDad: true,
    preferredLifetimeS: 20,
  }],
];

for (const [line, fields] of lines) {
  test(`address line ${line}`, () => {
    const { addresses, said } = read(line);
    assert.deepEqual(said, []);
    assert.deepEqual(addresses, [{ ...plain, ...fields }]);
  });
}

/** A line, what is said, and whether the address stays. */
const faults: readonly (readonly [string, string, boolean])[] = [
  ["nothing", "(A) VRRP parsed invalid IP nothing. skipping IP...", false],
  [
    "10.0.0.1/33",
    "(A) Invalid address prefix len 33 for address 10.0.0.1/33 - using 32 (range [0, 32])",
    true,
  ],
  ["10.0.0.1 foo", "(A) Unknown configuration entry 'foo' for ip address - ignoring", true],
  ["10.0.0.1 label", "(A) No label parameter specified for 10.0.0.1", true],
  ["10.0.0.1 scope foo", "(A) Invalid scope 'foo' specified for 10.0.0.1 - ignoring", true],
  ["10.0.0.1 brd x", "(A) VRRP is trying to assign invalid broadcast x. skipping VIP...", false],
  ["10.0.0.1 peer fe80::1", "(A) Invalid peer fe80::1 for 10.0.0.1 - ignoring", true],
  [
    "10.0.0.1 preferred_lft -1",
    "(A) Invalid preferred_lft '-1' (range [0, 4294967294] or forever)",
    true,
  ],
  [
    "10.0.0.1 dev abcdefghijklmnop",
    "(A) dev: 'abcdefghijklmnop' more than 15 characters, truncating",
    true,
  ],
];

for (const [line, message, stays] of faults) {
  test(`address line ${line} is reported`, () => {
    const { addresses, said } = read("10.9.9.9", line);
    assert.deepEqual(said, [message]);
    assert.equal(addresses.length, stays ? 2 : 1);
  });
}

test("an address that is listed twice counts once", () => {
  const { addresses, said } = read("10.0.0.1/24", "10.0.0.1", "10.0.0.1 dev eth1");
  assert.deepEqual(said, ["(A) duplicate address 10.0.0.1 - ignoring"]);
  assert.equal(addresses.length, 2);
});

test("suggest() finds the nearest word within two edits", () => {
  const words = ["priority", "preempt", "state", "vrf"];
  assert.equal(suggest("priorty", words), "priority");
  assert.equal(suggest("rpiority", words), "priority");
  assert.equal(suggest("prioritee", words), "priority");
  assert.equal(suggest("vrff", words), "vrf");
  assert.equal(suggest("vx", words), undefined);
  assert.equal(suggest("priest", words), undefined);
  assert.equal(suggest("x".repeat(1000), words), undefined);
});
