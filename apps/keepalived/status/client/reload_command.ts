import type { Command } from "../../config/arguments.ts";
import { complain, print } from "../../print.ts";
import type { ReloadReport } from "../premises.ts";
import { clientStatus } from "./exit.ts";
import { CLIENT_NOTES, openDaemon, SOCKET_OPTIONS } from "./socket_option.ts";

/** `keepalived reload [--dry-run]` */
export const RELOAD: Command = {
  name: "reload",
  operands: [],
  summary: "Has the daemon read its configuration again, and says what that changes",
  options: [
    { name: "dry-run", short: "n", help: "Only say what would change" },
    ...SOCKET_OPTIONS,
  ],
  notes: CLIENT_NOTES,
  run: async (given) => {
    const dryRun = given.has("dry-run");
    using daemon = await openDaemon(given);
    const report = await daemon.ask<ReloadReport>("reload", { dryRun });
    await complain(report.problems.map((problem) => `${problem}\n`).join(""));
    await print(report.changes.map((change) => `${change}\n`).join(""));
    if (report.refusal !== undefined) {
      await complain(`Refused: ${report.refusal}\n`);
      return clientStatus.refused;
    }
    if (report.changes.length === 0) await print("Nothing is different\n");
    else if (dryRun) await print("Nothing was done: this was a dry run\n");
    return clientStatus.ok;
  },
};
