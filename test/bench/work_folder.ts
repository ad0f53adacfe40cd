import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

let folder: string | undefined;

/** A folder for files of the daemons. It goes when this program ends, by a signal too. */
export function workFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), "keepalived-bench-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    process.once(signal, () => process.exit(status));
  }
  folder = made;
  return made;
}
