import type { BfdSessionSnapshot, BfdSnapshot } from "../snapshot/bfd_snapshot.ts";
import { ago, lengthOfTime } from "./length_of_time.ts";
import type { Paint } from "./paint.ts";
import { type Row, tableLines } from "./table.ts";

/** BFD sessions, and what is wrong with them. */
export function bfdLines(
  { process: { at }, sessions }: BfdSnapshot,
  paint: Paint,
): readonly string[] {
  return tableLines(
    ["BFD SESSION", "IS", "SINCE", "NEIGHBOR", "SENDS EACH", "DETECTS IN"],
    sessions.map((it) => rowOf(it, at)),
    paint,
  );
}

function rowOf(it: BfdSessionSnapshot, at: number): Row {
  const { local, remote } = it;
  const isUp = local.state === "Up";
  return {
    cells: [
      it.name,
      { text: local.state, colour: isUp ? "good" : "bad" },
      lengthOfTime(at - it.changedAt),
      it.neighbor,
      milliseconds(local.intervalS),
      remote === undefined ? "" : milliseconds(local.detectionTimeS),
    ],
    notes: [
      ...(it.problem === undefined ? [] : [{
        text: `Cannot send: ${it.problem}`,
        colour: "bad" as const,
      }]),
      ...(isUp ? [] : [{ text: whyDown(it, at), colour: "bad" as const }]),
    ],
  };
}

function whyDown({ local, remote, heardAt, passive }: BfdSessionSnapshot, at: number): string {
  const why = local.diagnostic === "No Diagnostic" ? "" : `${local.diagnostic}, `;
  if (remote === undefined) {
    return `${why}the neighbor is not heard${passive ? ", and has to speak first" : ""}`;
  }
  const when = heardAt === undefined ? "" : `, heard ${ago(at - heardAt)}`;
  return `${why}the neighbor says ${remote.state} (${remote.diagnostic})${when}`;
}

function milliseconds(seconds: number): string {
  return `${Number((seconds * 1000).toFixed(3))} ms`;
}
