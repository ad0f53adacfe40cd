import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { contenders } from "./contenders.ts";
import { circumstances } from "./report.ts";
import { runReal } from "./soak_real.ts";
import { runVirtual } from "./soak_virtual.ts";

export const summary =
  "whether memory stays what it is, over hours of virtual time or minutes of real time";

const usage = `Usage: npm run bench -- soak --virtual [--hours N] [--seed N]
       npm run bench -- soak --minutes N

In virtual time: runs a network of virtual routers, with a fault every minute or so: reloads, partitions, crashes. Each
advertisement is encoded and decoded. Prints what the machines and the heap hold after each hour; ten take a few seconds.

In real time: runs a pair of daemons on Node and one on Deno, with sync groups and trackers, and has something happen
every few seconds: scripts, files, processes and cables fail and recover, the configuration is reloaded. Prints the heap
and the memory of each process after each minute, and how fast they grow. Needs root.

  --virtual    in virtual time
  --hours N    virtual hours (default 10)
  --seed N     which network and which faults (default 5)
  --minutes N  in real time, for so long
  --help       this text
`;

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    boolean: ["virtual", "help"],
    string: ["hours", "seed", "minutes"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const [hours, seed] = [Number(options["hours"] ?? 10), Number(options["seed"] ?? 5)];
  const minutes = options["minutes"] === undefined ? undefined : Number(options["minutes"]);
  if (options["virtual"] === true && minutes === undefined && hours > 0 && Number.isInteger(seed)) {
    return runVirtual(hours, seed);
  }
  if (options["virtual"] === true || minutes === undefined || !(minutes > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: soak --minutes needs root, for networks\n");
    return 1;
  }
  process.stdout.write(`${circumstances(contenders.filter(({ name }) => name !== "C"))}\n`);
  return await runReal(minutes);
}
