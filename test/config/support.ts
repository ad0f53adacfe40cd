import { readdirSync, readFileSync } from "node:fs";
import {
  type Diagnostic,
  diagnosticPrinter,
  loadConfig,
  type LoadedConfig,
  type LoadOptions,
  type VrrpInstanceConfig,
} from "@keepalived/keepalived-config";

/** Loads a text as `a.conf`, beside files that it may include. */
export function load(
  text: string,
  options: Partial<LoadOptions> = {},
  files: Readonly<Record<string, string>> = {},
): LoadedConfig {
  const all: Readonly<Record<string, string>> = { ...files, "a.conf": text };
  return loadConfig(
    (pattern) => {
      const found = all[pattern];
      return found === undefined ? [] : [{ path: pattern, text: found }];
    },
    "a.conf",
    { hostName: "low.example", ...options },
  );
}

/** `LINE:COLUMN code` of each finding. */
export function found(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

/** What an operator sees. */
export function printed({ diagnostics, sources }: LoadedConfig): string[] {
  return diagnostics.map(diagnosticPrinter(sources));
}

/** An instance that is complete, with more lines in it. */
export function instance(lines = "", name = "A", id = 51): string {
  return `vrrp_instance ${name} {\n  interface eth0\n  virtual_router_id ${id}\n${lines}\n}\n`;
}

/** The only instance of a text, or a failure. */
export function only(result: LoadedConfig): VrrpInstanceConfig {
  const [first] = result.config?.instances ?? [];
  if (first === undefined) throw new Error(printed(result).join("\n"));
  return first;
}

/** One file of `testdata` with the row of its index. */
export type Sample = {
  readonly file: string;
  readonly text: string;
  readonly configId: string;
  readonly interfaces: ReadonlySet<string>;
  /** Exit status of the C daemon's test, 2.4.3. */
  readonly status: number;
  readonly complaints: string;
};

/** The files of a folder of `testdata`, with what the C daemon says about them. */
export function samples(folder: "confs" | "confs-bad"): Sample[] {
  const base = new URL(`testdata/${folder}/`, import.meta.url);
  const rows = readFileSync(new URL("INDEX.tsv", base), "utf8").trim().split("\n").slice(1);
  const listed = rows.map((row) => {
    const [file = "", , args = "", interfaces = "", , status = "", complaints = ""] = row.split(
      "\t",
    );
    return {
      file,
      text: readFileSync(new URL(file, base), "utf8"),
      configId: /-i (\S+)/.exec(args)?.[1] ?? "host",
      interfaces: new Set([...interfaces.split(","), "lo"]),
      status: Number(status),
      complaints,
    };
  });
  const there = readdirSync(base).filter((name) => name.endsWith(".conf"));
  if (there.length !== listed.length) throw new Error(`INDEX.tsv of ${folder} is not complete`);
  return listed;
}
