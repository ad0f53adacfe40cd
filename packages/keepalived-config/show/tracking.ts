import type {
  BfdInstanceConfig,
  SyncGroupConfig,
  Tracked,
  TrackFileConfig,
  TrackGroupConfig,
  Tracking,
  TrackProcessConfig,
  VrrpScriptConfig,
  Weight,
} from "../model_tracking.ts";
import {
  command,
  type Entries,
  flag,
  lines,
  milliseconds,
  onOff,
  positiveSeconds,
  type Said,
  seconds,
  words,
} from "./entry.ts";

/** The lists of what an instance or a sync group tracks. */
export function trackingEntries<T>(of: (subject: T) => Tracking): Entries<T> {
  return {
    track_interface: (it) => lines(of(it).interfaces.map(trackedWords)),
    track_script: (it) => lines(of(it).scripts.map(trackedWords)),
    track_file: (it) => lines(of(it).files.map(trackedWords)),
    track_process: (it) => lines(of(it).processes.map(trackedWords)),
    track_bfd: (it) => lines(of(it).bfdInstances.map(trackedWords)),
  };
}

function trackedWords({ name, weight, reverse }: Tracked): readonly string[] {
  return [name, "weight", String(weight), reverse ? "reverse" : "noreverse"];
}

function weightWords({ weight, reverse }: Weight): readonly Said[] {
  return words(weight, reverse ? "reverse" : undefined);
}

/** `vrrp_script`. */
export const SCRIPT: Entries<VrrpScriptConfig> = {
  script: ({ check }) => command({ argv: check.kind === "file" ? [`<${check.path}`] : check.argv }),
  interval: (it) => words(seconds(it.intervalUs)),
  timeout: (it) => words(seconds(it.timeoutUs)),
  weight: weightWords,
  rise: (it) => words(it.rise),
  fall: (it) => words(it.fall),
  user: (it) => words(it.user, it.group),
  init_fail: (it) => flag(it.initFail),
};

/** `track_file`. */
export const TRACK_FILE: Entries<TrackFileConfig> = {
  file: (it) => words(it.path),
  weight: weightWords,
  init_file: ({ initialize }) =>
    words(initialize?.value, initialize?.overwrite === true ? "overwrite" : undefined),
};

/** `vrrp_track_process`. */
export const TRACK_PROCESS: Entries<TrackProcessConfig> = {
  process: (it) => words(it.command, ...it.parameters),
  param_match: ({ match }) => match === "none" ? [] : match === "exact" ? flag(true) : words(match),
  full_command: (it) => flag(it.fullCommand),
  weight: weightWords,
  // A least number above the most one is that of the default alone.
  quorum: (it) => words(it.quorum > (it.quorumMax ?? Infinity) ? undefined : it.quorum),
  quorum_max: (it) => words(it.quorumMax),
  delay: { never: "terminate_delay and fork_delay say it" },
  terminate_delay: (it) => positiveSeconds(it.terminateDelayUs),
  fork_delay: (it) => positiveSeconds(it.forkDelayUs),
};

/** `bfd_instance`. */
export const BFD_INSTANCE: Entries<BfdInstanceConfig> = {
  neighbor_ip: (it) => words(it.neighborAddress),
  source_ip: (it) => words(it.sourceAddress),
  min_rx: (it) => words(milliseconds(it.requiredMinRxIntervalUs)),
  min_tx: (it) => words(milliseconds(it.desiredMinTxIntervalUs)),
  idle_tx: (it) => words(milliseconds(it.idleTxIntervalUs)),
  multiplier: (it) => words(it.detectMult),
  passive: (it) => flag(it.passive),
  ttl: (it) => words(it.hopLimit),
  max_hops: (it) => words(it.maxHops),
  multihop: (it) => onOff(it.multihop),
  weight: weightWords,
  vrrp: (it) => flag(it.notifies.vrrp),
  checker: (it) => flag(it.notifies.checker),
};

/** `vrrp_sync_group`. */
export const SYNC_GROUP: Entries<SyncGroupConfig> = {
  group: (it) => lines(it.members.map((one) => [one])),
  ...trackingEntries<SyncGroupConfig>((it) => it.tracking),
  sync_group_tracking_weight: (it) => flag(it.trackingWeight),
  notify: (it) => command(it.notify.any),
  notify_master: (it) => command(it.notify.active),
  notify_backup: (it) => command(it.notify.backup),
  notify_fault: (it) => command(it.notify.fault),
  notify_stop: (it) => command(it.notify.stop),
  notify_priority_changes: (it) => onOff(it.notifyPriorityChanges),
  smtp_alert: (it) => onOff(it.smtpAlert),
};

/** `track_group`. */
export const TRACK_GROUP: Entries<TrackGroupConfig> = {
  group: (it) => lines(it.members.map((one) => [one])),
};
