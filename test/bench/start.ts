import { setTimeout as sleep } from "node:timers/promises";
import { configurationOf, type Contender, Daemon } from "./contenders.ts";
import { type Lab, ownAddress } from "./lab.ts";
import { type DaemonMemory, memoryOf } from "./memory.ts";

/** How a daemon begins. */
export type Start = {
  /** From the execution of the program to the first advertisement of a virtual router that is master at once. */
  readonly firstAdvertUs: number;
  /** Of parent and child, some seconds later; only if it was asked for. */
  readonly memory: DaemonMemory | undefined;
};

/** Starts an address owner, which must not wait for anything. */
export async function measureStart(
  { own, wire }: Lab,
  contender: Contender,
  { withMemory }: { readonly withMemory: boolean },
): Promise<Start> {
  wire.clear();
  const daemon = await Daemon.start(
    own,
    contender,
    configurationOf({ state: "MASTER", priority: 255, intervalMs: 1000 }),
  );
  try {
    await daemon.explain(wire.until(() => wire.advertsOf(ownAddress).length > 0, {
      what: `${contender.name}'s first advert`,
    }));
    const firstUs = wire.advertsOf(ownAddress)[0]?.atUs ?? NaN;
    if (withMemory) await sleep(settledMs);
    return {
      firstAdvertUs: firstUs - daemon.startedUs,
      memory: withMemory ? memoryOf(daemon.pid) : undefined,
    };
  } finally {
    daemon.crash();
  }
}

/** Time for a runtime to give back what only its start needed. */
const settledMs = 4_000;
