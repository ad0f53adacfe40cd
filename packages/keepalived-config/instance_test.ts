import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type LoadOptions, type VrrpInstanceConfig } from "./mod.ts";

const VIP = "virtual_ipaddress {\n10.0.0.1/24\n}\n";

function read(text: string, options: Partial<LoadOptions> = {}) {
  const result = loadConfig((path) => [{ path, text }], "a.conf", { hostName: "low", ...options });
  const said = result.diagnostics.map(({ message }) => message);
  return { instances: result.config?.instances ?? [], said, config: result.config };
}

function instance(lines: string, name = "A", id = 51, dev = "eth0"): string {
  return `vrrp_instance ${name} {\ninterface ${dev}\nvirtual_router_id ${id}\n${lines}\n}\n`;
}

function one(lines: string, globals = ""): { config: VrrpInstanceConfig; said: string[] } {
  const { instances, said } = read(`global_defs {\n${globals}\n}\n${instance(lines)}`);
  const [config] = instances;
  if (config === undefined) throw new Error(said.join("\n"));
  return { config, said };
}

test("an instance has its defaults", () => {
  const { config, said } = one(VIP);
  assert.deepEqual(said, []);
  assert.deepEqual(config, {
    name: "A",
    at: { file: "a.conf", line: 4, column: 15, length: 1 },
    interface: "eth0",
    virtualRouterId: 51,
    version: 2,
    family: 4,
    initialState: "backup",
    priority: 100,
    preempt: true,
    preemptDelayUs: 0,
    advertisementIntervalUs: 1_000_000,
    downTimerAdverts: 3,
    startupDelayUs: 0,
    delayAfterBootUs: 0,
    addresses: [{
      address: "10.0.0.1",
      prefixLength: 24,
      interface: "eth0",
      scope: 0,
      advertised: true,
      flags: [],
      track: true,
    }],
    excludedAddresses: [],
    routes: [],
    rules: [],
    tracking: { interfaces: [], scripts: [], files: [], processes: [], bfdInstances: [] },
    promoteSecondaries: false,
    multicastGroup: "224.0.0.18",
    trackSourceAddress: false,
    authentication: { kind: "none" },
    checksumForm: "pseudo-header",
    announcement: {
      repeat: 5,
      delayUs: 5_000_000,
      refreshUs: 0,
      refreshRepeat: 1,
      lowerPriorityRepeat: 5,
      lowerPriorityDelayUs: 5_000_000,
      garpIntervalUs: 0,
      gnaIntervalUs: 0,
      extraInterfaceUs: 0,
      extraInterfaceAll: false,
    },
    lowerPriorityNoAdvert: false,
    higherPrioritySendAdvert: false,
    ownerIgnoreAdverts: false,
    skipAddressCheck: false,
    trackPrimary: true,
    strict: false,
    accept: true,
    vmacAddresses: false,
    notify: {},
    notifyDeleted: false,
    notifyContested: false,
    notifyPriorityChanges: false,
    smtpAlert: false,
    debug: 0,
    linkbeatPolling: false,
  });
});

/** Lines of the instance and of `global_defs`, fields that come of them, and what is said. */
const rules: readonly (readonly [
  string,
  string,
  string,
  Partial<VrrpInstanceConfig>,
  readonly string[],
])[] = [
  ["state MASTER without priority is the owner", "state MASTER\n" + VIP, "", {
    initialState: "active",
    priority: 255,
  }, []],
  ["state MASTER with priority", "state MASTER\npriority 90\n" + VIP, "", {
    initialState: "active",
    priority: 90,
  }, []],
  ["an owner starts as MASTER", "state BACKUP\npriority 255\n" + VIP, "", {
    initialState: "active",
  }, ["(A) Initial state of an address owner (priority 255) must be MASTER - setting MASTER"]],
  ["an owner preempts", "priority 255\nnopreempt\npreempt_delay 5\n" + VIP, "", {
    preempt: true,
    preemptDelayUs: 0,
  }, [
    "(A) nopreempt is incompatible with priority 255. resetting nopreempt",
    "(A) Warning - preempt delay will not work with initial state MASTER - clearing",
  ]],
  ["nopreempt gives way to state MASTER", "state MASTER\npriority 9\nnopreempt\n" + VIP, "", {
    preempt: true,
  }, ["(A) Warning - nopreempt will not work with initial state MASTER - clearing"]],
  ["nopreempt drops the delay", "nopreempt\npreempt_delay 5\n" + VIP, "", {
    preempt: false,
    preemptDelayUs: 0,
  }, ["(A) preempt_delay is incompatible with nopreempt mode - resetting"]],
  ["preempt after nopreempt", "nopreempt\npreempt\npreempt_delay 1.5\n" + VIP, "", {
    preempt: true,
    preemptDelayUs: 1_500_000,
  }, []],
  ["version 2 rounds to seconds", "advert_int 1.5\n" + VIP, "", {
    advertisementIntervalUs: 2_000_000,
  }, ["(A) VRRPv2 advertisement interval 1.500000s must be an integer. rounding"]],
  ["version 2 keeps at least a second", "advert_int 0.2\n" + VIP, "", {
    advertisementIntervalUs: 1_000_000,
  }, ["(A) VRRPv2 advertisement interval 0.200000s must be an integer. rounding"]],
  ["version 3 rounds to 10 ms", "version 3\nadvert_int 1.234\n" + VIP, "", {
    advertisementIntervalUs: 1_230_000,
  }, ["(A) VRRPv3 advertisement interval 1.234000s must be in units of 10ms - rounding"]],
  ["version 3 ends at 40.95 s", "version 3\nadvert_int 50\n" + VIP, "", {
    advertisementIntervalUs: 40_950_000,
  }, [
    "(A) VRRPv3 advertisement interval 50.00s is out of range. Must be less than 40.96s. Setting to 40.95s",
  ]],
  ["the global version", VIP, "vrrp_version 3", { version: 3 }, []],
  ["the version of the instance first", "version 2\n" + VIP, "vrrp_version 3", { version: 2 }, []],
  ["IPv6 forces version 3", "version 2\nvirtual_ipaddress {\nfe80::1\n}", "", {
    version: 3,
    family: 6,
    multicastGroup: "ff02::12",
  }, ["(A) IPv6 requires VRRP version 3 - setting version 3"]],
  ["the last of two values", "priority 10\npriority 20\n" + VIP, "", { priority: 20 }, []],
  ["a password", "authentication {\nauth_type PASS\nauth_pass secret\n}\n" + VIP, "", {
    authentication: { kind: "pass", secret: "secret" },
  }, []],
  ["a long password", "authentication {\nauth_type AH\nauth_pass 123456789\n}\n" + VIP, "", {
    authentication: { kind: "ah", secret: "12345678" },
  }, ["(A) Truncating auth_pass to 8 characters"]],
  [
    "a password counted in bytes",
    "authentication {\nauth_type PASS\nauth_pass äöüßé\n}\n" + VIP,
    "",
    {
      authentication: { kind: "pass", secret: "äöüß" },
    },
    ["(A) Truncating auth_pass to 8 characters"],
  ],
  ["no password", "authentication {\nauth_type PASS\n}\n" + VIP, "", {
    authentication: { kind: "none" },
  }, ["(A) Authentication specified but no password given. Ignoring"]],
  [
    "authentication with version 3",
    "version 3\nauthentication {\nauth_type PASS\nauth_pass a\n}\n" + VIP,
    "",
    {
      authentication: { kind: "none" },
    },
    ["(A) VRRP version 3 does not support authentication. Ignoring."],
  ],
  ["no addresses", "", "", { addresses: [] }, ["(A) No VIP specified; at least one is sensible"]],
  ["no addresses on purpose", "no_virtual_ipaddress", "", { addresses: [] }, []],
  ["a unicast source alone", "unicast_src_ip 10.0.0.9\n" + VIP, "", {
    sourceAddress: "10.0.0.9",
  }, [
    "(A) A unicast keyword has been specified without any unicast peers. Defaulting to multicast. This usage is deprecated - please update your configuration.",
  ]],
  [
    "unicast",
    "unicast_src_ip 10.0.0.9\nunicast_peer {\n10.0.0.8 min_ttl 5 max_ttl 6\n}\n" + VIP,
    "",
    {
      sourceAddress: "10.0.0.9",
      unicast: {
        peers: [{ address: "10.0.0.8", minTtl: 5, maxTtl: 6 }],
        ttl: 255,
        checkSource: false,
        faultWithoutPeer: false,
        oldChecksum: "detect",
      },
    },
    [],
  ],
  [
    "faults instead of multicast",
    "unicast_fault_no_peer\nunicast_ttl 7\n" + VIP,
    "vrrp_check_unicast_src",
    {
      unicast: {
        peers: [],
        ttl: 7,
        checkSource: true,
        faultWithoutPeer: true,
        oldChecksum: "detect",
      },
    },
    [],
  ],
  [
    "garp settings",
    "garp_master_delay 1\ngarp_master_repeat 2\ngarp_master_refresh 3\n" + VIP,
    "vrrp_garp_lower_prio_repeat 9\nvrrp_garp_interval 0.001",
    {
      announcement: {
        repeat: 2,
        delayUs: 1_000_000,
        refreshUs: 3_000_000,
        refreshRepeat: 1,
        lowerPriorityRepeat: 9,
        lowerPriorityDelayUs: 5_000_000,
        garpIntervalUs: 1000,
        gnaIntervalUs: 0,
        extraInterfaceUs: 0,
        extraInterfaceAll: false,
      },
    },
    [],
  ],
  [
    "v3_checksum_as_v2 of the instance first",
    "v3_checksum_as_v2 off\n" + VIP,
    "v3_checksum_as_v2",
    {
      checksumForm: "pseudo-header",
    },
    [],
  ],
  [
    "global switches",
    VIP,
    "vrrp_skip_check_adv_addr\nvrrp_lower_prio_no_advert\nsmtp_alert\nvrrp_startup_delay 1.5",
    {
      skipAddressCheck: true,
      lowerPriorityNoAdvert: true,
      smtpAlert: true,
      startupDelayUs: 1_500_000,
    },
    [],
  ],
  [
    "switches of the instance first",
    "lower_prio_no_advert off\nsmtp_alert no\n" + VIP,
    "vrrp_lower_prio_no_advert\nsmtp_alert",
    {
      lowerPriorityNoAdvert: false,
      smtpAlert: false,
    },
    [],
  ],
  [
    "notify scripts",
    "notify \"/bin/n 'a b' c\" u g\nnotify_master /bin/m\nnotify_deleted\n" + VIP,
    "",
    {
      notify: {
        any: { argv: ["/bin/n", "a b", "c"], user: "u", group: "g" },
        active: { argv: ["/bin/m"] },
      },
      notifyDeleted: true,
    },
    [],
  ],
  ["a macvlan", "use_vmac v0 02:00:00:00:00\n" + VIP, "", {
    vmac: { name: "v0", mac: "02:00:00:00:00:33", transmitOnBase: false, netlinkNotify: false },
  }, []],
  ["vmac_xmit_base without a macvlan", "vmac_xmit_base\n" + VIP, "", {}, [
    "(A) vmac_xmit_base is only valid with a vmac",
  ]],
  ["an ipvlan", "use_ipvlan v0 10.0.0.9/24 vepa\n" + VIP, "", {
    ipvlan: { name: "v0", mode: "vepa", address: { address: "10.0.0.9", prefixLength: 24 } },
  }, []],
  ["timer_expired_backup needs nopreempt", "timer_expired_backup\nnopreempt\n" + VIP, "", {
    timerExpiredBackup: 254,
  }, []],
  [
    "strict mode takes out what it refuses",
    "preempt_delay 5\ndown_timer_adverts 4\ngarp_lower_prio_repeat 2\nauthentication {\nauth_type PASS\nauth_pass a\n}\n" +
    VIP,
    "vrrp_strict",
    {
      strict: true,
      accept: false,
      preemptDelayUs: 0,
      downTimerAdverts: 3,
      authentication: { kind: "none" },
    },
    [
      "(A) preempt_delay is incompatible with strict mode - resetting",
      "(A) down_timer_adverts is incompatible with strict mode - resetting",
      "(A) Strict mode requires no repeat garps. resetting",
      "(A) Strict mode does not support authentication. Ignoring.",
    ],
  ],
];

for (const [name, lines, globals, fields, said] of rules) {
  test(`instance: ${name}`, () => {
    const result = one(lines, globals);
    const chosen = Object.fromEntries(
      Object.keys(fields).map((key) => [key, result.config[key as keyof VrrpInstanceConfig]]),
    );
    assert.deepEqual(chosen, fields);
    assert.deepEqual(result.said, said);
  });
}

/** Instances that cannot run. */
const refused: readonly (readonly [string, string, readonly string[]])[] = [
  ["without an id", `vrrp_instance A {\ninterface eth0\n${VIP}}`, [
    "(A) the virtual router id must be set",
  ]],
  ["without an interface", `vrrp_instance A {\nvirtual_router_id 1\n${VIP}}`, [
    "(A) Unknown interface!",
  ]],
  [
    "with peers, but neither interface nor source",
    `vrrp_instance A {\nvirtual_router_id 1\nunicast_peer {\n10.0.0.8\n}\n${VIP}}`,
    [
      "(A) Unicast instances must have unicast_src_ip or interface",
    ],
  ],
  ["without addresses in version 3", instance("version 3"), [
    "(A) No VIP specified; at least one is required",
  ]],
  ["without addresses in strict mode", instance("strict_mode on"), [
    "(A) No VIP specified; at least one is required",
  ]],
  ["with peers in strict mode", instance("strict_mode\nunicast_peer {\n10.0.0.8\n}\n" + VIP), [
    "(A) Unicast peers are not supported in strict mode",
  ]],
];

for (const [name, text, said] of refused) {
  test(`an instance ${name} is left out`, () => {
    const result = read(text);
    assert.deepEqual(result.said, said);
    assert.deepEqual(result.instances, []);
  });
}

test("a unicast instance runs without an interface", () => {
  const { instances, said } = read(
    `vrrp_instance A {\nvirtual_router_id 1\nunicast_src_ip fd00::1\nunicast_peer {\nfd00::2\n}\nvirtual_ipaddress {\nfd00::9 dev lo\n}\n}`,
  );
  assert.deepEqual(said, []);
  assert.equal(instances[0]?.interface, undefined);
  assert.equal(instances[0]?.unicast?.ttl, undefined);
});

test("a unicast instance without an interface has no macvlan", () => {
  const { instances, said } = read(
    `vrrp_instance A {\nvirtual_router_id 1\nuse_vmac\nunicast_src_ip 10.0.0.9\nunicast_peer {\n10.0.0.8\n}\n${VIP}}`,
  );
  assert.deepEqual(said, [
    "(A) Cannot use VMAC/ipvlan with unicast and no interface - clearing use_vmac",
  ]);
  assert.equal(instances[0]?.vmac, undefined);
});

test("a hop limit without peers is reported", () => {
  const { said } = one("unicast_ttl 7\n" + VIP);
  assert.deepEqual(said, ["(A) Cannot use unicast_ttl without unicast peers - resetting"]);
});

test("of some keywords the first one holds", () => {
  const globals =
    "vmac_prefix a\nvmac_prefix b\n}\nglobal_defs {\nvmac_prefix c\nsmtp_connect_timeout 0";
  const { config, said } = read(`global_defs {\n${globals}\ninclude_check -read foo\n}\n`);
  assert.equal(config?.global.vrrp.vmacPrefix, "a");
  assert.equal(config?.global.smtp.connectTimeoutUs, 1_000_000);
  assert.deepEqual(said, [
    "vmac_prefix already specified - ignoring",
    "vmac_prefix already specified - ignoring",
    "smtp_connect_timeout must be greater than 0, setting to 1",
    "Unknown include_check type 'foo' - ignoring",
  ]);
});

test("addresses of the other family are refused, and taken as excluded ones", () => {
  const lines =
    "virtual_ipaddress {\n10.0.0.1\nfe80::1\n}\nvirtual_ipaddress_excluded {\nfe80::1/64\n}";
  const { config, said } = one(lines);
  assert.deepEqual(said, ["(A) address family must match VRRP instance [fe80::1] - ignoring"]);
  assert.deepEqual(config.addresses.map(({ address }) => address), ["10.0.0.1"]);
  assert.deepEqual(
    config.excludedAddresses.map(({ address, advertised }) => [address, advertised]),
    [
      ["fe80::1", false],
    ],
  );
});

test("addresses beyond 255 move to the excluded ones", () => {
  const lines = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join("\n");
  const { config, said } = one(`virtual_ipaddress {\n${lines}\n}`);
  assert.equal(config.addresses.length, 255);
  assert.equal(config.excludedAddresses.length, 45);
  assert.ok(config.excludedAddresses.every(({ advertised }) => !advertised));
  assert.equal(said.length, 1);
});

test("a router that two instances claim is the first one's", () => {
  const text = instance(VIP) + instance("virtual_ipaddress {\n10.0.0.2\n}", "B") +
    instance("virtual_ipaddress {\n10.0.0.3\n}", "C", 51, "eth1") +
    instance("virtual_ipaddress {\nfe80::3\n}", "D") +
    instance("mcast_dst_ip 224.0.0.99\nvirtual_ipaddress {\n10.0.0.4\n}", "E");
  const { instances, said } = read(text);
  assert.deepEqual(said, ["A and B both use VRID 51 with IPv4 on interface eth0"]);
  assert.deepEqual(instances.map(({ name }) => name), ["A", "C", "D", "E"]);
});

test("unicast routers clash only over a common peer", () => {
  const unicast = (peer: string, name: string, vip: string) =>
    instance(`unicast_peer {\n${peer}\n}\nvirtual_ipaddress {\n${vip}\n}`, name);
  const { instances } = read(
    unicast("10.0.0.7", "A", "10.1.0.1") + unicast("10.0.0.8", "B", "10.1.0.2") +
      unicast("10.0.0.7", "C", "10.1.0.3"),
  );
  assert.deepEqual(instances.map(({ name }) => name), ["A", "B"]);
});

test("an address that two instances claim is the first one's", () => {
  const { instances, said } = read(instance(VIP) + instance(VIP, "B", 52));
  assert.deepEqual(instances.map(({ addresses }) => addresses.length), [1, 0]);
  assert.deepEqual(said, ["(B) address 10.0.0.1 is already used by A - ignoring"]);
});

test("names that are not defined are reported", () => {
  const text = instance(VIP + "track_script {\nx weight 2\ny\n}\n") +
    "vrrp_script y {\nscript /bin/y\n}\n" +
    "vrrp_sync_group G {\ngroup {\nA\nZ\n}\n}\n";
  assert.deepEqual(read(text).said, [
    "(A) track script x not found, ignoring...",
    "Sync group G has only 1 virtual router(s) - this probably isn't what you want",
    "Virtual router Z specified in sync group G doesn't exist - ignoring",
  ]);
});

test("interfaces that do not exist are reported unless they may come later", () => {
  const options = { interfaceExists: () => false };
  const missing = "WARNING - interface eth0 for vrrp_instance A doesn't exist";
  assert.deepEqual(read(instance(VIP), options).said, [missing]);
  assert.deepEqual(
    read("global_defs {\ndynamic_interfaces\n}\n" + instance(VIP), options).said,
    [],
  );
});

test("interfaces of addresses that do not exist are reported", () => {
  const text = instance("use_vmac\nvirtual_ipaddress {\n10.0.0.1 dev eth9\n10.0.0.2 dev eth0\n}") +
    "static_ipaddress {\n10.0.0.3/24 dev eth8\n10.0.0.4 dev vrrp.51\n}\n";
  const { said, config } = read(text, { interfaceExists: (name) => name === "eth0" });
  assert.deepEqual(said, [
    "WARNING - interface eth9 for ip address 10.0.0.1 doesn't exist",
    "WARNING - interface eth8 for ip address 10.0.0.3/24 doesn't exist",
  ]);
  assert.deepEqual(config?.staticAddresses.map(({ address }) => address), ["10.0.0.3", "10.0.0.4"]);
});

test("present says which processes have something to do", () => {
  assert.deepEqual(read("").config?.present, { vrrp: false, checker: false, bfd: false });
  assert.deepEqual(
    read(instance(VIP) + "virtual_server 10.0.0.1 80 {\n}\nbfd_instance B {\n}\n").config?.present,
    { vrrp: true, checker: true, bfd: true },
  );
});
