import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOfAddresses, type VirtualAddress } from "./virtual_address.ts";

const address: VirtualAddress = {
  address: "192.0.2.1",
  prefixLength: 32,
  interface: "eth0",
  scope: 0,
  peer: "192.0.2.2",
  peerPrefixLength: 30,
  flags: ["noprefixroute"],
  advertised: true,
};

test("changeOfAddresses() removes and adds what looks different to the kernel", () => {
  const changes: readonly Partial<VirtualAddress>[] = [
    { scope: 253 },
    { label: "eth0:1" },
    { broadcast: "192.0.2.3" },
    { peer: "192.0.2.9" },
    { peerPrefixLength: 32 },
    { preferredLifetimeS: 9 },
    { noDad: true },
    { flags: [] },
    { flags: ["home", "noprefixroute"] },
  ];
  for (const change of changes) {
    const other = { ...address, ...change };
    assert.deepEqual(
      changeOfAddresses([address], [other]),
      { remove: [address], add: [other] },
      JSON.stringify(change),
    );
  }
});

test("changeOfAddresses() leaves alone what looks the same to the kernel", () => {
  const same = { ...address, flags: ["noprefixroute"], advertised: false };
  assert.deepEqual(changeOfAddresses([address], [same]), { remove: [], add: [] });
});
