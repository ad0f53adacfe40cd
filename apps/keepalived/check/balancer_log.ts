import type { CheckerConfig } from "@keepalived/keepalived-config";
import type { PoolAction } from "@keepalived/lvs-pool";

type Told = Exclude<PoolAction, { readonly kind: "desired-changed" }>;

/** What operators read of something that happened to a virtual server, in the words of the C daemon. */
export function linesOf(action: Told, virtualServer: string): readonly string[] {
  switch (action.kind) {
    case "server-state":
      return serverLines(action, virtualServer);
    case "weight-changed": {
      const { name, up, from, to } = action;
      const state = up ? "active" : "inactive";
      return [
        `Changing weight from ${from} to ${to} for ${state} service ${name} of VS ${virtualServer}`,
      ];
    }
    case "quorum-state":
      return [...quorumLine(action, virtualServer), ...sorryLines(action, virtualServer)];
  }
}

function serverLines(
  { name, up, inhibit, cause }: Extract<Told, { readonly kind: "server-state" }>,
  virtualServer: string,
): readonly string[] {
  switch (cause) {
    case "started":
    case "first": // It was not there before either.
      return [];
    case "stopped":
      return [`Shutting down service ${name} from VS ${virtualServer}`];
    case "removed":
      return [`Removing service ${name} from VS ${virtualServer}`];
    default:
      if (inhibit) {
        return [`${up ? "Enabling" : "Disabling"} service ${name} of VS ${virtualServer}`];
      }
      return up
        ? [`Adding service ${name} to VS ${virtualServer}`]
        : [`Removing service ${name} from VS ${virtualServer}`];
  }
}

/** The checker that has something to say, and why it failed if it did. */
export type Speaker = {
  readonly kind: CheckerConfig["kind"];
  readonly failure: string | undefined;
};

/** How the C daemon's mails call a checker; those that it sends none of are called in the same way. */
const speakers: Readonly<Record<CheckerConfig["kind"], string>> = {
  tcp: "TCP CHECK",
  udp: "UDP CHECK",
  ping: "ICMP CHECK",
  dns: "DNS_CHECK:",
  misc: "MISC CHECK",
  file: "FILE CHECK",
  bfd: "BFD CHECK",
  http: "CHECK",
  smtp: "CHECK",
};

/** Why a server went up or down, for a mail; undefined if nobody found it out. */
export function serverMail(
  { up, cause }: Extract<Told, { readonly kind: "server-state" }>,
  speaker: Speaker | undefined,
): string | undefined {
  if (cause !== "checked" && cause !== "configured") return undefined;
  const who = speaker === undefined ? "CHECK" : speakers[speaker.kind];
  if (up) return `${who} ${speaker?.kind === "misc" ? "succeeded" : "succeed"} on service`;
  return `${who} failed on service${speaker === undefined ? "" : reasonOf(speaker)}`;
}

/** Only two kinds of checkers have one. */
function reasonOf({ kind, failure }: Speaker): string {
  if (kind === "http") return " : HTTP request failed";
  return kind === "smtp" && failure !== undefined ? ` : ${failure}` : "";
}

type QuorumState = Extract<Told, { readonly kind: "quorum-state" }>;

function quorumLine(action: QuorumState, virtualServer: string): readonly string[] {
  const text = quorumText(action);
  return text === undefined ? [] : [`${text} for VS ${virtualServer}`];
}

/** What became of the quorum, for a mail; undefined if it ends with the service. */
export function quorumMail(action: QuorumState): string | undefined {
  // Of the start the C daemon's log says something else than its mails.
  const gained = action.cause === "started" ? "Starting with quorum up" : "Gained quorum";
  return quorumText(action, gained);
}

function quorumText(action: QuorumState, gained = "Gained quorum"): string | undefined {
  const { up, weight, quorum, hysteresis, cause } = action;
  if (cause === "stopped" || cause === "removed") return undefined;
  return up
    ? `${gained} ${quorum}+${hysteresis}=${quorum + hysteresis} <= ${weight}`
    : `${
      cause === "started" ? "Starting with quorum down" : "Lost quorum"
    } ${quorum}-${hysteresis}=${quorum - hysteresis} > ${weight}`;
}

function sorryLines(action: QuorumState, virtualServer: string): readonly string[] {
  const { up, sorryServer, cause } = action;
  const isMoved = up ? cause !== "started" : cause !== "stopped" && cause !== "removed";
  if (sorryServer === undefined || !isMoved) return [];
  const { name, inhibit } = sorryServer;
  return up
    ? [
      `${inhibit ? "Disabling" : "Removing"} sorry server ${name} from VS ${virtualServer}`,
      `Adding alive servers to the pool for VS ${virtualServer}`,
    ]
    : [
      `${inhibit ? "Enabling" : "Adding"} sorry server ${name} to VS ${virtualServer}`,
      `Removing alive servers from the pool for VS ${virtualServer}`,
    ];
}
