import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../mod.ts";

/** Members of a group, for a server that each of them can have. */
function members(lines: string, method = "TUN", server = "10.1.0.1") {
  const text = `virtual_server_group g {\n${lines}\n}\nvirtual_server group g {\nprotocol TCP\n` +
    `lvs_sched rr\nlvs_method ${method}\nreal_server ${server} 80 {\n}\n}\n`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const [server1] = config?.virtualServers ?? [];
  return { members: server1?.members, said: diagnostics.map(({ message }) => message) };
}

const good: readonly (readonly [string, unknown])[] = [
  ["10.0.0.1 80", { kind: "addresses", first: "10.0.0.1", last: "10.0.0.1", port: 80 }],
  ["10.0.0.1-9 80", { kind: "addresses", first: "10.0.0.1", last: "10.0.0.9", port: 80 }],
  ["10.0.0.250-10.0.1.2 80", {
    kind: "addresses",
    first: "10.0.0.250",
    last: "10.0.1.2",
    port: 80,
  }],
  ["10.0.0.0/30 80", { kind: "addresses", first: "10.0.0.0", last: "10.0.0.3", port: 80 }],
  ["10.0.0.128/25 80", { kind: "addresses", first: "10.0.0.128", last: "10.0.0.255", port: 80 }],
  ["fd00::1-ff 80", { kind: "addresses", first: "fd00::1", last: "fd00::ff", port: 80 }],
  ["fd00::/112 80", { kind: "addresses", first: "fd00::", last: "fd00::ffff", port: 80 }],
  ["fd00::/63 80", {
    kind: "addresses",
    first: "fd00::",
    last: "fd00::1:ffff:ffff:ffff:ffff",
    port: 80,
  }],
];

for (const [line, member] of good) {
  test(`${line} is a member of a group`, () => {
    assert.deepEqual(members(line), { members: [member], said: [] });
  });
}

test("a member without a port needs persistence", () => {
  const message = "Virtual server [g]:0: zero port only valid for persistent services - setting";
  const { members: [member] = [], said } = members("10.0.0.1", "NAT");
  assert.deepEqual(said, [message]);
  assert.deepEqual(member, { kind: "addresses", first: "10.0.0.1", last: "10.0.0.1", port: 0 });
});

test("a mark without a family has that of the servers", () => {
  const warning = "Warning: Virtual server [g]:0: protocol specified for fwmark" +
    " - protocol will be ignored";
  assert.deepEqual(members("fwmark 5", "NAT", "10.1.0.1").members, [
    { kind: "fwmark", mark: 5, family: 4 },
  ]);
  const { members: list, said } = members("fwmark 5\nfwmark 6", "NAT", "fd00::1");
  assert.deepEqual(list, [
    { kind: "fwmark", mark: 5, family: 6 },
    { kind: "fwmark", mark: 6, family: 6 },
  ]);
  assert.deepEqual(said, [warning]);
});

const bad: readonly (readonly [string, string])[] = [
  [
    "10.0.0.5-1 80",
    "Address range end is not greater than address range start - 10.0.0.5-1 - skipping",
  ],
  ["10.0.0.1-300 80", "Virtual server group range '10.0.0.1-300' end '300' too large"],
  ["fd00::1-10000 80", "Virtual server group range 'fd00::1-10000' end '10000' too large"],
  ["10.0.0.1-x 80", "Virtual server group range '10.0.0.1-x' has extra characters at end 'x'"],
  [
    "10.0.0.1-fd00::1 80",
    "Address range end is not greater than address range start - 10.0.0.1-fd00::1 - skipping",
  ],
  ["10.0.0.1/30 80", "Address mask bits not empty - 10.0.0.1/30 - skipping"],
  ["10.0.0.0/33 80", "Invalid netmask - 10.0.0.0/33 - skipping"],
  ["nosuch 80", "Invalid virtual server group IP address nosuch - skipping"],
  [
    "10.0.0.1 x",
    "Invalid virtual server group IP address 10.0.0.1 /port/x - skipping: invalid number 'x' (range [0, 65535])",
  ],
  ["", "virtual server group g has no entries - removing"],
  [
    "10.0.0.1 80\nfd00::1 80\nfwmark 5",
    "virtual server group g cannot have IPv4, IPv6 and fwmark without family - removing",
  ],
];

for (const [line, message] of bad) {
  test(`a group of "${line.replaceAll("\n", ", ")}" is named once, and without service`, () => {
    assert.deepEqual(members(line), { members: undefined, said: [message] });
  });
}

test("a group of both families is for tunnels", () => {
  const lines = "10.0.0.1 80\nfd00::1 80";
  assert.equal(members(lines, "TUN").members?.length, 2);
  assert.deepEqual(members(lines, "NAT"), {
    members: undefined,
    said: [
      "g: virtual server group with IPv4 & IPv6 doesn't match virtual server [g]:0 - ignoring",
    ],
  });
});

test("a group of the other family serves nothing", () => {
  assert.deepEqual(members("fd00::1 80", "NAT"), {
    members: undefined,
    said: ["g: address family doesn't match virtual server [g]:0 - ignoring"],
  });
});
