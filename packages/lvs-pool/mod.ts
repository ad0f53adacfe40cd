/**
 * The servers behind a virtual server as a pure machine: who is up, whether they are enough, who gets which share.
 *
 * Results of checks go in; what the kernel is to have, and what is to be told, come out. Checking, netlink and scripts are
 * the host's affair.
 *
 * @module
 */

export type {
  Endpoint,
  Forwarding,
  PoolChecker,
  PoolConfig,
  PoolServer,
  SorryServer,
  Tunnel,
} from "./config.ts";
export { desired, type Destination } from "./desired.ts";
export { type Cause, pool, type PoolAction, type PoolEvent, type PoolState } from "./pool.ts";
export { type QuorumBand, quorumBand } from "./quorum.ts";
export {
  type CheckerWeight,
  isUp,
  type ServerEvent,
  type ServerService,
  type ServerState,
  weightOf,
} from "./server.ts";
export {
  addressesOf,
  type Service,
  type ServiceConfig,
  type ServiceKey,
  type ServiceMember,
  servicesOf,
  type VirtualService,
  virtualService,
} from "./service.ts";
