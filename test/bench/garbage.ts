import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { type Contender, contenders } from "./contenders.ts";
import { type Flooded, floodOf } from "./flood.ts";
import { circumstances, table } from "./report.ts";

export const summary = "what malformed and unwanted packets do at 20,000 a second";

const usage = `Usage: npm run bench -- garbage [--seconds N] [--rate N]

Sends garbage to a MASTER and a BACKUP: advertisements that are cut off, changed, forged or random, as fast as a network
can. Says whether a takeover came of it, how long the logs are, how much of it was refused and how much the kernel
dropped, and what processor time it took. The daemons are the installed keepalived (C), whose counts are not asked for,
and this one on Node and on Deno. Needs root.

  --seconds N  how long (default 30)
  --rate N     packets per second (default 20000)
  --help       this text
`;

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], { string: ["seconds", "rate"], boolean: ["help"] });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const [seconds, perSecond] = [options["seconds"] ?? 30, options["rate"] ?? 20_000].map(Number);
  if (options._.length > 0 || !seconds || !perSecond || !(seconds > 0) || !(perSecond > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: garbage needs root, for networks and raw packets\n");
    return 1;
  }
  process.stdout.write(`${circumstances(contenders)}\n`);
  const results: [Contender, Flooded][] = [];
  for (const contender of contenders) {
    results.push([contender, await floodOf(contender, { seconds, perSecond })]);
  }
  process.stdout.write(`${report(results)}\n`);
  // The C daemon's changes are a result; ours would be a defect.
  return results.every(([{ name }, it]) => name === "C" || it.stateChanges === 0) ? 0 : 1;
}

function report(results: readonly (readonly [Contender, Flooded])[]): string {
  const rows = results.map(([{ name }, it]) => {
    const { counts } = it;
    return [
      ...[name, String(it.sent), String(it.stateChanges), it.logLines.join(" + ")],
      ...it.shares.map((share) => `${(100 * share).toFixed(0)} %`),
      ...(counts === undefined
        ? []
        : [counts.accepted, counts.refused, counts.dropped, counts.missing].map(String)),
    ];
  });
  return table(
    "Garbage. Log lines and processor of a (MASTER) and b (BACKUP); what became of it at b; missing: what nobody counts",
    [
      "daemon",
      "packets",
      "state changes",
      "lines",
      "cpu a",
      "cpu b",
      "valid",
      "refused",
      "dropped",
      "missing",
    ],
    rows,
    1,
  );
}
