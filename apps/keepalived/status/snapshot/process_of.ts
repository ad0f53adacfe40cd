import process from "node:process";
import type { LatenessCounters } from "../../scheduling.ts";
import { seconds } from "./moment.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";

/** This process as it is now. @param lateness of its timers; undefined: nobody counts it */
export function processSnapshot(lateness?: LatenessCounters): ProcessSnapshot {
  const { user, system } = process.cpuUsage();
  const at = Date.now() / 1000;
  return {
    pid: process.pid,
    at,
    startedAt: at - process.uptime(),
    residentBytes: process.memoryUsage.rss(),
    cpuS: seconds(user + system),
    ...(lateness === undefined
      ? {}
      : { lateness: { count: lateness.late, longestS: seconds(lateness.latestUs) } }),
  };
}
