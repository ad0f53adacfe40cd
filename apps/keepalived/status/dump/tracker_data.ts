import type {
  Config,
  TrackFileConfig,
  TrackProcessConfig,
  VrrpScriptConfig,
} from "@keepalived/keepalived-config";
import type { TrackerSnapshot } from "../snapshot/tracker_snapshot.ts";
import type { VrrpDump } from "./topology_data.ts";
import { commandWords, head, pointOfTime, weightWords } from "./words.ts";

/** The sections of what is tracked; those that would be empty are left out. */
export function trackerData(dump: VrrpDump): readonly string[] {
  const { scripts, trackFiles, trackProcesses, bfdInstances } = dump.config;
  return [
    ...section("VRRP Scripts", scripts.map((it) => scriptData(it, dump))),
    ...section("VRRP Track files", trackFiles.map((it) => fileData(it, dump))),
    ...section("VRRP Track processes", trackProcesses.map((it) => processData(it, dump))),
    ...section("VRRP Track BFDs", bfdInstances.map((it) => bfdData(it, dump))),
  ];
}

function section(title: string, paragraphs: readonly (readonly string[])[]): readonly string[] {
  return paragraphs.length === 0 ? [] : [head(title), ...paragraphs.flat()];
}

function scriptData(it: VrrpScriptConfig, dump: VrrpDump): readonly string[] {
  const now = trackerOf("script", it.name, dump);
  const { user, group } = it.user === undefined ? dump.config.global.scripts.user ?? {} : it;
  const identity = dump.who({
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  });
  // Good counts down from the top, bad up from the bottom.
  const against = now?.against ?? 0;
  const result = now?.verdict === "good" ? it.rise + it.fall - 1 - against : against;
  const check = it.check.kind === "command"
    ? commandWords(it.check.argv)
    : `'</${it.check.path.replace(/^\//, "")}'`;
  const status = { good: "GOOD", bad: "BAD", unknown: "INIT" }[now?.verdict ?? "unknown"];
  return [
    ` VRRP Script = ${it.name}`,
    ...[
      `Command = ${check}`,
      `Interval = ${it.intervalUs / 1_000_000} sec`,
      `Timeout = ${it.timeoutUs / 1_000_000} sec`,
      `Weight = ${it.weight}${it.reverse ? " reverse" : ""}`,
      `Rise = ${it.rise}`,
      `Fall = ${it.fall}`,
      `Result = ${result}`,
      "Insecure = no",
      `Init state = ${it.initFail ? "failed" : "unknown"}`,
      `Status = ${status}`,
      ...(identity === undefined ? [] : [`Script uid:gid = ${identity.uid}:${identity.gid}`]),
      "VRRP instances :",
      ...trackingOf("script", it.name, dump),
      `State = ${now?.running === true ? "running" : "idle"}`,
      ...(now?.last === undefined
        ? []
        : [`Last run ${now.last.text}, ${pointOfTime(now.last.at)}`]),
    ].map((line) => `   ${line}`),
  ];
}

function fileData(it: TrackFileConfig, dump: VrrpDump): readonly string[] {
  return [
    ` Track file = ${it.name}`,
    ...[
      `File = ${it.path}`,
      `Status = ${trackerOf("file", it.name, dump)?.value ?? 0}`,
      `Weight = ${it.weight}${it.reverse ? " reverse" : ""}`,
      ...trackingOf("file", it.name, dump),
    ].map((line) => `   ${line}`),
  ];
}

function processData(it: TrackProcessConfig, dump: VrrpDump): readonly string[] {
  const now = trackerOf("process", it.name, dump);
  const runs = (up: boolean) =>
    now?.changesAt !== undefined && (now.verdict === "good") !== up ? "" : "not ";
  return [
    ` VRRP Track process = ${it.name}`,
    ...[
      `Process = ${it.command}`,
      ...(it.parameters.length === 0 ? [] : [`Parameters = ${it.parameters.join(" ")}`]),
      ...(it.match === "none" ? [] : [`Param match = ${it.match}`]),
      `Min processes = ${it.quorum}`,
      ...(it.quorumMax === undefined ? [] : [`Max processes = ${it.quorumMax}`]),
      `Current processes = ${now?.count ?? 0}`,
      `Have quorum = ${now?.verdict === "good"}`,
      `Weight = ${it.weight}${it.reverse ? " reverse" : ""}`,
      `Terminate delay = ${(it.terminateDelayUs / 1_000_000).toFixed(6)}s`,
      `Fork delay = ${(it.forkDelayUs / 1_000_000).toFixed(6)}s`,
      `Fork delay timer ${runs(true)}running`,
      `Terminate delay timer ${runs(false)}running`,
      `Full command = ${it.fullCommand}`,
      ...trackingOf("process", it.name, dump),
    ].map((line) => `   ${line}`),
  ];
}

function bfdData(
  { name, weight, reverse }: Config["bfdInstances"][number],
  dump: VrrpDump,
): readonly string[] {
  return [
    ` VRRP Track BFD = ${name}`,
    ...[
      `Weight = ${weight}${reverse ? " reverse" : ""}`,
      `Bfd is ${trackerOf("bfd", name, dump)?.up === true ? "up" : "down"}`,
      "Tracking VRRP instances :",
      ...trackingOf("bfd", name, dump),
    ].map((line) => `   ${line}`),
  ];
}

type TrackerKind = TrackerSnapshot["kind"];

function trackerOf<Kind extends TrackerKind>(
  kind: Kind,
  name: string,
  { vrrp }: VrrpDump,
): Extract<TrackerSnapshot, { readonly kind: Kind }> | undefined {
  return vrrp.trackers.find((it): it is Extract<TrackerSnapshot, { readonly kind: Kind }> =>
    it.kind === kind && it.name === name
  );
}

/** The instances that track something. */
export function trackingOf(
  kind: TrackerKind,
  name: string,
  { vrrp }: Pick<VrrpDump, "vrrp">,
): readonly string[] {
  const lines = vrrp.instances.flatMap((instance) =>
    instance.tracked.filter((it) => it.kind === kind && it.name === name)
      .map((it) => `  ${instance.name}, ${weightWords(it)}`)
  );
  return lines.length === 0 ? [] : ["Tracking instances :", ...lines];
}
