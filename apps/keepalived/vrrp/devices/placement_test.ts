import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { baseSettings, type Device, settingsOf, sharesArp } from "./device.ts";
import { place, type PlacedConfig } from "./placement.ts";

type Options = { readonly previous?: readonly Device[]; readonly foreign?: readonly string[] };

/** Instances by their lines; each has a VRID of its own unless it says so, and one address. */
function placed(blocks: Readonly<Record<string, string>>, options: Options = {}) {
  const text = Object.entries(blocks).map(([name, lines], i) => {
    const id = lines.includes("virtual_router_id") ? "" : `virtual_router_id ${51 + i}`;
    const addresses = /^virtual_ipaddress \{/m.test(lines)
      ? ""
      : `virtual_ipaddress {\n10.0.0.${i + 1}\n}\n`;
    const dev = /^interface/m.test(lines) ? "" : "interface eth0";
    return name === "global_defs"
      ? `global_defs {\n${lines}\n}\n`
      : `vrrp_instance ${name} {\nversion 3\n${dev}\n${id}\n${lines}\n${addresses}}\n`;
  }).join("");
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a.conf", {
    hostName: "router",
  });
  assert.ok(config, JSON.stringify(diagnostics));
  const reports: string[] = [];
  const result = place(config, {
    previous: options.previous ?? [],
    isForeign: ({ name }) => options.foreign?.includes(name) === true,
    report: (message) => reports.push(message),
  });
  return { ...result, reports };
}

/** `NAME on BASE MAC`, one for each device. */
function described({ devices }: PlacedConfig): readonly string[] {
  return devices.map((device) =>
    `${device.name} on ${device.base} ${device.kind === "macvlan" ? device.mac : device.scope}`
  );
}

function addressesOf({ instances }: PlacedConfig): readonly string[] {
  return instances.flatMap((it) =>
    [...it.addresses, ...it.excludedAddresses].map((one) => `${one.address} ${one.interface}`)
  );
}

const id51 = "virtual_router_id 51\n";
const ipv6 = (i = 1) => `virtual_ipaddress {\nfe80::${i}\n2001:db8::${i}/64\n}\n`;

test("an instance without a device stays as it is", () => {
  const result = placed({ A: "" });
  assert.deepEqual(result.devices, []);
  assert.equal(result.instances[0]?.placement, undefined);
  assert.deepEqual(addressesOf(result), ["10.0.0.1 eth0"]);
});

test("use_vmac makes a macvlan with the virtual MAC address, which has the addresses and sends", () => {
  const result = placed({ A: "use_vmac" });
  assert.deepEqual(result.devices, [{
    name: "vrrp.51",
    kind: "macvlan",
    base: "eth0",
    mac: "00:00:5e:00:01:33",
    families: [4],
    ask: false,
  }]);
  assert.deepEqual(result.instances[0]?.placement, {
    device: "vrrp.51",
    channel: "vrrp.51",
    sources: ["eth0", "vrrp.51"],
  });
  assert.equal(result.instances[0]?.interface, "eth0");
  assert.deepEqual(addressesOf(result), ["10.0.0.1 vrrp.51"]);
});

test("with vmac_xmit_base, and with unicast, the interface below sends", () => {
  const result = placed({
    A: "use_vmac\nvmac_xmit_base",
    B: "use_vmac\nunicast_peer {\n10.0.0.9\n}",
  });
  assert.deepEqual(result.instances.map(({ placement }) => placement?.channel), ["eth0", "eth0"]);
  assert.deepEqual(addressesOf(result), ["10.0.0.1 vrrp.51", "10.0.0.2 vrrp.52"]);
});

test("the second family of a VRID gets vrrp6, or a number", () => {
  const four = `${id51}use_vmac`;
  const six = `${id51}use_vmac\n${ipv6()}`;
  assert.deepEqual(described(placed({ A: four, B: six })), [
    "vrrp.51 on eth0 00:00:5e:00:01:33",
    "vrrp6.51 on eth0 00:00:5e:00:02:33",
  ]);
  assert.deepEqual(described(placed({ B: six, A: four })), [
    "vrrp.51 on eth0 00:00:5e:00:02:33",
    "vrrp1.51 on eth0 00:00:5e:00:01:33",
  ]);
  const elsewhere = `interface eth1\n${id51}use_vmac\n${ipv6(2)}`;
  assert.equal(
    described(placed({ A: four, B: six, C: elsewhere })).at(-1),
    "vrrp1.51 on eth1 00:00:5e:00:02:33",
  );
});

test("the configuration's own names, MAC addresses, groups and prefixes are used", () => {
  const result = placed({
    global_defs: "vmac_prefix vr\nvmac_addr_prefix va",
    A: "use_vmac name v0 02:00:00:00:00:99 netlink_notify_msg group 5",
    B: "use_vmac_addr\nvirtual_ipaddress {\n10.0.0.9\n10.1.0.1 dev eth1\n}",
    C: "use_vmac",
  });
  assert.deepEqual(described(result), [
    "v0 on eth0 02:00:00:00:00:99",
    "va.53 on eth1 00:00:5e:00:01:35",
    "vr.54 on eth0 00:00:5e:00:01:36",
  ]);
  assert.deepEqual([result.devices[0]?.group, result.devices[0]?.ask], [5, true]);
});

test("an own name keeps others from it, wherever it stands", () => {
  const result = placed({ A: `${id51}use_vmac`, B: "virtual_router_id 52\nuse_vmac vrrp.51" });
  assert.deepEqual(described(result), [
    "vrrp1.51 on eth0 00:00:5e:00:01:33",
    "vrrp.51 on eth0 00:00:5e:00:01:34",
  ]);
});

test("a name that another interface or instance has is not used, and that is said", () => {
  const foreign = placed({ A: "use_vmac eth1", B: "use_vmac" }, { foreign: ["eth1", "vrrp.52"] });
  assert.deepEqual(foreign.devices.map(({ name }) => name), ["vrrp.51", "vrrp1.52"]);
  assert.deepEqual(foreign.reports, [
    "(A) interface eth1 already exists and is not its own device; ignoring the name",
  ]);
  const twice = placed({ A: "use_vmac v0", B: "use_vmac v0" });
  assert.deepEqual(twice.devices.map(({ name }) => name), ["v0", "vrrp.52"]);
});

test("a name never gets longer than a kernel takes", () => {
  const six = `virtual_router_id 255\nuse_vmac\n${ipv6()}`;
  const prefix = { global_defs: "vmac_prefix abcdefghijk" };
  const result = placed({ ...prefix, A: six }, { foreign: ["abcdefghijk.255"] });
  assert.deepEqual(result.devices, []);
  assert.deepEqual(result.reports, ["(A) no name is left for its device"]);
  assert.deepEqual(addressesOf(result)[0], "fe80::1 eth0");
});

test("devices keep their names when the configuration changes", () => {
  const before = placed({ A: `${id51}use_vmac`, B: `${id51}use_vmac\n${ipv6()}` });
  const after = placed({ B: `${id51}use_vmac\n${ipv6()}` }, { previous: before.devices });
  assert.deepEqual(described(after), ["vrrp6.51 on eth0 00:00:5e:00:02:33"]);
  const back = placed({ A: `${id51}use_vmac`, B: `${id51}use_vmac\n${ipv6()}` }, {
    previous: after.devices,
  });
  assert.deepEqual(described(back), described(before));
});

test("addresses of the other family stay on the interface below", () => {
  const result = placed({
    A: "use_vmac\nvirtual_ipaddress_excluded {\n2001:db8::9/64\n10.9.9.9\n10.1.0.1 dev eth1\n}",
  });
  assert.deepEqual(addressesOf(result), [
    "10.0.0.1 vrrp.51",
    "2001:db8::9 eth0",
    "10.9.9.9 vrrp.51",
    "10.1.0.1 eth1",
  ]);
});

test("use_vmac of an address makes a macvlan where the address is", () => {
  const addresses = "virtual_ipaddress {\n10.0.0.1\n10.0.0.2 use_vmac\n10.1.0.1 dev eth1\n" +
    "10.1.0.2 dev eth1 use_vmac v1\n10.1.0.3 dev eth1 use_vmac v1\n}\n";
  const result = placed({ A: addresses });
  assert.deepEqual(described(result), [
    "vrrp.51 on eth0 00:00:5e:00:01:33",
    "v1 on eth1 00:00:5e:00:01:33",
  ]);
  assert.deepEqual(addressesOf(result), [
    "10.0.0.1 eth0",
    "10.0.0.2 vrrp.51",
    "10.1.0.1 eth1",
    "10.1.0.2 v1",
    "10.1.0.3 v1",
  ]);
  assert.equal(result.instances[0]?.placement, undefined);
});

test("two instances with one MAC address on an interface share the device", () => {
  const mac = "use_vmac 02:00:00:00:00:99";
  const result = placed({ A: mac, B: `${mac}\n${ipv6()}` });
  assert.deepEqual(described(result), ["vrrp.51 on eth0 02:00:00:00:00:99"]);
  assert.deepEqual(result.devices[0]?.families, [4, 6]);
  assert.deepEqual(new Set(result.instances.map(({ placement }) => placement?.device)).size, 1);
  assert.deepEqual(result.reports, [
    "(B) has the MAC address of (A) on eth0: both share one device",
  ]);
});

test("use_ipvlan makes an ipvlan that sends with its own address, and has none of the virtual ones", () => {
  const result = placed({ A: "use_ipvlan v0 10.0.0.9/24 private group 6" });
  assert.deepEqual(result.devices, [{
    name: "v0",
    kind: "ipvlan",
    base: "eth0",
    virtualRouterId: 51,
    scope: "private",
    families: [4],
    ask: false,
    group: 6,
    address: { address: "10.0.0.9", prefixLength: 24 },
  }]);
  assert.deepEqual(result.instances[0]?.placement, {
    device: "v0",
    channel: "v0",
    sources: ["v0"],
  });
  assert.deepEqual(addressesOf(result), ["10.0.0.1 eth0"]);
});

test("ipvlans of two instances are two, though they look alike", () => {
  const result = placed({ A: `use_ipvlan\n${ipv6(1)}`, B: `use_ipvlan\n${ipv6(2)}` });
  assert.deepEqual(result.devices.map(({ name }) => name), ["vrrp.51", "vrrp.52"]);
});

test("a macvlan answers ARP for itself alone; what is below one for IPv4 too", () => {
  const [four, six] = placed({ A: `${id51}use_vmac`, B: `${id51}use_vmac\n${ipv6()}` }).devices;
  const [ipvlan] = placed({ A: "use_ipvlan 10.0.0.9" }).devices;
  assert.ok(four && six && ipvlan);
  assert.deepEqual(settingsOf(four), {
    arp_ignore: 1,
    rp_filter: 0,
    accept_local: 1,
    promote_secondaries: 1,
  });
  assert.deepEqual(settingsOf(six), { arp_ignore: 1 });
  assert.equal(settingsOf(ipvlan), undefined);
  assert.deepEqual([four, six, ipvlan].map(sharesArp), [true, false, false]);
  assert.deepEqual(baseSettings, { arp_ignore: 1, arp_filter: 1, arp_announce: 2 });
});
