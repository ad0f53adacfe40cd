import { hostname } from "node:os";
import process from "node:process";
import {
  type Diagnostic,
  diagnosticPrinter,
  loadConfig,
  type LoadedConfig,
} from "@keepalived/keepalived-config";
import { interfaceIndex } from "@keepalived/linux";
import { defaultConfigFile, loadFiles } from "./config_files.ts";
import { inactiveFeatures } from "./inactive.ts";
import type { Options } from "./options.ts";

/** Reads the configuration that the command line names. */
export function loadOf(options: Options): LoadedConfig {
  const configId = options.value("configId");
  return loadConfig(loadFiles, configFileOf(options), {
    hostName: hostname(),
    environment: process.env as Readonly<Record<string, string>>,
    interfaceExists: (name) => interfaceIndex(name) !== undefined,
    seed: Date.now() >>> 0,
    ...(configId === undefined ? {} : { configId }),
  });
}

/** The main configuration file of this run. */
export function configFileOf(options: Options): string {
  return options.value("file") ?? defaultConfigFile;
}

/** Every problem of a configuration as text: diagnostics with their place, then what this version leaves aside. */
export function problemsOf(loaded: LoadedConfig): readonly string[] {
  const print = diagnosticPrinter(loaded.sources);
  const inactive = loaded.config === undefined ? [] : inactiveFeatures(loaded.config);
  return [...loaded.diagnostics.map((diagnostic) => print(diagnostic)), ...inactive];
}

/** `2 errors, 1 warning`; undefined if there is nothing to say. */
export function summaryOf(diagnostics: readonly Diagnostic[]): string | undefined {
  const parts = (["error", "warning", "deprecation"] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? "" : "s"}`];
  });
  return parts.length === 0 ? undefined : parts.join(", ");
}
