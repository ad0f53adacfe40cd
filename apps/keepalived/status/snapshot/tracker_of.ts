import { describeEnd } from "../../vrrp/trackers/scripts.ts";
import type { TrackersStatus } from "../../vrrp/trackers/trackers.ts";
import { type Moment, unixTime } from "./moment.ts";
import type { TrackerSnapshot } from "./tracker_snapshot.ts";

/** The snapshot of something that is tracked. */
export function trackerOf(
  status: TrackersStatus["trackers"][number],
  moment: Moment,
): TrackerSnapshot {
  switch (status.kind) {
    case "script": {
      const { last, ...rest } = status;
      if (last === undefined) return rest;
      const { end, atUs } = last;
      const code = end.kind === "exit" ? { status: end.status } : {};
      return { ...rest, last: { text: describeEnd(end), ...code, at: unixTime(moment, atUs) } };
    }
    case "file": {
      const { atUs, ...rest } = status;
      return { ...rest, changedAt: unixTime(moment, atUs) };
    }
    case "process": {
      const { changesAtUs, ...rest } = status;
      if (changesAtUs === undefined) return rest;
      return { ...rest, changesAt: unixTime(moment, changesAtUs) };
    }
    case "interface":
    case "bfd":
      return status;
  }
}
