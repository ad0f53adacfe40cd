import type { TrackerSnapshot } from "../snapshot/tracker_snapshot.ts";
import type { InstanceSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { ago, lengthOfTime } from "./length_of_time.ts";
import { type Paint, stateColours } from "./paint.ts";
import { type Cell, type Row, tableLines } from "./table.ts";

/** Virtual routers, their groups, and what they track. */
export function vrrpLines(vrrp: VrrpSnapshot, paint: Paint): readonly string[] {
  const { process: { at, lateness }, instances, groups, trackers } = vrrp;
  const titles = ["INSTANCE", "STATE", "SINCE", "PRIORITY", "VRID", "ON", "ADDRESSES", "MASTER"];
  return [
    ...tableLines(titles, instances.map((it) => instanceRow(it, at)), paint),
    ...section(
      groups.length,
      tableLines(
        ["GROUP", "STATE", "MEMBERS"],
        groups.map(({ name, state, members }) => ({
          cells: [name, { text: state, colour: stateColours[state] }, members.join(", ")],
        })),
        paint,
      ),
    ),
    ...section(
      trackers.length,
      tableLines(["TRACKED", "IS", ""], trackers.map((it) => trackerRow(it, at)), paint),
    ),
    ...(lateness === undefined || lateness.count === 0 ? [] : [
      "",
      paint(
        "warning",
        `Timers were late ${lateness.count} times, up to ${lengthOfTime(lateness.longestS)}`,
      ),
    ]),
  ];
}

function section(count: number, lines: readonly string[]): readonly string[] {
  return count === 0 ? [] : ["", ...lines];
}

function instanceRow(it: InstanceSnapshot, at: number): Row {
  const { base, effective } = it.priority;
  const [first, ...more] = it.held.filter(({ kind }) => kind === "address");
  const address = first?.text.replace(/ dev .*/, "") ?? "";
  return {
    cells: [
      it.name,
      { text: it.state, colour: stateColours[it.state] },
      lengthOfTime(at - it.changedAt),
      effective === base ? `${effective}` : `${effective} (${base})`,
      `${it.virtualRouterId}`,
      it.device ?? it.interface ?? "",
      more.length === 0 ? address : `${address} +${more.length}`,
      masterOf(it),
    ],
    notes: notesOf(it, at),
  };
}

function masterOf({ state, master }: InstanceSnapshot): string {
  if (state === "MASTER") return "this one";
  return master === undefined ? "" : `${master.address} (${master.priority})`;
}

function notesOf(it: InstanceSnapshot, at: number): readonly Cell[] {
  const { faults, contested, waitsFor, waitsForGroup, timers, state, held } = it;
  const missing = state === "MASTER" ? held.filter(({ present }) => !present) : [];
  return [
    ...faults.map(({ text }) => ({ text, colour: "bad" }) as const),
    ...(contested === undefined ? [] : [{ text: contestWords(contested), colour: "bad" } as const]),
    ...missing.map(({ kind, text }) =>
      ({ text: `${kind} ${text} is not there`, colour: "bad" }) as const
    ),
    ...waitsFor.map((tracker) =>
      ({ text: `waits for the first result of ${tracker}`, colour: "warning" }) as const
    ),
    ...(waitsForGroup
      ? [{ text: "would be MASTER, and waits for its group", colour: "warning" } as const]
      : []),
    ...(timers.startsAt === undefined
      ? []
      : [{ text: `starts in ${lengthOfTime(timers.startsAt - at)}`, colour: "warning" } as const]),
  ];
}

/** Why it is doubtful that a MASTER is the only one. */
export function contestWords(
  { by, address, evidence }: NonNullable<InstanceSnapshot["contested"]>,
): string {
  const cause = evidence === undefined ? "" : `: ${evidence}`;
  return by === "rival"
    ? `contested: ${address} is MASTER too${cause}`
    : `contested: ${address} was MASTER and fell silent${cause}`;
}

function trackerRow(it: TrackerSnapshot, at: number): Row {
  const verdict = verdictOf(it);
  const colour = verdict === "bad" || verdict === "down" ? "bad" : "good";
  return {
    cells: [`${it.kind} ${it.name}`, { text: verdict, colour }, detailsOf(it, at)],
  };
}

/** How something tracked is doing, in a word. */
export function verdictOf(it: TrackerSnapshot): string {
  switch (it.kind) {
    case "script":
    case "process":
      return it.verdict;
    case "file":
      return `${it.value}`;
    case "interface":
    case "bfd":
      return it.up ? "up" : "down";
  }
}

function detailsOf(it: TrackerSnapshot, at: number): string {
  switch (it.kind) {
    case "script":
      return it.last === undefined ? "no result yet" : `${it.last.text} ${ago(at - it.last.at)}`;
    case "process":
      return `${it.count} running${it.changesAt === undefined ? "" : ", about to change"}`;
    case "file":
      return `${it.path}, since ${lengthOfTime(at - it.changedAt)}`;
    case "interface":
    case "bfd":
      return "";
  }
}
