import { type Decoded, fault, ok } from "@keepalived/bytes";
import { familyOf, formatIp, type IpAddress, ipToBytes } from "@keepalived/ip-address";
import type { AttributeValues, RawAttribute } from "@keepalived/netlink-codec";
import { decodeBody, type IpvsFault, type IpvsRequest, request } from "./message.ts";
import { type NameIn, nameOf, numberOf } from "./registry.ts";

/** A kernel thread that tells other directors of connections, or hears of them. There may be one of each. */
export type SyncDaemon = {
  readonly role: SyncRole;
  /** Where it sends or listens. */
  readonly interface: string;
  /** Of the group of directors: 0–255. */
  readonly id: number;
  /** Bytes of a message; absent: what the interface takes. */
  readonly maxLength?: number;
  /** Multicast group; absent: 224.0.0.81. */
  readonly group?: IpAddress;
  /** UDP port; absent: 8848. */
  readonly port?: number;
  /** Time to live of its packets; absent: 1. */
  readonly ttl?: number;
  /** Attributes that have no name here. */
  readonly unknown?: readonly RawAttribute[];
};

/** IP_VS_STATE_* */
const roles = { master: 1, backup: 2 } as const;

/** Whether it tells or hears; a number that has no name stands for itself. */
export type SyncRole = NameIn<typeof roles>;

/** In the order in which `ipvsadm` writes them. */
const daemonTable = {
  state: { number: 1, type: "u32" },
  interface: { number: 2, type: "string" },
  id: { number: 3, type: "u32" },
  maxLength: { number: 4, type: "u16" },
  // In host order, unlike the ports of services.
  port: { number: 7, type: "u16" },
  ttl: { number: 8, type: "u8" },
  group4: { number: 5, type: "bytes" },
  group6: { number: 6, type: "bytes" },
} as const;

const table = { daemon: { number: 3, type: "nested", table: daemonTable, flagged: true } } as const;

/** `ipvsadm --start-daemon master --mcast-interface eth0 --syncid 7`: EEXIST if there is one of this role */
export function startDaemon(daemon: SyncDaemon): IpvsRequest {
  const { role, interface: dev, id, maxLength, group, port, ttl, unknown } = daemon;
  const words = [`--start-daemon ${role} --mcast-interface ${dev} --syncid ${id}`];
  if (maxLength !== undefined) words.push(`--sync-maxlen ${maxLength}`);
  if (group !== undefined) words.push(`--mcast-group ${group}`);
  if (port !== undefined) words.push(`--mcast-port ${port}`);
  if (ttl !== undefined) words.push(`--mcast-ttl ${ttl}`);
  return daemonRequest("newDaemon", words.join(" "), {
    state: numberOf(roles, role),
    interface: dev,
    id,
    ...maxLength !== undefined && { maxLength },
    ...port !== undefined && { port },
    ...ttl !== undefined && { ttl },
    ...group !== undefined &&
      { [familyOf(group) === 4 ? "group4" : "group6"]: ipToBytes(group) },
    ...unknown !== undefined && { unknown },
  });
}

/** `ipvsadm --stop-daemon master`: ESRCH if there is none of this role */
export function stopDaemon(role: SyncRole): IpvsRequest {
  return daemonRequest("deleteDaemon", `--stop-daemon ${role}`, {
    state: numberOf(roles, role),
    interface: "",
    id: 0,
  });
}

/** `ipvsadm -L --daemon` */
export function listDaemons(): IpvsRequest {
  return request({ words: "-L --daemon", command: "getDaemon", dump: true, table, values: {} });
}

/** The daemon in an answer to {@linkcode listDaemons}. */
export function decodeDaemon(body: Uint8Array): Decoded<SyncDaemon, IpvsFault> {
  const decoded = decodeBody(table, body, "newDaemon");
  if (!decoded.ok) return decoded;
  const { state, interface: dev, id, maxLength, port, ttl, group4, group6, unknown } =
    decoded.value.daemon ?? {};
  if (state === undefined || dev === undefined || id === undefined) {
    return fault("ipvs-incomplete", body.length);
  }
  const group = group6 ?? group4;
  if (group !== undefined && group.length !== (group6 === undefined ? 4 : 16)) {
    return fault("ipvs-address", body.length);
  }
  return ok({
    role: nameOf(roles, state),
    interface: dev,
    id,
    ...maxLength !== undefined && { maxLength },
    ...group !== undefined && { group: formatIp(group) },
    ...port !== undefined && { port },
    ...ttl !== undefined && { ttl },
    ...unknown !== undefined && { unknown },
  });
}

function daemonRequest(
  command: "newDaemon" | "deleteDaemon",
  words: string,
  daemon: AttributeValues<typeof daemonTable>,
): IpvsRequest {
  return request({ words, command, table, values: { daemon } });
}
