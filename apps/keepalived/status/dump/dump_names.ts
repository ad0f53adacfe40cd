import type { GlobalConfig } from "@keepalived/keepalived-config";
import { dumpPath } from "./dump_file.ts";

/** The files of the dumps. */
export type DumpNames = Readonly<
  Record<"parent" | "vrrp" | "check" | "bfd" | "stats" | "json", string>
>;

/**
 * Where each dump goes. `state_dump_file` moves those of the data: what it names is the file of the VRRP process, and the
 * others are beside it.
 */
export function dumpNames(
  { files, instanceName, netNamespace }: Pick<
    GlobalConfig,
    "files" | "instanceName" | "netNamespace"
  >,
  folder: string,
): DumpNames {
  const parts = files.dataUseInstance ? [netNamespace, instanceName] : [];
  const suffix = parts.map((part) => part === undefined ? "" : `_${part}`).join("");
  const stem = (files.stateDump ?? "keepalived").replace(/\.data$/, "");
  const data = (process: string) => dumpPath(folder, `${stem}${process}${suffix}.data`);
  return {
    parent: data("_parent"),
    vrrp: data(""),
    check: data("_check"),
    bfd: data("_bfd"),
    stats: dumpPath(folder, files.statsDump ?? `keepalived${suffix}.stats`),
    json: dumpPath(folder, files.jsonDump ?? `keepalived${suffix}.json`),
  };
}
