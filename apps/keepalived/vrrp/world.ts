import type { IpAddress } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { Scheduler } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { Announcer } from "./announcer.ts";
import type { Channels } from "./channel.ts";
import type { Interfaces } from "./interfaces.ts";
import type { KernelObjects } from "./kernel/kernel_objects.ts";
import type { SyncGroups } from "./sync_groups.ts";
import type { Links } from "./trackers/links.ts";

/** Everything outside that a virtual router's actions touch. */
export type World = {
  readonly scheduler: Scheduler;
  /** When the process began, on the scheduler's clock. */
  readonly startedAtUs: number;
  readonly interfaces: Interfaces;
  readonly links: Links;
  readonly kernel: KernelObjects;
  readonly channels: Channels;
  readonly announcer: Announcer;
  readonly groups: SyncGroups;
  readonly notifier: Pick<Notifier, "notify">;
  readonly log: Log;
  /** How often `-D` was given. */
  readonly detail: number;
  /** Addresses of all virtual routers, which are no source for advertisements. */
  readonly virtualAddresses: () => ReadonlySet<IpAddress>;
  /** Whether an instance was MASTER in a process that was killed so recently that no peer can have noticed. */
  readonly mayResume: (config: VrrpInstanceConfig) => boolean;
};
