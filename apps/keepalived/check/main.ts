import type { Config } from "@keepalived/keepalived-config";
import { type ChildRole, runChild } from "../child_role.ts";
import { CheckProcess } from "./check_process.ts";

/** The checker child: all virtual servers on one event loop. */
export function runCheck(): Promise<number> {
  return runChild(check);
}

const check: ChildRole = {
  ident: "Keepalived_healthcheckers",
  processName: "keepalived_lvs",
  task: "check servers",
  // What IPVS needs is said when it is opened; checks alone need nothing.
  rights: [],
  scheduling: (config) => ({ process: config.global.processes.checker, lateUs: lateUs(config) }),
  open(reactor, log, options, { deliver }) {
    const check = new CheckProcess(reactor, log, { ...options, deliver });
    return {
      start: (config) => check.start(config),
      configure: (config) => check.configure(config),
      stop: () => check.stop(),
      snapshot: async (self, moment, detail) => {
        const { checkSnapshot } = await import("../status/snapshot/check_of.ts");
        return checkSnapshot(check, self, moment, detail);
      },
      clearCounters: () => check.clearCounters(),
      setMaintenance: (on) => check.setMaintenance(on),
      setOrders: (orders) => check.setOrders(orders),
      setSessions: (sessions) => check.setSessions(sessions),
    };
  },
};

/** Checks that come later than half of the time between two of them are worth a line. */
function lateUs({ virtualServers }: Config): number {
  const delays = virtualServers.flatMap(({ realServers }) => realServers)
    .flatMap(({ checkers }) => checkers)
    .flatMap((checker) => "delayLoopUs" in checker ? [checker.delayLoopUs] : []);
  return delays.reduce((least, it) => Math.min(least, it), 2_000_000) / 2;
}
