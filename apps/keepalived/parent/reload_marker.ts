import { chmodSync, rmSync, writeFileSync } from "node:fs";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { Log } from "../log.ts";
import { pidFolder, runFolder } from "../run_names.ts";

/** The marker file of `reload_file`, which is there while the configuration is read; undefined: none is wanted. */
export function markerOf({ reload, usePidDir }: GlobalConfig): string | undefined {
  const { markerFile } = reload;
  return markerFile === "" ? `${usePidDir ? pidFolder : runFolder}/keepalived.reload` : markerFile;
}

/** Does something while the marker file is there. */
export async function withMarker<T>(
  path: string | undefined,
  log: Log,
  act: () => Promise<T>,
): Promise<T> {
  if (path === undefined) return await act();
  try {
    writeFileSync(path, "");
    // Others look at it, whatever our mask.
    chmodSync(path, 0o644);
  } catch (error) {
    log("warning", `Cannot make reload_file: ${(error as Error).message}`);
    return await act();
  }
  try {
    return await act();
  } finally {
    rmSync(path, { force: true });
  }
}
