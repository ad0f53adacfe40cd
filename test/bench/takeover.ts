import { setTimeout as sleep } from "node:timers/promises";
import { configurationOf, type Contender, Daemon, virtualAddress } from "./contenders.ts";
import { type Lab, masterAddress, ownAddress } from "./lab.ts";
import type { Wire } from "./wire.ts";

/** One takeover. All in microseconds. */
export type Takeover = {
  /** From the dead master's last advertisement to the backup's first one, less the time that the backup must wait. */
  readonly lateUs: number;
  /** From the backup's first advertisement to the address on its interface. Negative: the address came first. */
  readonly addressUs: number;
  /** From the backup's first advertisement to its first gratuitous ARP. */
  readonly announcedUs: number;
};

const backupPriority = 100;

/** A master dies, and a backup that has never been master takes over. */
export async function measureTakeover(
  lab: Lab,
  pair: Pair,
  intervalMs: number,
): Promise<Takeover> {
  return await failOver(lab, pair, {
    intervalMs,
    measure: () => takeoverOf(lab.wire, intervalMs),
  });
}

/** Who dies and who takes over: the former should be the same program for all of the latter. */
export type Pair = { readonly master: Contender; readonly backup: Contender };

export type FailoverOptions<Result> = {
  readonly intervalMs: number;
  /** Whether both run before all ordinary processes. */
  readonly realTime?: boolean;
  /** Called when both run: an advertisement of the master follows before it dies. */
  readonly prepare?: () => void;
  /** Called right before the master dies. */
  readonly cut?: () => void;
  /** Called when the backup has taken over and all that has been seen is told. */
  readonly measure: () => Result;
};

/** Starts a master and a backup, ends the master as a power failure would, and measures what was seen. */
export async function failOver<Result>(
  { master: masterHost, own: ownHost, wire }: Lab,
  { master, backup }: Pair,
  { intervalMs, realTime = false, prepare, cut, measure }: FailoverOptions<Result>,
): Promise<Result> {
  wire.clear();
  const dying = await Daemon.start(
    masterHost,
    master,
    configurationOf({ state: "MASTER", priority: 255, intervalMs, realTime }),
  );
  let taking: Daemon | undefined;
  try {
    await dying.explain(wire.until(() => wire.adverts.length > 0, {
      what: `${master.name}'s first advert`,
    }));
    taking = await Daemon.start(
      ownHost,
      backup,
      configurationOf({ state: "BACKUP", priority: backupPriority, intervalMs, realTime }),
    );
    const daemon = taking;
    await daemon.explain(wire.until(() => daemon.log().includes("Entering BACKUP STATE"), {
      what: `${backup.name} to become a backup`,
    }));
    prepare?.();
    // From the first advertisement that it hears its timer runs as it should.
    const readyUs = Date.now() * 1000;
    await wire.until(() => wire.adverts.some(({ atUs }) => atUs > readyUs), {
      what: `${master.name} to go on`,
    });
    // Time to come to rest, and a moment between two advertisements that is another one each time.
    await sleep(300 + Math.random() * intervalMs);
    if (wire.advertsOf(ownAddress).length > 0) throw new Spoilt("took over while the master lived");
    cut?.();
    dying.crash();
    await daemon.explain(wire.until(() => wire.advertsOf(ownAddress).length > 0, {
      what: `${backup.name} to take over`,
    }));
    await wire.settle();
    return measure();
  } finally {
    dying.crash();
    taking?.crash();
  }
}

/** A run that measured nothing. */
export class Spoilt extends Error {}

function takeoverOf(wire: Wire, intervalMs: number): Takeover {
  const last = wire.advertsOf(masterAddress).at(-1);
  const first = wire.advertsOf(ownAddress)[0];
  const addition = wire.additions.find(({ address }) => address === virtualAddress);
  const announcement = wire.announcements.find(({ address }) => address === virtualAddress);
  if (!last || !first || !addition || !announcement) {
    throw new Spoilt("no advert, address or gratuitous ARP was seen");
  }
  if (first.atUs < last.atUs) throw new Spoilt("took over while the master lived");
  if (last.priority === 0) throw new Spoilt("the master resigned before it died");
  const announcedUs = announcement.atUs - first.atUs;
  return {
    lateUs: first.atUs - last.atUs - activeDownIntervalUs(intervalMs * 1000),
    // The monitor may be woken late; that the address is there is sure once it is announced.
    addressUs: Math.min(addition.atUs - first.atUs, announcedUs),
    announcedUs,
  };
}

/** Three intervals and the skew (RFC 9568 §6.1), not rounded. */
export function activeDownIntervalUs(intervalUs: number): number {
  return 3 * intervalUs + ((256 - backupPriority) * intervalUs) / 256;
}
