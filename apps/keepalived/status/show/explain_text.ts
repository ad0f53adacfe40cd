import type { TrackedEntry } from "../snapshot/tracker_snapshot.ts";
import type { InstanceSnapshot, PeerSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { adviceFor } from "./advice.ts";
import { ago, counted, lengthOfTime } from "./length_of_time.ts";
import { type Paint, stateColours } from "./paint.ts";
import { contestWords, verdictOf } from "./vrrp_text.ts";

/** Why an instance is what it is, and what would change that. */
export function explainText(it: InstanceSnapshot, vrrp: VrrpSnapshot, paint: Paint): string {
  const { at } = vrrp.process;
  const state = paint(stateColours[it.state], it.state);
  const where = it.device ?? it.interface ?? "whatever interface the routes say";
  const source = it.sourceAddress === undefined ? "" : `, source ${it.sourceAddress}`;
  return [
    `${paint("head", it.name)} is ${state} since ${lengthOfTime(at - it.changedAt)}: ${it.reason}`,
    `virtual router ${it.virtualRouterId}, version ${it.version}, on ${where}${source}`,
    ...section("Why", whyLines(it, vrrp), paint),
    ...section("Priority", priorityLines(it, vrrp), paint),
    ...section("What comes next", nextLines(it, at), paint),
    ...section("Heard with this virtual router's number", peerLines(it, at), paint),
    ...section("Group", groupLines(it, vrrp), paint),
    ...section("What to do", adviceFor(it, vrrp), paint),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : ["", paint("head", title), ...lines.map((line) => `  ${line}`)];
}

function whyLines(it: InstanceSnapshot, { process: { at } }: VrrpSnapshot): readonly string[] {
  const { contested, faults, waitsFor, timers } = it;
  return [
    ...faults.map(({ text }) => `cannot take part: ${text}`),
    ...waitsFor.map((tracker) => `waits for the first result of ${tracker}`),
    ...(timers.startsAt === undefined
      ? []
      : [`its startup delay lasts for another ${lengthOfTime(timers.startsAt - at)}`]),
    ...(it.state === "MASTER" ? masterLines(it) : []),
    ...(it.state === "BACKUP" ? backupLines(it, at) : []),
    ...(contested === undefined ? [] : [contestWords(contested)]),
  ];
}

function masterLines(it: InstanceSnapshot): readonly string[] {
  const { effective } = it.priority;
  const rivals = it.peers.filter(({ priority }) => priority !== undefined && priority > 0);
  const [best] = rivals.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  if (best === undefined) return ["no other router was heard"];
  return [
    `its priority is ${effective}, the best that it heard is ${best.priority} of ${best.address}`,
  ];
}

function backupLines(it: InstanceSnapshot, at: number): readonly string[] {
  const { master, preempt, timers, priority: { effective } } = it;
  if (it.waitsForGroup) return ["it would be MASTER, and waits for the others of its group"];
  if (master === undefined) {
    return ["it has not heard a master, and gives one the time to speak that the standard says"];
  }
  const { address, priority } = master;
  if (priority > effective) {
    return [
      `it follows ${address}, whose priority ${priority} is higher than its own ${effective}`,
    ];
  }
  if (priority === effective) {
    return [
      `it follows ${address}, which has the same priority ${priority}: among equals the one that is MASTER stays, and of two the higher address wins`,
    ];
  }
  const lower =
    `it follows ${address}, whose priority ${priority} is lower than its own ${effective}`;
  if (!preempt) return [`${lower}: nopreempt lets it`];
  if (timers.preemptsAt !== undefined && timers.preemptsAt > at) {
    return [`${lower}: preempt_delay lets it for another ${lengthOfTime(timers.preemptsAt - at)}`];
  }
  return [`${lower}, and takes over as soon as its wait is over`];
}

function priorityLines(it: InstanceSnapshot, { trackers }: VrrpSnapshot): readonly string[] {
  const { base, effective, tracked } = it.priority;
  const sum = tracked === 0
    ? `${effective}`
    : `${effective} = ${base} configured ${tracked < 0 ? "-" : "+"} ${Math.abs(tracked)} tracked`;
  const limited = tracked !== 0 && base + tracked !== effective
    ? base === 255 ? ", but an owner's never changes" : ", within 1 and 254"
    : "";
  const entries = it.tracked.map((entry) => {
    const tracker = trackers.find(({ kind, name }) => kind === entry.kind && name === entry.name);
    const verdict = tracker === undefined ? "" : verdictOf(tracker);
    return [effectWords(entry), `${entry.kind} ${entry.name}`, verdict] as const;
  });
  const [effects, names] = [0, 1].map((i) =>
    Math.max(0, ...entries.map((entry) => entry[i as 0 | 1].length))
  );
  return [
    `${sum}${limited}`,
    ...entries.map(([effect, name, verdict]) =>
      `${effect.padStart(effects ?? 0)}  ${name.padEnd(names ?? 0)}  ${verdict}`.trimEnd()
    ),
  ];
}

function effectWords({ effect }: TrackedEntry): string {
  if (typeof effect === "string") return effect;
  return effect > 0 ? `+${effect}` : `${effect}`;
}

function nextLines(it: InstanceSnapshot, at: number): readonly string[] {
  const { timers: { advertisesAt, takesOverAt }, advertisementIntervalS, master } = it;
  const every = `each ${lengthOfTime(advertisementIntervalS)}`;
  return [
    ...(advertisesAt === undefined
      ? []
      : [`its next advertisement in ${lengthOfTime(advertisesAt - at)}, ${every}`]),
    ...(takesOverAt === undefined || it.waitsForGroup ? [] : [
      `takes over in ${lengthOfTime(takesOverAt - at)}, unless ${
        master === undefined ? "a master" : master.address
      } is heard before`,
    ]),
  ];
}

function peerLines(it: InstanceSnapshot, at: number): readonly string[] {
  const heard = new Set(it.peers.map(({ address }) => address));
  const silent = it.unicastPeers?.filter((address) => !heard.has(address)) ?? [];
  return [
    ...it.peers.map((peer) => peerLine(peer, at)),
    ...silent.map((address) => `${address}: never heard, though it is a unicast peer`),
    ...(it.peers.length + silent.length === 0 ? ["nobody"] : []),
  ];
}

function peerLine(peer: PeerSnapshot, at: number): string {
  const refused = Object.entries(peer.refused)
    .map(([reason, count]) => `${reason.replaceAll("-", " ")} ${counted(count, "time")}`);
  return [
    `${peer.address}: priority ${peer.priority ?? "unknown"}`,
    `heard ${ago(at - peer.heardAt)}`,
    counted(peer.advertisements, "advertisement"),
    ...(refused.length === 0 ? [] : [`refused for ${refused.join(", ")}`]),
  ].join(", ");
}

function groupLines(it: InstanceSnapshot, { groups, instances }: VrrpSnapshot): readonly string[] {
  const group = groups.find(({ name }) => name === it.group);
  if (group === undefined) return [];
  const states = new Map(instances.map(({ name, state }) => [name, state]));
  const members = group.members.filter((member) => member !== it.name)
    .map((member) => `${member} (${states.get(member) ?? "not running"})`);
  return [
    `${group.name} is ${group.state}, with ${members.join(", ") || "nobody else"}`,
    ...(group.faulty.length === 0
      ? []
      : [`a fault of its own has ${group.faulty.join(", ")}: it holds the others`]),
  ];
}
