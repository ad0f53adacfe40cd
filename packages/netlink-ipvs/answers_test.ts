import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import { decodeAttributes, GENL_HDRLEN, type NetlinkMessage } from "@keepalived/netlink-codec";
import {
  addDestination,
  addService,
  decodeDaemon,
  decodeDestination,
  decodeInformation,
  decodeService,
  decodeTimeouts,
  describeDestination,
  describeKey,
  describeService,
  type DestinationEntry,
  type IpvsFault,
  type ServiceEntry,
  type Statistics,
} from "./mod.ts";
import { familyOfNumber } from "./address.ts";
import { decodeKey, type ServiceKey, serviceTable } from "./service_key.ts";
import { dataOf, readVector } from "./testing/vectors.ts";

type Table = readonly {
  readonly entry: ServiceEntry;
  readonly destinations: readonly DestinationEntry[];
}[];

test("save: the table reads as the command printed it, each service followed by its destinations", () => {
  const lines = tableOf("save").flatMap(({ entry: { service }, destinations }) => [
    `-A ${describeService(service)}`,
    ...destinations.map(({ destination }) =>
      `-a ${describeKey(service.key)} ${describeDestination(destination)}`
    ),
  ]);
  const printed = readVector("save").output.map((line) =>
    // The command does not print thresholds, nor this flag where the scheduler has names for the others.
    line.replace(/(10.0.0.11:87 .*)$/, "$1 -x 1000 -y 800").replace(/-b $/, "-b flag-3")
  );
  assert.deepEqual(lines.sort(), printed.sort());
  assert.equal(printed.length, 44);
});

/** Columns that the command prints after a service and after a destination. */
type Columns = {
  readonly service: (entry: ServiceEntry) => readonly unknown[];
  readonly destination: (entry: DestinationEntry) => readonly unknown[];
};

const counters = ({ statistics: it }: { readonly statistics: Statistics }) => [
  it.connections,
  it.inPackets,
  it.outPackets,
  it.inBytes,
  it.outBytes,
];
const rates = ({ statistics: it }: { readonly statistics: Statistics }) => [
  it.connectionRate,
  it.inPacketRate,
  it.outPacketRate,
  it.inByteRate,
  it.outByteRate,
];
const settings = ({ service }: ServiceEntry) => {
  const { scheduler, persistence, onePacket, schedulerFlags } = service;
  const flags = describeService(service).match(/ -b (.*)/)?.[1]?.replace(/^flag-3$/, "");
  return [
    scheduler,
    ...schedulerFlags.length > 0 ? [`(${flags})`] : [],
    ...persistence === undefined ? [] : ["persistent", persistence.timeoutUs / 1e6],
    ...persistence?.netmask === undefined ? [] : ["mask", persistence.netmask],
    ...persistence?.engine === undefined ? [] : ["pe", persistence.engine],
    ...onePacket ? ["ops"] : [],
  ];
};
const connections = (it: DestinationEntry) => [it.activeConnections, it.inactiveConnections];
const methods: Readonly<Record<string, string>> = {
  "masquerade": "Masq",
  "tunnel": "Tunnel",
  "direct-route": "Route",
};
const method = ({ destination: { forwarding } }: DestinationEntry) => methods[forwarding.method];
const checksums: Readonly<Record<string, string>> = {
  "none": "-c",
  "checksum": "+c",
  "remote-checksum": "r+c",
};
const tunnel = ({ destination: { forwarding } }: DestinationEntry) => {
  if (!("tunnel" in forwarding)) return "n/a";
  const { type, port, checksum } = forwarding.tunnel;
  if (type === "ipip") return type;
  return [type, ...port === undefined ? [] : [port], checksums[checksum]].join(":");
};

const listings: Readonly<Record<string, Columns>> = {
  "list-all": {
    service: settings,
    destination: (it) => [method(it), it.destination.weight, ...connections(it)],
  },
  "list-one-service": {
    service: settings,
    destination: (it) => [method(it), it.destination.weight, ...connections(it)],
  },
  "list-one-fwm6": { service: settings, destination: () => [] },
  "svc-get-one-no-dests": { service: settings, destination: () => [] },
  "list-after-flush": { service: settings, destination: () => [] },
  "list-stats": { service: counters, destination: counters },
  "list-rate": { service: rates, destination: rates },
  "list-thresholds": {
    service: settings,
    destination: (it) => [
      it.destination.upperThreshold,
      it.destination.lowerThreshold,
      ...connections(it),
    ],
  },
  "list-tun-info": {
    service: settings,
    destination: (it) => [method(it), tunnel(it), it.destination.weight, ...connections(it)],
  },
};

for (const [name, columns] of Object.entries(listings)) {
  test(`${name}: the table reads as the command printed it`, () => {
    const blocks = tableOf(name).map(({ entry, destinations }) => [
      [nameOfService(entry.service.key), ...columns.service(entry)].join(" "),
      ...destinations.map((it) => [nameOfServer(it), ...columns.destination(it)].join(" ")).sort(),
    ]);
    const printed: string[][] = [];
    for (const line of readVector(name).output) {
      const words = line.trim().split(/\s+/);
      if (/^(IP|Prot)$/.test(words[0] ?? "") || words[1] === "RemoteAddress:Port") continue;
      if (words[0] === "->") printed.at(-1)?.push(words.slice(1).join(" "));
      else printed.push([words.join(" ")]);
    }
    const sorted = printed.map(([head = "", ...rest]) => [head, ...rest.sort()]);
    assert.deepEqual(blocks.sort(), sorted.sort());
    assert.equal(blocks.length > 0, name !== "list-after-flush");
  });
}

function nameOfService(key: ServiceKey): string {
  const text = describeKey(key);
  if ("fwmark" in key) return `FWM ${text.replace("-f ", "").replace("-6", "IPv6")}`;
  return `${String(key.protocol).toUpperCase()} ${text.split(" ")[1]}`;
}

function nameOfServer({ destination }: DestinationEntry): string {
  return describeDestination(destination).split(" ")[1] ?? "";
}

test("sync daemons read as the command printed them", () => {
  for (const name of ["daemon-get-none", "daemon-get-both", "daemon-get-full4"]) {
    const { exchanges, output } = readVector(name);
    const lines = dataOf(exchanges[1]?.received ?? []).map((body) => {
      const it = get(decodeDaemon(body));
      return `${it.role} sync daemon (mcast=${it.interface}, syncid=${it.id}, ` +
        `maxlen=${it.maxLength}, group=${it.group}, port=${it.port}, ttl=${it.ttl})`;
    });
    assert.deepEqual(lines, output.filter(Boolean), name);
  }
});

test("timeouts read as the command printed them", () => {
  for (const name of ["get-timeout", "get-timeout-after"]) {
    const { exchanges, output } = readVector(name);
    const [body] = dataOf(exchanges[1]?.received ?? []);
    const { tcpUs, tcpFinUs, udpUs } = get(decodeTimeouts(body ?? new Uint8Array(0)));
    const values = [tcpUs, tcpFinUs, udpUs].map((us) => us / 1_000_000).join(" ");
    assert.equal(`Timeout (tcp tcpfin udp): ${values}`, output[0]);
  }
});

test("the version reads as the command printed it", () => {
  const { exchanges, output } = readVector("list-all");
  const [body] = dataOf(exchanges[0]?.received ?? []);
  const { version, connectionTableSize } = get(decodeInformation(body ?? new Uint8Array(0)));
  assert.equal(`IP Virtual Server version ${version} (size=${connectionTableSize})`, output[0]);
});

test("what the C daemon asks for reads the same as what we would ask for", () => {
  const counts = { services: 0, destinations: 0 };
  for (const { sent: { body } } of readVector("keepalived-c-sequence").exchanges) {
    if (body[0] === 1) {
      counts.services++;
      const { service } = get(decodeService(body));
      assert.equal(formatHex(addService(service).body), formatHex(body));
    } else if (body[0] === 5) {
      counts.destinations++;
      const key = keyIn(body);
      const { destination } = get(decodeDestination(body, key));
      const again = addDestination(key, destination).body;
      assert.deepEqual(get(decodeDestination(again, key)).destination, destination);
    }
  }
  assert.deepEqual(counts, { services: 6, destinations: 10 });
});

function tableOf(name: string): Table {
  const { exchanges } = readVector(name);
  const [, first, ...others] = exchanges;
  const entries = dataOf(first?.received ?? []).map((body) => get(decodeService(body)));
  const destinations = new Map(others.map(({ sent, received }) => {
    const key = keyIn(sent.body);
    return [describeKey(key), dataOf(received).map((body) => get(decodeDestination(body, key)))];
  }));
  assert.equal(destinations.size, entries.length, "each service is asked for its destinations");
  return entries.map((entry) => ({
    entry,
    destinations: destinations.get(describeKey(entry.service.key)) ?? [],
  }));
}

/** The service that a request names. */
function keyIn(body: NetlinkMessage["body"]): ServiceKey {
  const table = { service: { number: 1, type: "nested", table: serviceTable } } as const;
  const decoded = decodeAttributes(table, body, GENL_HDRLEN);
  const values = decoded.ok ? decoded.value.service : undefined;
  const family = familyOfNumber(values?.family ?? 0);
  const key = family === undefined ? undefined : decodeKey(values ?? {}, family);
  assert.ok(key !== undefined);
  return key;
}

function get<T>(
  decoded: { readonly ok: true; readonly value: T } | {
    readonly ok: false;
    readonly error: { readonly fault: IpvsFault };
  },
): T {
  if (!decoded.ok) throw new Error(decoded.error.fault);
  return decoded.value;
}
