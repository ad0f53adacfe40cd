import type { SyncDaemon } from "@keepalived/keepalived-config";
import type { SyncDaemon as KernelDaemon, SyncRole } from "@keepalived/netlink-ipvs";

/** `lvs_sync_daemon` as the kernel takes it. */
export function kernelDaemon(config: SyncDaemon, role: SyncRole): KernelDaemon {
  const { interface: dev, id = 0, maxLength, group, port, ttl } = config;
  return {
    role,
    interface: dev,
    id,
    ...maxLength !== undefined && { maxLength },
    ...group !== undefined && { group },
    ...port !== undefined && { port },
    ...ttl !== undefined && { ttl },
  };
}
