import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, matchVirtualServers, type VirtualServer } from "../mod.ts";

function read(text: string) {
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const said = diagnostics.map(({ message }) => message);
  return { config, servers: config?.virtualServers ?? [], said };
}

const CHOSEN = "protocol TCP\nlvs_sched rr\nlvs_method NAT\n";
const SERVER = "real_server 10.1.0.1 80 {\n}\n";

/** One virtual server with what it cannot be without. */
function one(lines: string, name = "10.0.0.1 80") {
  const { servers: [server], said } = read(`virtual_server ${name} {\n${lines}\n}\n`);
  return { server, said };
}

test("a virtual server has its defaults, and says which it had to choose", () => {
  const { server, said } = one(SERVER);
  assert.deepEqual(said, [
    "Virtual server [10.0.0.1]:none:80: no protocol set - defaulting to UDP",
    "Virtual server [10.0.0.1]:udp:80: no scheduler set, setting default 'wlc'",
    "Virtual server [10.0.0.1]:udp:80: no forwarding method set, setting default NAT",
  ]);
  const expected: VirtualServer = {
    name: "[10.0.0.1]:udp:80",
    at: { file: "a", line: 1, column: 16, length: 8 },
    members: [{ kind: "addresses", first: "10.0.0.1", last: "10.0.0.1", port: 80 }],
    protocol: "udp",
    family: 4,
    scheduler: "wlc",
    schedulerFlags: [],
    onePacket: false,
    forwarding: { method: "masquerade" },
    delayLoopUs: 60_000_000,
    haSuspend: false,
    alpha: false,
    omega: false,
    quorum: 1,
    hysteresis: 0,
    smtpAlert: false,
    realServers: [{
      name: "[10.1.0.1]:udp:80",
      address: "10.1.0.1",
      port: 80,
      ownPort: 80,
      weight: 1,
      forwarding: { method: "masquerade" },
      upperThreshold: 0,
      lowerThreshold: 0,
      inhibitOnFailure: false,
      alpha: false,
      smtpAlert: true,
      checkers: [],
    }],
  };
  assert.deepEqual(server, expected);
});

/** Lines, name, fields that come of them, and what is said. */
const rules: readonly (readonly [
  string,
  string,
  string,
  { readonly [K in keyof VirtualServer]?: VirtualServer[K] | undefined },
  readonly string[],
])[] = [
  ["one-packet scheduling is for UDP", CHOSEN + "ops\n" + SERVER, "10.0.0.1 80", {
    onePacket: false,
  }, ["Virtual server [10.0.0.1]:tcp:80: one packet scheduling requires UDP - resetting"]],
  ["one-packet scheduling of UDP", CHOSEN + "protocol udp\nops\n" + SERVER, "10.0.0.1 80", {
    onePacket: true,
  }, []],
  ["flags of sh", CHOSEN + "lvs_sched sh\nsh-port\nsh-fallback\nflag-3\n" + SERVER, "10.0.0.1 80", {
    schedulerFlags: [1, 2, 3],
  }, []],
  ["flags of mh", CHOSEN + "lvs_sched mh\nmh-port\n" + SERVER, "10.0.0.1 80", {
    schedulerFlags: [2],
  }, []],
  ["flags of sh before the scheduler", CHOSEN + "sh-port\nlvs_sched sh\n" + SERVER, "10.0.0.1 80", {
    schedulerFlags: [],
  }, ["sh-port only applies to sh scheduler - ignoring"]],
  ["flags of mh without it", CHOSEN + "mh-fallback\n" + SERVER, "10.0.0.1 80", {
    schedulerFlags: [],
  }, ["mh-fallback only applies to mh scheduler - ignoring"]],
  ["no port needs persistence", CHOSEN + SERVER, "10.0.0.1", {
    persistence: { timeoutUs: 360_000_000 },
  }, ["Virtual server [10.0.0.1]:tcp:0: zero port only valid for persistent services - setting"]],
  ["persistence without a value", CHOSEN + "persistence_timeout\n" + SERVER, "10.0.0.1 80", {
    persistence: { timeoutUs: 360_000_000 },
  }, []],
  [
    "persistence of networks",
    CHOSEN + "persistence_granularity 255.255.255.0\npersistence_engine sip\n" + SERVER,
    "10.0.0.1 80",
    { persistence: { timeoutUs: 360_000_000, engine: "sip", granularity: "255.255.255.0" } },
    [],
  ],
  ["a length is a mask", CHOSEN + "persistence_granularity 20\n" + SERVER, "10.0.0.1 80", {
    persistence: { timeoutUs: 360_000_000, granularity: "255.255.240.0" },
  }, []],
  [
    "IPv6 has a length",
    CHOSEN + "persistence_timeout 5\npersistence_granularity 64\nreal_server fd00::1 {\n}",
    "fd00::9 80",
    { persistence: { timeoutUs: 5_000_000, granularity: 64 } },
    [],
  ],
  [
    "IPv6 has no mask",
    CHOSEN + "persistence_granularity 255.0.0.0\nreal_server fd00::1 {\n}",
    "fd00::9 80",
    {},
    ["Invalid IPv6 persistence_granularity specified - 255.0.0.0"],
  ],
  ["a quorum out of reach", CHOSEN + "quorum 5\nhysteresis 4\n" + SERVER, "10.0.0.1 80", {
    quorum: 1,
    hysteresis: 0,
  }, [
    "Warning - quorum 5 for [10.0.0.1]:tcp:80 exceeds total weight of real servers 1, reducing quorum to 1",
    "Virtual server [10.0.0.1]:tcp:80: hysteresis 4 >= quorum 1; setting hysteresis to 0",
  ]],
  [
    "a quorum of weights",
    CHOSEN + "weight 4\nquorum 7\nhysteresis 3\n" + SERVER +
    "real_server 10.1.0.2 80 {\nweight 3\n}",
    "10.0.0.1 80",
    { quorum: 7, hysteresis: 3 },
    [],
  ],
  [
    "weights of 0 make no huge hysteresis",
    CHOSEN + "real_server 10.1.0.1 80 {\nweight 0\n}",
    "10.0.0.1 80",
    { quorum: 0, hysteresis: 0 },
    [
      "Warning - quorum 1 for [10.0.0.1]:tcp:80 exceeds total weight of real servers 0, reducing quorum to 0",
    ],
  ],
  [
    "weights up to 2^31-1 do not overflow",
    CHOSEN + "weight 2147483647\nquorum 4294967294\n" + SERVER + "real_server 10.1.0.2 80 {\n}",
    "10.0.0.1 80",
    { quorum: 4294967294 },
    [],
  ],
  ["a firewall mark", "lvs_sched rr\nlvs_method NAT\n" + SERVER, "fwmark 5", {
    name: "FWM 5",
    members: [{ kind: "fwmark", mark: 5, family: 4 }],
    protocol: undefined,
  }, []],
  ["a firewall mark has no protocol", CHOSEN + "ha_suspend\n" + SERVER, "fwmark 5", {
    haSuspend: false,
    protocol: undefined,
  }, [
    "Warning: Virtual server FWM 5: protocol specified for fwmark - protocol will be ignored",
    "Virtual server FWM 5: cannot use ha_suspend with fwmarks - clearing ha_suspend",
  ]],
  [
    "a firewall mark has the family of its servers",
    "lvs_sched rr\nlvs_method NAT\nreal_server fd00::1 80 {\n}",
    "fwmark 5",
    { family: 6, members: [{ kind: "fwmark", mark: 5, family: 6 }] },
    [],
  ],
  [
    "a firewall mark has the family that it is given",
    "ip_family inet6\nlvs_sched rr\nlvs_method TUN\nreal_server 10.1.0.1 {\n}",
    "fwmark 5",
    { family: 6 },
    [],
  ],
  ["a family against the address", CHOSEN + "ip_family inet6\n" + SERVER, "10.0.0.1 80", {
    family: 4,
  }, ["Virtual server specified family inet6 conflicts with server family"]],
  [
    "suspension by other addresses, as a firewall mark needs",
    "lvs_sched rr\nlvs_method NAT\nha_suspend 192.0.2.1 x 2001:db8::1\n" + SERVER,
    "fwmark 5",
    { haSuspend: true, haSuspendAddresses: ["192.0.2.1", "2001:db8::1"] },
    ["Virtual server FWM 5: ha_suspend address x is not an IP address - ignoring"],
  ],
  ["suspension of an address", CHOSEN + "ha_suspend\nomega\nalpha\n" + SERVER, "10.0.0.1 80", {
    haSuspend: true,
    omega: true,
    alpha: true,
  }, []],
  ["a mask behind the address", CHOSEN + SERVER, "10.0.0.1/24 80", {
    name: "[10.0.0.1]:tcp:80",
  }, []],
  [
    "the sorry server",
    CHOSEN + "sorry_server 10.2.0.1 81\nsorry_server_inhibit\n" + SERVER,
    "10.0.0.1 80",
    {
      sorryServer: {
        name: "[10.2.0.1]:tcp:81",
        address: "10.2.0.1",
        port: 81,
        ownPort: 81,
        forwarding: { method: "masquerade" },
        inhibit: true,
      },
    },
    [],
  ],
  [
    "the port of a sorry server that is not masqueraded",
    CHOSEN + "sorry_server 10.2.0.1 81\nsorry_server_lvs_method DR\n" + SERVER,
    "10.0.0.1 80",
    {
      sorryServer: {
        name: "[10.2.0.1]:tcp:80",
        address: "10.2.0.1",
        port: 80,
        ownPort: 80,
        forwarding: { method: "direct-route" },
        inhibit: false,
      },
    },
    [
      "WARNING - virtual server [10.0.0.1]:tcp:80 and sorry server ports don't match - resetting",
    ],
  ],
  [
    "keywords before the sorry server",
    CHOSEN + "sorry_server_inhibit\nsorry_server_lvs_method DR\n" + SERVER,
    "10.0.0.1 80",
    { sorryServer: undefined },
    [
      "Ignoring sorry_server inhibit used before or without sorry_server",
      "sorry_server forwarding used without sorry_server",
    ],
  ],
  [
    "a sorry server of the other family",
    CHOSEN + "sorry_server fd00::1 80\n" + SERVER,
    "10.0.0.1 80",
    { sorryServer: undefined },
    [
      "Address family of virtual server and sorry server fd00::1 don't match - skipping sorry server.",
    ],
  ],
  [
    "the port of a sorry server of a firewall mark",
    "lvs_sched rr\nlvs_method DR\nsorry_server 10.2.0.1 81\nreal_server 10.1.0.1 {\n}",
    "fwmark 5",
    {},
    ["WARNING - virtual server FWM 5, sorry server has port specified - clearing"],
  ],
];

for (const [name, lines, vs, fields, messages] of rules) {
  test(`rule: ${name}`, () => {
    const { server, said } = one(lines, vs);
    assert.ok(server !== undefined, said.join("\n"));
    const actual = Object.fromEntries(
      Object.keys(fields).map((key) => [key, server[key as keyof VirtualServer]]),
    );
    assert.deepEqual(actual, fields);
    assert.deepEqual(said, messages);
  });
}

/** What leaves nothing to serve. */
const empty: readonly (readonly [string, string, string])[] = [
  [
    "no server",
    "virtual_server 10.0.0.1 80 {\n" + CHOSEN + "}",
    "Virtual server [10.0.0.1]:tcp:80 has no real servers - ignoring",
  ],
  [
    "an address that is none",
    "virtual_server nosuch 80 {\n" + SERVER + "}",
    "Invalid virtual server IP address nosuch - skipping",
  ],
  [
    "a port that is none",
    "virtual_server 10.0.0.1 x {\n" + SERVER + "}",
    "Invalid virtual server IP address/port 10.0.0.1/x - skipping: invalid number 'x' (range [0, 65535])",
  ],
  [
    "a mark of 0",
    "virtual_server fwmark 0 {\n" + SERVER + "}",
    "virtual server fwmark '0' must be in [1, 4294967295] - ignoring: number '0' outside range [1, 4294967295]",
  ],
  [
    "a mark without a number",
    "virtual_server fwmark {\n" + SERVER + "}",
    "virtual server fwmark without a value - ignoring",
  ],
  [
    "a group that is not there",
    "virtual_server group g {\n" + SERVER + "}",
    "Virtual server group g specified but not configured - ignoring virtual server [g]:0",
  ],
];

for (const [name, text, message] of empty) {
  test(`${name} is told, and serves nothing`, () => {
    const { servers, said } = read(text);
    assert.deepEqual(servers, []);
    assert.deepEqual(said, [message]);
  });
}

test("virtual servers on one group are numbered, and found again by their protocol", () => {
  const block = (protocol: string) =>
    `virtual_server group g {\nprotocol ${protocol}\nlvs_sched rr\nlvs_method NAT\n${SERVER}}\n`;
  const group = "virtual_server_group g {\n10.0.0.1 80\n}\n";
  const { servers, said } = read(group + block("TCP") + block("UDP"));
  assert.deepEqual(said, []);
  assert.deepEqual(servers.map(({ name }) => name), ["[g]:0", "[g]:1"]);
  const { servers: turned } = read(group + block("UDP") + block("TCP"));
  const { add, change, remove } = matchVirtualServers(servers, turned);
  assert.deepEqual([add, remove], [[], []]);
  assert.deepEqual(change.map(({ from, to }) => [from.protocol, to.protocol, to.name]), [
    ["udp", "udp", "[g]:0"],
    ["tcp", "tcp", "[g]:1"],
  ]);
});

test("the connection sync daemon has the VRID of its instance", () => {
  const instance = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 7\n" +
    "virtual_ipaddress {\n10.0.0.1\n}\n}\n";
  const daemon = (words: string) => read(`global_defs {\nlvs_sync_daemon ${words}\n}\n${instance}`);
  assert.deepEqual(daemon("eth0 A").config?.global.lvs.syncDaemon, {
    interface: "eth0",
    instance: "A",
    id: 7,
  });
  assert.deepEqual(daemon("eth0 A id 9").config?.global.lvs.syncDaemon?.id, 9);
  assert.deepEqual(daemon("eth0 A 9").config?.global.lvs.syncDaemon?.id, 9);
  const { config, said } = daemon("eth0 B");
  assert.deepEqual(config?.global.lvs.syncDaemon, { interface: "eth0", id: 0 });
  assert.deepEqual(said, ["VRRP instance B for lvs_sync_daemon not found - ignoring"]);
});

test("SSL blocks are one, and the last value holds", () => {
  const { config, said } = read("SSL {\nca a\nkey k\n}\nSSL {\nca b\n}\n");
  assert.deepEqual(config?.tlsClient, { ca: "b", key: "k" });
  assert.deepEqual(said, ["SSL cafile already specified - replacing"]);
  assert.equal(read("").config?.tlsClient, undefined);
});
