import type { Report } from "@keepalived/conf-parser";
import type { Body } from "../bind.ts";
import { readScripts, readTrackFiles, readTrackProcesses } from "./definitions.ts";
import type { Missing } from "../missing_interfaces.ts";
import type { Config } from "../model.ts";
import type { Weight } from "../model_tracking.ts";
import { readBfdInstances } from "./bfd.ts";
import type { Trackable } from "./lists.ts";
import { readTrackGroups } from "./sync_groups.ts";

/** What is defined in blocks of its own, to be named elsewhere. */
type Trackers = Pick<
  Config,
  "scripts" | "trackFiles" | "trackProcesses" | "bfdInstances" | "trackGroups"
>;

/** Everything that instances, groups and checkers can name. */
export function readTrackers(root: Body, report: Report): Trackers {
  return {
    scripts: readScripts(root, report),
    trackFiles: readTrackFiles(root, report),
    trackProcesses: readTrackProcesses(root, report),
    bfdInstances: readBfdInstances(root, report),
    trackGroups: readTrackGroups(root, report),
  };
}

/** By name, for the lists that track them. BFD sessions that do not tell the VRRP process are none. */
export function trackableOf(trackers: Trackers, missing: Missing): Trackable {
  return {
    scripts: byName(trackers.scripts),
    files: byName(trackers.trackFiles),
    processes: byName(trackers.trackProcesses),
    bfdInstances: byName(trackers.bfdInstances.filter(({ notifies }) => notifies.vrrp)),
    missing,
  };
}

function byName(all: readonly (Weight & { name: string })[]): ReadonlyMap<string, Weight> {
  return new Map(all.map(({ name, weight, reverse }) => [name, { weight, reverse }]));
}
