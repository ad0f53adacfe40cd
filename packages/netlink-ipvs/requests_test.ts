import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import {
  addDestination,
  addressTo,
  addService,
  deleteDestination,
  deleteService,
  type Destination,
  editDestination,
  editService,
  flush,
  getInformation,
  getService,
  getTimeouts,
  type IpvsRequest,
  listDaemons,
  listDestinations,
  listServices,
  type Persistence,
  type SchedulerFlag,
  type Service,
  type ServiceKey,
  setTimeouts,
  startDaemon,
  stopDaemon,
  zero,
} from "./mod.ts";
import { readVector, readVectors, recordedFamily } from "./testing/vectors.ts";

const v4 = "192.0.2.100";
const v6 = "2001:db8:1::100";
const tcp = (port: number, address = v4): ServiceKey => ({ protocol: "tcp", address, port });
const udp = (port: number, address = v4): ServiceKey => ({ protocol: "udp", address, port });
const sctp: ServiceKey = { protocol: "sctp", address: v4, port: 5000 };
const mark = (fwmark: number, family: 4 | 6 = 4): ServiceKey => ({ fwmark, family });

function service(key: ServiceKey, scheduler: string, settings: Partial<Service> = {}): Service {
  return { key, scheduler, onePacket: false, schedulerFlags: [], ...settings };
}

function persistent(timeoutS: number, more: Partial<Persistence> = {}): Partial<Service> {
  return { persistence: { timeoutUs: timeoutS * 1_000_000, ...more } };
}

function flags(...schedulerFlags: SchedulerFlag[]): Partial<Service> {
  return { schedulerFlags };
}

const masquerade: Partial<Destination> = { forwarding: { method: "masquerade" } };

function tunnel(
  type: "ipip" | "gue" | "gre",
  checksum: "none" | "checksum" | "remote-checksum" = "none",
  port?: number,
): Partial<Destination> {
  return {
    forwarding: {
      method: "tunnel",
      tunnel: { type, checksum, ...port !== undefined && { port } },
    },
  };
}

function server(address: string, port: number, settings: Partial<Destination> = {}): Destination {
  return {
    address,
    port,
    forwarding: { method: "direct-route" },
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...settings,
  };
}

const rs = (last: number) => `10.0.0.${last}`;
const rs6 = (last: number) => `2001:db8:2::${last}`;
const nat = (last: number, port: number, more: Partial<Destination> = {}) =>
  server(rs(last), port, { ...masquerade, ...more });

/** By the name of its file: the request that each recorded command made, after the question what IPVS is. */
const requests: Readonly<Record<string, IpvsRequest>> = {
  "get-timeout": getTimeouts(),
  "get-timeout-after": getTimeouts(),
  "set-timeout": setTimeouts({ tcpUs: 900e6, tcpFinUs: 120e6, udpUs: 300e6 }),
  "set-timeout-partial": setTimeouts({ tcpFinUs: 30e6 }),
  "daemon-get-none": listDaemons(),
  "daemon-get-both": listDaemons(),
  "daemon-get-full4": listDaemons(),
  "daemon-start-master": startDaemon({ role: "master", interface: "eth0", id: 7 }),
  "daemon-start-backup": startDaemon({ role: "backup", interface: "eth0", id: 7 }),
  "daemon-start-full4": startDaemon({
    role: "master",
    interface: "eth0",
    id: 42,
    maxLength: 1000,
    group: "239.1.2.3",
    port: 9000,
    ttl: 8,
  }),
  "daemon-start-full6": startDaemon({
    role: "backup",
    interface: "eth0",
    id: 43,
    group: "ff02::51",
    port: 9001,
    ttl: 3,
  }),
  "daemon-stop-master": stopDaemon("master"),
  "daemon-stop-backup": stopDaemon("backup"),
  "err-daemon-start-twice": startDaemon({ role: "master", interface: "eth0", id: 7 }),
  "err-daemon-mixed-families": startDaemon({ role: "master", interface: "eth0", id: 7 }),
  "err-daemon-bad-if": startDaemon({ role: "master", interface: "nosuch", id: 1 }),
  "err-daemon-stop-twice": stopDaemon("backup"),

  "svc-add-tcp4-rr": addService(service(tcp(80), "rr")),
  "svc-add-udp4-wrr": addService(service(udp(5353), "wrr")),
  "svc-add-sctp4-lc": addService(service(sctp, "lc")),
  "svc-add-tcp6-wlc": addService(service(tcp(443, v6), "wlc")),
  "svc-add-udp6-sed": addService(service(udp(53, v6), "sed")),
  "svc-add-fwm4-nq": addService(service(mark(7), "nq")),
  "svc-add-fwm6-dh": addService(service(mark(8, 6), "dh")),
  "svc-add-default-scheduler": addService(service(tcp(81), "wlc")),
  "svc-add-persist-default": addService(service(tcp(82), "rr", persistent(360))),
  "svc-add-persist-900": addService(service(tcp(83), "rr", persistent(900))),
  "svc-add-persist-mask4": addService(
    service(tcp(84), "rr", persistent(600, { netmask: "255.255.255.0" })),
  ),
  "svc-add-persist-mask6": addService(
    service(tcp(84, v6), "rr", persistent(600, { netmask: 64 })),
  ),
  "svc-add-persist-port0": addService(service(tcp(0), "wlc", persistent(60))),
  "svc-add-ops": addService(service(udp(85), "rr", { onePacket: true })),
  "svc-add-ops-fwm": addService(service(mark(86), "rr", { onePacket: true })),
  "svc-add-sh-flags": addService(service(tcp(87), "sh", flags(1, 2))),
  "svc-add-sh-fallback": addService(service(tcp(88), "sh", flags(1))),
  "svc-add-sh-port": addService(service(tcp(89), "sh", flags(2))),
  "svc-add-flag3": addService(service(tcp(91), "sh", flags(3))),
  "svc-add-flag123": addService(service(tcp(92), "rr", flags(1, 2, 3))),
  "svc-add-pe-sip": addService(service(udp(5060), "rr", persistent(60, { engine: "sip" }))),
  "svc-edit-scheduler": editService(service(tcp(81), "wrr")),
  "svc-edit-persist": editService(service(tcp(81), "wrr", persistent(120))),
  "svc-edit-persist-off": editService(service(tcp(81), "wrr")),
  "svc-edit-fwm": editService(service(mark(7), "rr")),
  "svc-edit-pe-off": editService(service(udp(5060), "rr", persistent(60))),
  "err-svc-add-exists": addService(service(tcp(80), "rr")),
  "err-svc-add-bad-scheduler": addService(service(tcp(80, "192.0.2.101"), "nosuch")),
  "err-svc-edit-missing": editService(service(tcp(80, "192.0.2.101"), "rr")),
  "err-svc-del-missing": deleteService(tcp(80, "192.0.2.101")),
  "svc-del-tcp4": deleteService(tcp(83)),
  "svc-del-udp6": deleteService(udp(53, v6)),
  "svc-del-fwm4": deleteService(mark(7)),
  "svc-del-fwm6": deleteService(mark(8, 6)),

  "dest-add-nat4": addDestination(tcp(80), nat(11, 80, { weight: 5 })),
  "dest-add-nat4-b": addDestination(tcp(80), nat(12, 80)),
  "dest-add-nat4-udp": addDestination(udp(5353), nat(11, 5353)),
  "dest-add-nat6-udp-svc6": addDestination(
    udp(53, v6),
    server(rs6(11), 5353, { ...masquerade, weight: 10 }),
  ),
  "dest-add-nat6": addDestination(tcp(443, v6), server(rs6(11), 8443, masquerade)),
  "dest-add-dr4": addDestination(tcp(81), server(rs(11), 81)),
  "dest-add-dr6": addDestination(tcp(443, v6), server(rs6(12), 443, { weight: 3 })),
  "dest-add-local": addDestination(tcp(88), server("127.0.0.1", 88)),
  "dest-add-tun-ipip": addDestination(tcp(82), server(rs(11), 82, tunnel("ipip"))),
  "dest-add-tun-ipip-csum": addDestination(tcp(83), server(rs(11), 83, tunnel("ipip"))),
  "dest-add-tun-gue": addDestination(
    tcp(84),
    server(rs(11), 84, tunnel("gue", "none", 6080)),
  ),
  "dest-add-tun-gue-nocsum": addDestination(
    tcp(84),
    server(rs(12), 84, tunnel("gue", "none", 6080)),
  ),
  "dest-add-tun-gue-csum": addDestination(
    tcp(84),
    server(rs(13), 84, tunnel("gue", "checksum", 6080)),
  ),
  "dest-add-tun-gre": addDestination(tcp(82), server(rs(12), 82, tunnel("gre"))),
  "dest-add-tun-gre-csum": addDestination(tcp(82), server(rs(13), 82, tunnel("gre", "checksum"))),
  "dest-add-tun6-gue": addDestination(
    tcp(84, v6),
    server(rs6(11), 84, tunnel("gue", "none", 6080)),
  ),
  "dest-add-v6-to-v4-svc-tun": addDestination(tcp(82), server(rs6(11), 82, tunnel("ipip"))),
  "dest-add-fwm": addDestination(mark(7), nat(11, 0, { weight: 2 })),
  "dest-add-fwm6": addDestination(mark(8, 6), server(rs6(11), 0)),
  "dest-add-thresholds": addDestination(
    tcp(87),
    nat(11, 87, { upperThreshold: 1000, lowerThreshold: 800 }),
  ),
  "dest-add-weight0": addDestination(tcp(87), nat(12, 87, { weight: 0 })),
  "dest-add-weight-max": addDestination(tcp(87), nat(13, 87, { weight: 65535 })),
  "dest-edit-weight": editDestination(tcp(80), nat(11, 80, { weight: 0 })),
  "dest-edit-method": editDestination(tcp(81), server(rs(11), 81, tunnel("ipip"))),
  "dest-del": deleteDestination(tcp(81), server(rs(11), 81)),
  "dest-del6": deleteDestination(tcp(443, v6), server(rs6(12), 443)),
  "dest-del-fwm6": deleteDestination(mark(8, 6), server(rs6(11), 0)),
  "err-dest-add-exists": addDestination(tcp(80), nat(11, 80)),
  "err-dest-add-no-service": addDestination(tcp(80, "192.0.2.101"), nat(11, 80)),
  "err-dest-edit-missing": editDestination(tcp(80), nat(11, 80)),
  "err-dest-del-missing": deleteDestination(tcp(80), server(rs(11), 80)),
  "err-dest-mixed-while-daemon": addDestination(tcp(82), server(rs6(11), 82, tunnel("ipip"))),

  "zero-one": zero(tcp(80)),
  "err-zero-missing": zero(tcp(80, "192.0.2.101")),
  "zero-all": zero(),
  "flush": flush(),
  "list-one-service": getService(tcp(80)),
  "list-one-fwm6": getService(mark(8, 6)),
  "err-list-one-missing": getService(tcp(80, "192.0.2.101")),
  "svc-get-one-no-dests": getService(tcp(80)),
  "list-all": listServices(),
  "list-stats": listServices(),
  "list-rate": listServices(),
  "list-thresholds": listServices(),
  "list-tun-info": listServices(),
  "list-after-flush": listServices(),
  "info-and-list-empty": listServices(),
  "save": listServices(),
};

/** Refused by the program itself. */
const notSent = ["err-dest-v6-to-v4-svc-nat"];
/** Of another program. */
const foreign = ["keepalived-c-sequence"];

test("each recorded command has a request here", () => {
  const names = readVectors().map(({ name }) => name);
  assert.deepEqual(Object.keys(requests).concat(notSent, foreign).sort(), names);
});

for (const [name, request] of Object.entries(requests)) {
  test(`${name}: the request equals what the command sent`, () => {
    const { command, exchanges } = readVector(name);
    const sent = exchanges[1]?.sent;
    assert.equal(formatHex(request.body), formatHex(sent?.body ?? new Uint8Array(0)), command);
    const { type, flags } = addressTo(recordedFamily, request);
    assert.deepEqual([type, flags], [sent?.type, sent?.flags]);
  });
}

test("each request is named by the command that it equals", () => {
  /** Where the command says the same with fewer words, in another order, or prints in another form. */
  const otherwise = (command: string) =>
    command
      .replace(/^(ipvsadm -A -t 192.0.2.100:81)$/, "$1 -s wlc")
      .replace(/ -p$/, " -p 360")
      .replace(/^(ipvsadm -[ae] .* -r \S+)$/, "$1 -g")
      .replace(/^(ipvsadm -[ae] -f .* -r 10\S+\d)( -)/, "$1:0$2")
      .replace(/^(ipvsadm -[ae] .* -[mgi])(?!.* -w)/, "$1 -w 1")
      .replace(/ -i -w 1$/, "$& --tun-type ipip")
      .replace(/(--tun-type g\S+( --tun-port \d+)?)$/, "$1 --tun-nocsum")
      .replace(/ (--mcast-group \S+) (.*) --/, " $1 $2 --")
      .replace(/^ipvsadm -Ln --.*|^ipvsadm -Sn$/, "ipvsadm -Ln");
  for (const [name, request] of Object.entries(requests)) {
    assert.equal(request.name, otherwise(readVector(name).command), name);
  }
});

test("listDestinations() equals what the listing commands sent", () => {
  for (const name of ["list-one-service", "list-one-fwm6", "list-all"]) {
    const asked = readVector(name).exchanges.slice(2).map(({ sent }) => formatHex(sent.body));
    const keys = name === "list-one-fwm6" ? [mark(8, 6)] : [tcp(80)];
    for (const key of keys) {
      assert.ok(asked.includes(formatHex(listDestinations(key).body)), name);
    }
  }
});

test("what the kernel was asked first is what IPVS is", () => {
  const { exchanges } = readVector("flush");
  assert.equal(
    formatHex(getInformation().body),
    formatHex(exchanges[0]?.sent.body ?? new Uint8Array(0)),
  );
});
