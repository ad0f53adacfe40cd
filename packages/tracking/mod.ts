/**
 * What a virtual router tracks, as pure machines: links, scripts, processes, files, and what they do to its priority.
 *
 * Running scripts, watching files and asking the kernel is the host's affair.
 *
 * @module
 */

export { parseTrackedNumber } from "./file.ts";
export { type Influence, influenceOf, type Judged, type Verdict } from "./influence.ts";
export { link, type LinkAction, type LinkConfig, type LinkEvent, type LinkState } from "./link.ts";
export { matchesProcess, type ProcessPattern, type RunningProcess } from "./match_process.ts";
export {
  processQuorum,
  type ProcessQuorumAction,
  type ProcessQuorumConfig,
  type ProcessQuorumEvent,
  type ProcessQuorumState,
} from "./process_quorum.ts";
export {
  script,
  type ScriptAction,
  type ScriptConfig,
  type ScriptEvent,
  type ScriptState,
} from "./script.ts";
