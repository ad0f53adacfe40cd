import { detectionTimeUs } from "@keepalived/bfd-fsm";
import type { BfdSession } from "../../bfd/bfd_session.ts";
import { bfdDiagnostic, bfdState } from "../../names.ts";
import type { Counters } from "../../vrrp/counters.ts";
import type { BfdEndSnapshot, BfdSessionSnapshot, BfdSnapshot } from "./bfd_snapshot.ts";
import { type Moment, seconds, unixTime } from "./moment.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";

/** Everything in the BFD process that a snapshot tells of. */
export type BfdSources = {
  readonly sessions: readonly Pick<
    BfdSession,
    "config" | "state" | "counters" | "changedAtUs" | "problem" | "localDiscriminator"
  >[];
  readonly faults: Counters;
};

/** The BFD process as it is now. */
export function bfdSnapshot(
  { sessions, faults }: BfdSources,
  process: ProcessSnapshot,
  moment: Moment,
): BfdSnapshot {
  return {
    process,
    sessions: sessions.map((it) => sessionOf(it, moment)),
    discarded: faults.toJSON(),
  };
}

function sessionOf(source: BfdSources["sessions"][number], moment: Moment): BfdSessionSnapshot {
  const { config, state, counters, changedAtUs, problem } = source;
  const { name, neighborAddress, sourceAddress, multihop, passive } = config;
  const { heardAtUs, polls } = state;
  return {
    name,
    neighbor: neighborAddress,
    ...sourceAddress !== undefined && { source: sourceAddress },
    multihop,
    passive,
    ...endsOf(source),
    changedAt: unixTime(moment, changedAtUs),
    ...heardAtUs !== null && { heardAt: unixTime(moment, heardAtUs) },
    polling: polls > 0,
    ...problem !== undefined && { problem },
    counters: {
      sent: counters.get("sent"),
      received: counters.get("received"),
      becameUp: counters.get("up"),
      becameDown: counters.get("down"),
    },
  };
}

function endsOf(
  { config, state, localDiscriminator }: BfdSources["sessions"][number],
): Pick<BfdSessionSnapshot, "local" | "remote"> {
  const { kind, diagnostic, remote, desiredTxUs, requiredRxUs } = state;
  const desiredUs = kind === "up" ? config.desiredMinTxIntervalUs : config.idleTxIntervalUs;
  const isHeard = remote.discriminator !== 0;
  const intervalUs = Math.max(desiredTxUs, remote.requiredMinRxIntervalUs);
  const local: BfdEndSnapshot = {
    state: bfdState(kind),
    discriminator: localDiscriminator,
    diagnostic: bfdDiagnostic(diagnostic),
    desiredMinTxS: seconds(desiredUs),
    requiredMinRxS: seconds(config.requiredMinRxIntervalUs),
    detectMult: config.detectMult,
    intervalS: seconds(intervalUs),
    detectionTimeS: seconds(
      detectionTimeUs(remote.detectMult, requiredRxUs, remote.desiredMinTxIntervalUs),
    ),
  };
  if (!isHeard) return { local };
  return {
    local,
    remote: {
      state: bfdState(remote.state),
      discriminator: remote.discriminator,
      diagnostic: bfdDiagnostic(remote.diagnostic),
      desiredMinTxS: seconds(remote.desiredMinTxIntervalUs),
      requiredMinRxS: seconds(remote.requiredMinRxIntervalUs),
      detectMult: remote.detectMult,
      intervalS: seconds(Math.max(remote.desiredMinTxIntervalUs, requiredRxUs)),
      detectionTimeS: seconds(config.detectMult * intervalUs),
      demand: remote.demand,
    },
  };
}
