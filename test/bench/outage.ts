import process from "node:process";
import type { MacAddress } from "@keepalived/ip-address";
import { parseArgs } from "@std/cli/parse-args";
import { Cable } from "./cable.ts";
import { Client } from "./client.ts";
import { type Contender, contenders, virtualAddress } from "./contenders.ts";
import { createLab, type Lab } from "./lab.ts";
import { circumstances, inMs, ratio, table } from "./report.ts";
import { inTurn } from "./rounds.ts";
import { summarize } from "./statistics.ts";

import { activeDownIntervalUs, failOver, Spoilt } from "./takeover.ts";

export const summary = "for how long a client cannot reach the address when the master dies";

const usage = `Usage: npm run bench -- outage [--runs N] [--interval MS]... [--realtime]

A client pings the virtual address each millisecond while its master dies: daemon killed, cable out. The backups are the
installed keepalived (C) and this one on Node and on Deno, in turn; the master is the installed one for all.
Takes about ten minutes. Needs root.

  --runs N       failovers of each at each interval (default 8, and 4 at 1000 ms)
  --interval MS  interval of the advertisements (default 1000, 100 and 10)
  --realtime     the daemons have real-time priority, and do not compete with whatever else the machine does
  --help         this text
`;

/** One failover as the client saw it. Microseconds. */
type Outage = {
  /** From the end of the time that the protocol makes a backup wait to its first advertisement, and gratuitous ARP. */
  readonly advertUs: number;
  readonly announcementUs: number;
  /** The same to the first ping that it answered. */
  readonly beyondUs: number;
  /** Pings that nobody answered. */
  readonly lost: number;
};

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    string: ["runs", "interval"],
    collect: ["interval"],
    boolean: ["realtime", "help"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const runs = options["runs"] === undefined ? undefined : Number(options["runs"]);
  const given = (options["interval"] as unknown as readonly string[] | undefined ?? []).map(Number);
  const intervals = given.length > 0 ? given : [1000, 100, 10];
  const realTime = options["realtime"] === true;
  const isWrong = (it: number | undefined) => it !== undefined && !(Number.isInteger(it) && it > 0);
  if (options._.length > 0 || [runs, ...intervals].some(isWrong)) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: outage needs root, for networks and packet capture\n");
    return 1;
  }
  process.stdout.write(`${circumstances(contenders)}\n`);
  const lab = await createLab();
  const client = await Client.open(lab.client, virtualAddress);
  const cable = new Cable(lab.network.bridge, "master");
  try {
    const rows: string[][] = [];
    for (const intervalMs of intervals) {
      const samples = await inTurn(
        contenders,
        runs ?? (intervalMs >= 1000 ? 4 : 8),
        (backup) => measure({ lab, client, cable }, backup, { intervalMs, realTime }),
      );
      rows.push(...rowsOf(samples).map((row) => [`${intervalMs} ms`, ...row]));
    }
    process.stdout.write(`${
      table(
        "First ping that the backup answered, after 3 intervals and the skew since the dead master's last advertisement. ms",
        [
          ...["interval", "daemon", "runs", "advert", "ARP", "ping p50", "min", "max"],
          ...["p50/C", "pings lost"],
        ],
        rows,
        2,
      )
    }\n`);
  } finally {
    cable.dispose();
    client.dispose();
    await lab.dispose();
  }
  return 0;
}

type Scene = { readonly lab: Lab; readonly client: Client; readonly cable: Cable };

async function measure(
  { lab, client, cable }: Scene,
  backup: Contender,
  settings: { readonly intervalMs: number; readonly realTime: boolean },
): Promise<Outage> {
  const master = contenders[0];
  if (master === undefined) throw new TypeError("No contenders");
  try {
    return await failOver(lab, { master, backup }, {
      ...settings,
      prepare: () => client.clear(),
      cut: () => cable.set(false),
      measure: () => outageOf(client, lab, settings.intervalMs),
    });
  } finally {
    cable.set(true);
  }
}

function outageOf(client: Client, { master, own }: Lab, intervalMs: number): Outage {
  const pings = [...client.pings.values()];
  const [masterMac, ownMac] = [master.mac, own.mac];
  const lastUs = client.adverts.findLast(({ sentBy }) => sentBy === masterMac)?.atUs;
  const first = pings.find(({ answeredBy }) => answeredBy === ownMac);
  const isOwn = ({ sentBy }: { readonly sentBy: MacAddress }) => sentBy === ownMac;
  const advertUs = client.adverts.find(isOwn)?.atUs;
  const announcementUs = client.announcements.find(isOwn)?.atUs;
  const seen = {
    "advert of the master": lastUs,
    "advert": advertUs,
    "announcement": announcementUs,
    "answer": first?.sentUs,
  };
  if (!lastUs || !first || !advertUs || !announcementUs) {
    const missing = Object.entries(seen).filter(([, atUs]) => atUs === undefined);
    throw new Spoilt(`no ${missing.map(([what]) => what).join(", no ")} was seen`);
  }
  if (advertUs < lastUs) throw new Spoilt("took over while the master lived");
  if (!pings.some(({ answeredBy }) => answeredBy === masterMac)) {
    throw new Spoilt("the client could not reach the master");
  }
  const dueUs = lastUs + activeDownIntervalUs(intervalMs * 1000);
  return {
    advertUs: advertUs - dueUs,
    announcementUs: announcementUs - dueUs,
    beyondUs: first.sentUs - dueUs,
    lost:
      pings.filter(({ sentUs, answeredBy }) => answeredBy === undefined && sentUs < first.sentUs)
        .length,
  };
}

function rowsOf(samples: ReadonlyMap<Contender, readonly Outage[]>): readonly string[][] {
  let base = NaN;
  return [...samples].map(([{ name }, of]) => {
    const { count, median, min, max } = summarize(of.map(({ beyondUs }) => beyondUs));
    base = Number.isNaN(base) ? median : base;
    const medianOf = (figure: (outage: Outage) => number) => summarize(of.map(figure)).median;
    return [
      ...[name, String(count)],
      ...[inMs(medianOf(({ advertUs }) => advertUs)), inMs(medianOf((it) => it.announcementUs))],
      ...[inMs(median), inMs(min), inMs(max), ratio(median, base)],
      String(medianOf(({ lost }) => lost)),
    ];
  });
}
