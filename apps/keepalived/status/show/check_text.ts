import {
  type CheckSnapshot,
  type RealServerSnapshot,
  toldInSummary,
  type VirtualServerSnapshot,
} from "../snapshot/check_snapshot.ts";
import { ago } from "./length_of_time.ts";
import type { Paint } from "./paint.ts";
import { type Cell, type Row, tableLines } from "./table.ts";

/** Virtual servers, and those of their servers that are not as they should be. */
export function checkLines(check: CheckSnapshot, paint: Paint): readonly string[] {
  const { process: { at }, programsIpvs, virtualServers } = check;
  return [
    ...tableLines(
      ["VIRTUAL SERVER", "IS", "SERVERS", "WEIGHT", "QUORUM", ""],
      virtualServers.map((it) => rowOf(it, at)),
      paint,
    ),
    ...(programsIpvs ? [] : ["", paint("warning", "IPVS is not programmed (--no-ipvs)")]),
  ];
}

function rowOf(it: VirtualServerSnapshot, at: number): Row {
  const { name, up, weight, quorum, hysteresis, counts, suspended, sorryServer } = it;
  const remarks = [
    ...(sorryServer?.active === true ? [`sorry server ${sorryServer.name} serves`] : []),
    ...(suspended ? ["checks are suspended"] : []),
  ];
  const odd = it.servers.filter(({ up, service, weight }) =>
    !up || service !== "in" || weight.ordered !== undefined
  );
  const shown = odd.slice(0, toldInSummary);
  return {
    cells: [
      name,
      up ? { text: "up", colour: "good" } : { text: "down", colour: "bad" },
      `${counts.up}/${counts.servers}`,
      `${weight}`,
      hysteresis === 0 ? `${quorum}` : `${quorum}+-${hysteresis}`,
      { text: remarks.join(", "), colour: "warning" },
    ],
    notes: [
      ...shown.map((server) => noteOf(server, at)),
      ...(counts.odd > shown.length ? [`and ${counts.odd - shown.length} more`] : []),
    ],
  };
}

function noteOf(server: RealServerSnapshot, at: number): Cell {
  const { name, up, service, weight, pending, checkers } = server;
  const orders = [
    ...(service === "drained" ? ["drained"] : service === "out" ? ["disabled"] : []),
    ...(weight.ordered === undefined ? [] : [`weight ${weight.ordered}`]),
  ];
  const ordered = orders.length === 0 ? "" : `, by order ${orders.join(", ")}`;
  if (up) return { text: `${name} is up${ordered}`, colour: "warning" };
  if (pending) return { text: `${name} has not been checked yet${ordered}`, colour: "warning" };
  const failed = checkers.filter((it) => !it.up).map(({ keyword, lastFailure, checkedAt }) => {
    const when = checkedAt === undefined ? "" : ` ${ago(at - checkedAt)}`;
    return `${keyword}: ${lastFailure ?? "failed"}${when}`;
  });
  return { text: `${name} is down${ordered}: ${failed.join("; ")}`, colour: "bad" };
}
