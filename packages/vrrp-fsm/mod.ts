/**
 * VRRP as pure machines: the router of RFC 9568 §6.4, keepalived's instance around it, and its sync group.
 *
 * Events and the time go in, the next state and the actions to perform come out. Authentication, checksums, sockets and
 * netlink are the host's affair.
 *
 * @module
 */

export type {
  Action,
  Advertisement,
  Cause,
  RouterAction,
  StateKind,
  SyncGroupEvent,
} from "./action.ts";
export type { Burst } from "./announce.ts";
export {
  pacer,
  type PacerAction,
  type PacerConfig,
  type PacerEvent,
  type PacerState,
} from "./announce_pacer.ts";
export {
  type Contender,
  contest,
  type ContestAction,
  type ContestConfig,
  type ContestEvent,
  type ContestState,
} from "./contest.ts";
export {
  type AnnouncementConfig,
  effectivePriority,
  type Holding,
  type InstanceConfig,
  OWNER_PRIORITY,
} from "./config.ts";
export { describeInstance } from "./describe.ts";
export {
  GROUP_FAULT,
  instance,
  type InstanceEvent,
  type InstanceState,
  memberEvent,
  priorityOf,
} from "./instance.ts";
export {
  type Active,
  type Backup,
  type Initialize,
  router,
  type RouterConfig,
  type RouterEvent,
  type RouterState,
} from "./router.ts";
export {
  type GroupMember,
  syncGroup,
  type SyncGroupAction,
  type SyncGroupConfig,
  type SyncGroupState,
} from "./sync_group.ts";
export { activeDownIntervalUs, skewTimeUs, type VrrpVersion } from "./timers.ts";
export type { VirtualAddress } from "./virtual_address.ts";
