/**
 * IPVS services, destinations, sync daemons, timeouts and counters as values, in the words of `ipvsadm`.
 *
 * One file per object. A builder returns a request that names its equal command; {@linkcode addressTo} completes it with
 * the number that the running kernel gave the family {@linkcode IPVS_FAMILY}.
 *
 * @example
 * ```ts
 * import { addDestination, addService, addressTo } from "@keepalived/netlink-ipvs";
 *
 * const key = { protocol: "tcp", address: "192.0.2.1", port: 80 } as const;
 * const service = addService({ key, scheduler: "rr", onePacket: false, schedulerFlags: [] });
 * const destination = addDestination(key, {
 *   address: "10.0.0.1",
 *   port: 80,
 *   forwarding: { method: "masquerade" },
 *   weight: 1,
 *   upperThreshold: 0,
 *   lowerThreshold: 0,
 * });
 * if (service.name !== "ipvsadm -A -t 192.0.2.1:80 -s rr") throw new Error("Not the command");
 * const family = 32; // from `getFamily(IPVS_FAMILY)` of netlink-codec
 * const messages = [service, destination].map((it) => addressTo(family, it));
 * if (messages[1]?.type !== family) throw new Error("Not addressed");
 * ```
 *
 * @module
 */

export { addressTo, IPVS_FAMILY, type IpvsFault, type IpvsRequest } from "./message.ts";
export { describeKey, familyOfService, type Protocol, type ServiceKey } from "./service_key.ts";
export {
  addService,
  decodeService,
  deleteService,
  describeService,
  editService,
  getService,
  listServices,
  type Persistence,
  sameService,
  type SchedulerFlag,
  type Service,
  type ServiceEntry,
  zero,
} from "./service.ts";
export {
  addDestination,
  decodeDestination,
  deleteDestination,
  describeDestination,
  type Destination,
  type DestinationEntry,
  type DestinationRequests,
  destinationRequests,
  editDestination,
  listDestinations,
  sameDestination,
} from "./destination.ts";
export type { Forwarding, Tunnel } from "./forwarding.ts";
export type { Statistics } from "./statistics.ts";
export {
  decodeDaemon,
  listDaemons,
  startDaemon,
  stopDaemon,
  type SyncDaemon,
  type SyncRole,
} from "./sync_daemon.ts";
export { decodeTimeouts, getTimeouts, setTimeouts, type Timeouts } from "./timeouts.ts";
export { decodeInformation, flush, getInformation, type Information } from "./information.ts";
