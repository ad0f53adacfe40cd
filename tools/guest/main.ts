/**
 * Runs a command in a throw-away guest kernel that has IPVS; `tools/guest/run` starts it.
 *
 * Exit status: that of the command; 124 for a time-out, 125 if there is no guest, 2 for wrong options.
 */

import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { GuestError, guestFailed, runInGuest } from "./guest.ts";

const usage = `Usage: tools/guest/run [OPTION]... -- COMMAND [ARGUMENT]...

Boots a guest kernel with IPVS over this machine's file tree, runs COMMAND as root in the
current folder and environment, and powers off. Output and exit status are those of COMMAND.
What it writes is gone afterwards, but for writable folders. The guest has no network but lo.

  --memory MB         of the guest (1024)
  --timeout SECONDS   after which it is ended, with status 124 (600)
  --writable FOLDER   what is written there stays; may be repeated
  --backend uml|qemu  default: uml, and qemu if that does not boot
  --verbose           the kernel's console on standard error
  --help              this text
`;

async function main(args: readonly string[]): Promise<number> {
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  let unknown: string | undefined;
  const options = parseArgs(args.slice(0, split), {
    string: ["memory", "timeout", "backend", "writable"],
    boolean: ["verbose", "help"],
    collect: ["writable"],
    unknown: (argument) => unknown = argument,
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const command = args.slice(split + 1);
  const memoryMb = Number(options["memory"] ?? 1024);
  const timeoutS = Number(options["timeout"] ?? 600);
  const { backend } = options as { readonly backend?: string };
  const isRight = command.length > 0 && unknown === undefined && options._.length === 0 &&
    memoryMb >= 64 && timeoutS > 0 && (backend ?? "uml").match(/^(uml|qemu)$/) !== null;
  if (!isRight) {
    process.stderr.write(usage);
    return 2;
  }
  return await runInGuest({
    command,
    memoryMb,
    timeoutS,
    writable: (options["writable"] ?? []) as readonly string[],
    ...backend !== undefined && { backend: backend as "uml" | "qemu" },
    verbose: options["verbose"] === true,
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof GuestError)) throw error;
  process.stderr.write(`guest: ${error.message}\n`);
  process.exitCode = guestFailed;
}
