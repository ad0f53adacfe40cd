/**
 * The keepalived daemon: one program, several roles.
 *
 * @module
 */

import process from "node:process";
import { ExitError, exitStatus } from "./exit_status.ts";
import { ownRole } from "./self.ts";

/** Runs this process's role and returns its exit status. Each role loads only its own modules. */
async function main(): Promise<number> {
  switch (ownRole()) {
    case "launcher":
      return await (await import("./launcher.ts")).runLauncher(process.argv.slice(2));
    case "parent":
      return await (await import("./parent/main.ts")).runParent(
        process.argv.slice(2),
        tellLauncher,
      );
    case "check":
      return await (await import("./check/main.ts")).runCheck();
    case "bfd":
      return await (await import("./bfd/main.ts")).runBfd();
    case "vrrp":
      return await (await import("./vrrp/main.ts")).runVrrp();
  }
}

/** The daemon runs: the launcher waits for anything on this pipe, and goes. */
function tellLauncher(): void {
  process.stdout.on("error", () => {}); // The launcher was ended meanwhile.
  process.stdout.write("running\n");
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof ExitError) {
    if (!error.told) process.stderr.write(`keepalived: ${error.message}\n`);
    process.exitCode = error.status;
  } else {
    process.stderr.write(`keepalived: internal error: ${(error as Error)?.stack ?? error}\n`);
    process.exitCode = exitStatus.internal;
  }
}
process.exit();
