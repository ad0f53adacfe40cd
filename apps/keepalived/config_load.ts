import {
  type Diagnostic,
  diagnosticPrinter,
  type LoadedConfig,
} from "@keepalived/keepalived-config";
import { loadFile } from "./config/load_file.ts";
import { defaultConfigFile } from "./config_files.ts";
import { inactiveFeatures } from "./inactive.ts";
import type { Options } from "./options.ts";

/** Reads the configuration that the command line names. */
export function loadOf(options: Options): Promise<LoadedConfig> {
  const reading = { configId: options.value("configId"), machine: true };
  return loadFile(configFileOf(options), reading);
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
