import type { BfdSessionSnapshot, BfdSnapshot } from "../snapshot/bfd_snapshot.ts";
import { type Family, family } from "./exposition.ts";

/** The numbers of the states, as on the wire (RFC 5880 §4.1). */
const stateNumbers = { AdminDown: 0, Down: 1, Init: 2, Up: 3 } as const;

/** BFD sessions. */
export function bfdMetrics({ sessions, discarded }: BfdSnapshot): readonly Family[] {
  const labels = (it: BfdSessionSnapshot) => ({ session: it.name, neighbor: it.neighbor });
  const of = (
    head: Omit<Family, "samples">,
    value: (it: BfdSessionSnapshot) => number | boolean | undefined,
  ) => family(head, sessions, labels, value);
  const counter = (name: string, help: string, key: keyof BfdSessionSnapshot["counters"]) =>
    of({ name: `keepalived_bfd_session_${name}`, type: "counter", help }, (it) => it.counters[key]);
  return [
    of(
      {
        name: "keepalived_bfd_session_state",
        type: "gauge",
        help: "State of a session: 0 AdminDown, 1 Down, 2 Init, 3 Up",
      },
      ({ local }) => stateNumbers[local.state],
    ),
    of(
      {
        name: "keepalived_bfd_session_since_seconds",
        type: "gauge",
        unit: "seconds",
        help: "When it entered the state, in Unix time",
      },
      ({ changedAt }) => changedAt,
    ),
    of(
      {
        name: "keepalived_bfd_session_heard_seconds",
        type: "gauge",
        unit: "seconds",
        help: "When the neighbour was last heard, in Unix time",
      },
      ({ heardAt }) => heardAt,
    ),
    of(
      {
        name: "keepalived_bfd_session_interval_seconds",
        type: "gauge",
        unit: "seconds",
        help: "Time between packets that are sent, as agreed",
      },
      ({ local }) => local.intervalS,
    ),
    of(
      {
        name: "keepalived_bfd_session_detection_time_seconds",
        type: "gauge",
        unit: "seconds",
        help: "Silence after which the session is down",
      },
      ({ local, remote }) => remote === undefined ? undefined : local.detectionTimeS,
    ),
    counter("packets_sent", "Control packets sent", "sent"),
    counter("packets_received", "Control packets that counted", "received"),
    counter("became_up", "How often it came up", "becameUp"),
    counter("became_down", "How often it went down", "becameDown"),
    family(
      {
        name: "keepalived_bfd_discarded_packets",
        type: "counter",
        help: "Datagrams that did not count, and why, over all sessions",
      },
      Object.entries(discarded),
      ([reason]) => ({ reason }),
      ([, count]) => count,
    ),
  ];
}
