import type { Config, LoadedConfig } from "@keepalived/keepalived-config";
import { share } from "@keepalived/reconcile";
import { Witness } from "./config/witness.ts";
import { loadOf, problemsOf } from "./config_load.ts";
import type { Options } from "./options.ts";

/** What a reading of the configuration comes to. */
export type ReadConfig = Pick<LoadedConfig, "config" | "diagnostics"> & {
  /** Whether there was anything to read. */
  readonly found: boolean;
  /** As text, those of what this version leaves aside too. */
  readonly problems: readonly string[];
};

/** Reads the configuration of the command line, again and again. */
export class ConfigReader {
  readonly #options: Options;
  #last: { readonly witness: Witness; readonly read: ReadConfig } | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * The configuration as it is now.
   *
   * If all that the last reading looked at is what it was, byte for byte, that one holds, and nothing is parsed.
   *
   * @param running what of it is the same is the same object: see {@linkcode share}
   */
  async read(running?: Config): Promise<ReadConfig> {
    if (this.#last?.witness.isAsItWas() === true) return this.#last.read;
    const witness = new Witness();
    const loaded = await loadOf(this.#options, witness);
    const { config, diagnostics, sources } = loaded;
    const problems = problemsOf(loaded);
    const read = {
      config: share(running, config),
      diagnostics,
      found: sources.size > 0,
      problems,
    };
    this.#last = { witness, read };
    return read;
  }
}
