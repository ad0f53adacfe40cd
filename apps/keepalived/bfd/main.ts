import type { Config } from "@keepalived/keepalived-config";
import { type ChildRole, runChild } from "../child_role.ts";
import { BfdProcess } from "./bfd_process.ts";

/** The BFD child: all sessions on one event loop. */
export function runBfd(): Promise<number> {
  return runChild(bfd);
}

const bfd: ChildRole = {
  ident: "Keepalived_bfd",
  processName: "keepalived_bfd",
  task: "run BFD",
  rights: [],
  scheduling: ({ global, bfdInstances }) => ({
    process: global.processes.bfd,
    lateUs: lateUs(bfdInstances),
  }),
  open(reactor, log, { detail }, { report }) {
    const bfd = new BfdProcess({ reactor, log, detail, report });
    return {
      start: (config) => bfd.start(config),
      configure: (config) => bfd.configure(config),
      stop: () => bfd.stop(),
      snapshot: async (self, moment) => {
        const { bfdSnapshot } = await import("../status/snapshot/bfd_of.ts");
        return bfdSnapshot(bfd, self, moment);
      },
      clearCounters: () => bfd.clearCounters(),
      // The neighbours of a machine that stays away are to know that it is there.
      setMaintenance: () => {},
    };
  },
};

/** Packets that are later than the time between two of them may cost a session. */
function lateUs(sessions: Config["bfdInstances"]): number {
  return Math.min(...sessions.map((it) => it.desiredMinTxIntervalUs), 1_000_000);
}
