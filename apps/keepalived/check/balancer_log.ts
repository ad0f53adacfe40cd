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

type QuorumState = Extract<Told, { readonly kind: "quorum-state" }>;

function quorumLine(action: QuorumState, virtualServer: string): readonly string[] {
  const { up, weight, quorum, hysteresis, cause } = action;
  if (cause === "stopped" || cause === "removed") return [];
  const text = up
    ? `Gained quorum ${quorum}+${hysteresis}=${quorum + hysteresis} <= ${weight}`
    : `${
      cause === "started" ? "Starting with quorum down" : "Lost quorum"
    } ${quorum}-${hysteresis}=${quorum - hysteresis} > ${weight}`;
  return [`${text} for VS ${virtualServer}`];
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
