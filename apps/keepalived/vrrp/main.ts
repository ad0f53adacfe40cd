import type { Config } from "@keepalived/keepalived-config";
import { type ChildRole, runChild } from "../child_role.ts";
import { VrrpProcess } from "./vrrp_process.ts";

/** The VRRP child: all virtual routers on one event loop. */
export function runVrrp(): Promise<number> {
  return runChild(vrrp);
}

const vrrp: ChildRole = {
  ident: "Keepalived_vrrp",
  processName: "keepalived_vrrp",
  task: "run VRRP",
  rights: [
    ["CAP_NET_RAW", "to send and receive VRRP"],
    ["CAP_NET_ADMIN", "to add and remove addresses"],
  ],
  scheduling: ({ global, instances }) => ({
    process: global.processes.vrrp,
    lateUs: lateUs(instances),
  }),
  open(reactor, log, { detail, addressMonitoring, addressesAtEnd }, { deliver }) {
    const vrrp = new VrrpProcess(reactor, log, { detail, addressMonitoring, deliver });
    return {
      start: (config, predecessor) => vrrp.start(config, predecessor),
      lookAfter: (config) => vrrp.lookAfter(config),
      configure: (config) => vrrp.configure(config),
      // Resigns everywhere, and waits until the kernel has taken the addresses back.
      stop: () => vrrp.stop(addressesAtEnd),
      snapshot: async (self, moment) => {
        const { vrrpSnapshot } = await import("../status/snapshot/vrrp_of.ts");
        return vrrpSnapshot(vrrp.sources, self, moment);
      },
      clearCounters: () => vrrp.clearCounters(),
      setMaintenance: (on) => vrrp.setMaintenance(on),
      setSessions: (sessions) => sessions.forEach((it) => vrrp.trackers.setSession(it)),
    };
  },
};

/** Timers that are later than the shortest interval between advertisements may have cost somebody else's takeover. */
function lateUs(instances: Config["instances"]): number {
  return Math.min(...instances.map((it) => it.advertisementIntervalUs), 1_000_000);
}
