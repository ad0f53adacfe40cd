import { setTimeout as sleep } from "node:timers/promises";
import { configurationOf, type Contender, Daemon } from "./contenders.ts";
import { type Lab, ownAddress } from "./lab.ts";
import { Load } from "./load.ts";
import { drift, intervalDeviations } from "./statistics.ts";

/** How regularly a master sends. All in microseconds. */
export type Lateness = {
  /** Of each interval between two advertisements from the configured one, early or late. */
  readonly deviationsUs: readonly number[];
  /** By how much the average interval is too long. */
  readonly driftUs: number;
};

export type LatenessOptions = {
  readonly intervalMs: number;
  readonly durationMs: number;
  /** Whether every processor has other work to do meanwhile. */
  readonly busy: boolean;
};

/** Watches a master that has nothing else to do. */
export async function measureLateness(
  { own, wire }: Lab,
  contender: Contender,
  { intervalMs, durationMs, busy }: LatenessOptions,
): Promise<Lateness> {
  wire.clear();
  const daemon = await Daemon.start(
    own,
    contender,
    configurationOf({ state: "MASTER", priority: 255, intervalMs }),
  );
  let load: Load | undefined;
  try {
    await daemon.explain(wire.until(() => wire.advertsOf(ownAddress).length > 0, {
      what: `${contender.name}'s first advert`,
    }));
    if (busy) load = new Load(durationMs + 5_000);
    await sleep(1_500); // Past the start, and the gratuitous ARPs.
    wire.clear();
    await sleep(durationMs);
    await wire.settle();
    const timesUs = wire.advertsOf(ownAddress).map(({ atUs }) => atUs);
    const intervalUs = intervalMs * 1000;
    return {
      deviationsUs: intervalDeviations(timesUs, intervalUs),
      driftUs: drift(timesUs, intervalUs),
    };
  } finally {
    load?.[Symbol.dispose]();
    daemon.crash();
  }
}
