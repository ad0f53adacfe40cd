import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** A folder for files of the daemons, which is removed when this program ends, by a signal too. */
export const workFolder: string = mkdtempSync(join(tmpdir(), "keepalived-bench-"));

process.on("exit", () => rmSync(workFolder, { recursive: true, force: true }));
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.once(signal, () => process.exit(status));
}
