import {
  type Config,
  type Diagnostic,
  diagnosticPrinter,
  type LoadedConfig,
} from "@keepalived/keepalived-config";
import { loadFile } from "./config/load_file.ts";
import type { Witness } from "./config/witness.ts";
import { defaultConfigFile } from "./config_files.ts";
import { inactiveFeatures } from "./inactive.ts";
import type { Options } from "./options.ts";

/**
 * Reads the configuration that the command line names, with what the command line decides itself.
 *
 * @param witness told all that the reading asks of the world
 */
export async function loadOf(options: Options, witness?: Witness): Promise<LoadedConfig> {
  const loaded = await loadFile(configFileOf(options), {
    configId: options.value("configId"),
    machine: true,
    strictIncludes: options.count("strictIncludes") > 0,
    ...(witness === undefined ? {} : { witness }),
  });
  const { config } = loaded;
  return config === undefined ? loaded : { ...loaded, config: withOptions(config, options) };
}

function withOptions(config: Config, options: Options): Config {
  const netNamespace = options.value("namespace");
  const umask = umaskOf(options);
  const global = {
    ...config.global,
    ...(netNamespace === undefined ? {} : { netNamespace, usePidDir: true }),
    ...(umask === undefined ? {} : { umask }),
  };
  return { ...config, global };
}

/** The mask of the command line as C reads numbers: `022`, `0x12`, `18`. Undefined: none, or none that can be meant. */
export function umaskOf(options: Options): number | undefined {
  const word = options.value("umask") ?? "";
  const mask = /^0[0-7]*$/.test(word)
    ? Number.parseInt(word, 8)
    : /^(0x[0-9a-f]+|[1-9]\d*)$/i.test(word)
    ? Number(word)
    : NaN;
  return mask <= 0o777 ? mask : undefined;
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
