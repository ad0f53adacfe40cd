import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { loadConfig } from "./mod.ts";
import { roomFor } from "./packet_room.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const HEX = "30".repeat(32);

function read(lines: string, more = "") {
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n` +
    `10.0.0.1\n}\nauth_hmac {\n${lines}\n}\n${more}\n}`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  return { instance: config?.instances[0], said: diagnostics.map(({ message }) => message) };
}

test("auth_hmac has its defaults", () => {
  const { instance, said } = read(`key 1 ${KEY}\nactive_key 1`);
  assert.deepEqual(said, []);
  assert.deepEqual(instance?.hmac, {
    keys: [{ id: 1, kind: "bytes", hex: Buffer.from(KEY).toString("hex") }],
    activeKey: 1,
    timeWindowUs: 5_000_000,
    antiReplay: "time",
    mode: "enforce",
  });
});

test("auth_hmac takes keys of three kinds; its window follows the interval", () => {
  const { instance, said } = read(
    `key 1 hex:${HEX.toUpperCase()}\nkey 255 file:/etc/key\nkey 2 ${KEY}é\nactive_key 255\n` +
      "anti_replay monotonic\nmode receive-only",
    "advert_int 3",
  );
  assert.deepEqual(said, []);
  const { hmac } = instance ?? {};
  assert.deepEqual(hmac?.keys, [
    { id: 1, kind: "bytes", hex: HEX },
    { id: 255, kind: "file", path: "/etc/key" },
    { id: 2, kind: "bytes", hex: `${Buffer.from(`${KEY}é`).toString("hex")}` },
  ]);
  assert.deepEqual(
    [hmac?.timeWindowUs, hmac?.antiReplay, hmac?.mode],
    [9_000_000, "monotonic", "receive-only"],
  );
  assert.equal(
    read(`key 1 ${KEY}\nactive_key 1\ntime_window 300`).instance?.hmac?.timeWindowUs,
    3e8,
  );
});

/** Lines, what is said, and whether it stays on. */
const faults: readonly (readonly [string, readonly string[], boolean])[] = [
  [`key 1 ${KEY}`, ["(A) auth_hmac has no active_key - disabling"], false],
  [`key 1 ${KEY}\nactive_key 2`, ["(A) auth_hmac active_key 2 is not defined - disabling"], false],
  ["key 1 short\nactive_key 1", [
    "(A) auth_hmac key 1 has 5 bytes, must be [32..64] - ignoring",
    "(A) auth_hmac active_key 1 is not defined - disabling",
  ], false],
  [`key 1 ${KEY}\nkey 2 hex:${HEX}${HEX}00\nactive_key 1`, [
    "(A) auth_hmac key 2 has 65 bytes, must be [32..64] - ignoring",
  ], true],
  [`key 1 ${KEY}\nkey 2 hex:${HEX}0\nactive_key 1`, [
    "(A) auth_hmac key 2 is not a whole number of bytes in hexadecimal - ignoring",
  ], true],
  [`key 1 ${KEY}\nkey 2 file:\nactive_key 1`, [
    "(A) auth_hmac key 2 has no file name - ignoring",
  ], true],
  [`key 1 ${KEY}\nkey 1 hex:${HEX}\nactive_key 1`, [
    "(A) auth_hmac key 1 already defined - ignoring",
  ], true],
  [`key 1 ${KEY}\nactive_key x`, [
    "(A) active_key: invalid number 'x' (range [1, 255])",
  ], false],
];

for (const [lines, messages, stays] of faults) {
  test(`auth_hmac with ${lines.replaceAll("\n", ", ").slice(0, 60)}`, () => {
    const { instance, said } = read(lines);
    assert.deepEqual(said, messages);
    assert.equal(instance?.hmac !== undefined, stays);
    assert.ok(said.every((text) => !text.includes(KEY)), "a key is in a message");
  });
}

test("strict mode takes HMAC only if it is enforced, and an owner that ignores others", () => {
  const hmac = `key 1 ${KEY}\nactive_key 1\nmode permissive`;
  const { instance, said } = read(hmac, "strict_mode\npriority 255\nstate MASTER");
  assert.deepEqual(said, [
    "(A) Strict mode requires owner_ignore_adverts for an address owner. setting",
    "(A) Strict mode requires auth_hmac mode enforce. resetting",
  ]);
  assert.equal(instance?.hmac?.mode, "enforce");
  assert.equal(instance?.ownerIgnoreAdverts, true);
});

/** What the C daemon says of the room in a packet. */
const rooms: readonly (readonly [Parameters<typeof roomFor>[0], number])[] = [
  [{ family: 4, version: 2, authentication: "none", hmac: false, mtu: undefined }, 255],
  [{ family: 6, version: 3, authentication: "none", hmac: false, mtu: undefined }, 89],
  [{ family: 6, version: 3, authentication: "none", hmac: false, mtu: 1293 }, 76],
  [{ family: 6, version: 3, authentication: "none", hmac: false, mtu: 1294 }, 77],
  [{ family: 4, version: 3, authentication: "none", hmac: false, mtu: 573 }, 132],
  [{ family: 4, version: 3, authentication: "none", hmac: false, mtu: 574 }, 133],
  [{ family: 4, version: 2, authentication: "pass", hmac: false, mtu: 576 }, 131],
  [{ family: 4, version: 2, authentication: "ah", hmac: false, mtu: 573 }, 124],
  [{ family: 4, version: 2, authentication: "ah", hmac: false, mtu: 574 }, 125],
  [{ family: 4, version: 3, authentication: "none", hmac: true, mtu: 574 }, 126],
  [{ family: 6, version: 3, authentication: "none", hmac: false, mtu: 10 }, 1],
];

for (const [packet, expected] of rooms) {
  test(`roomFor() is ${expected} for ${JSON.stringify(packet)}`, () => {
    assert.equal(roomFor(packet), expected);
  });
}

test("addresses beyond the room of a packet are excluded ones", () => {
  const addresses = Array.from({ length: 90 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`);
  const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n` +
    `${addresses.join("\n")}\n}\n}`;
  const load = (mtu?: number) =>
    loadConfig((path) => [{ path, text }], "a", { hostName: "h", mtuOf: () => mtu });
  const { config, diagnostics } = load();
  assert.deepEqual(diagnostics.map(({ message }) => message), [
    "(A) Number of VIPs (90) exceeds maximum/space available in packet (max 89 addresses) - excess" +
    " moved to eVIPs",
  ]);
  const [instance] = config?.instances ?? [];
  assert.equal(instance?.addresses.length, 89);
  assert.deepEqual(
    instance?.excludedAddresses.map(({ address, advertised }) => [address, advertised]),
    [
      ["2001:db8::5a", false],
    ],
  );
  assert.deepEqual(load(9000).diagnostics, []);
});
