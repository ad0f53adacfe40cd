/**
 * One event loop over one epoll descriptor, and what runs on it: machines, netlink requests, child processes.
 *
 * @example
 * ```ts
 * import { Reactor } from "@keepalived/reactor";
 *
 * using reactor = new Reactor();
 * reactor.at(reactor.nowUs() + 1000, () => reactor.stop());
 * await reactor.run();
 * ```
 *
 * @module
 */

export { type Deadline } from "./deadlines.ts";
export {
  type Interest,
  Reactor,
  type ReactorCounters,
  type ReactorLimits,
  type Ready,
  type Watch,
} from "./reactor.ts";
export { type Host, host, type HostOptions, type PreparedAction, type Scheduler } from "./host.ts";
export { jsonRecorder, type Recorder, type Recording } from "./recorder.ts";
export { type Child, type ChildOptions, spawnChild } from "./child.ts";
export {
  NetlinkConnection,
  type NetlinkConnectionOptions,
  type NetlinkCounters,
} from "./netlink_connection.ts";
export { type BatchFailures, type NetlinkLimits, type NetlinkResult } from "./pending_requests.ts";
export { NetlinkError } from "./netlink_error.ts";
