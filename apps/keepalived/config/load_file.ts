import { hostname } from "node:os";
import { extname } from "node:path";
import process from "node:process";
import {
  checkForm,
  type Diagnostic,
  type Form,
  loadConfig,
  type LoadedConfig,
  type Loader,
  loadForm,
  type LoadOptions,
  readForm,
  type Sources,
} from "@keepalived/keepalived-config";
import { interfaceIndex, interfaceMtu } from "@keepalived/linux";
import { loadFiles } from "../config_files.ts";
import type { Placed } from "./place_yaml.ts";
import { Witness } from "./witness.ts";

/** The languages of configuration files. */
export type Language = "conf" | "yaml" | "json";

/** The language of a file, by its name: `.yaml`, `.yml` and `.json` are plain data, all others keepalived.conf. */
export function languageOf(file: string): Language {
  switch (extname(file).toLowerCase()) {
    case ".yaml":
    case ".yml":
      return "yaml";
    case ".json":
      return "json";
    default:
      return "conf";
  }
}

/** How a file is read. */
export type Reading = {
  /** What `@ID` lines are compared with; default: the host name up to its first dot. */
  readonly configId: string | undefined;
  /** Whether what the file names must be there on this machine. */
  readonly machine: boolean;
  /** Whether every missing include is an error. */
  readonly strictIncludes?: boolean;
  /** Told all that the reading asks of the world. */
  readonly witness?: Witness;
};

/** The configuration of a file in any language; for this machine without what cannot run there. */
export async function loadFile(file: string, reading: Reading): Promise<LoadedConfig> {
  const witness = reading.witness ?? new Witness();
  const loaded = await loadAnyFile(file, reading, witness);
  if (!reading.machine) return loaded;
  const { checkMachine } = await import("../config_machine.ts");
  const { thisMachine } = await import("../machine/machine.ts");
  return checkMachine(loaded, {
    ...thisMachine,
    userOf: witness.of(thisMachine.userOf),
    groupIdOf: witness.of(thisMachine.groupIdOf),
    realPath: witness.of(thisMachine.realPath),
    status: witness.of(thisMachine.status),
  });
}

async function loadAnyFile(
  file: string,
  reading: Reading,
  witness: Witness,
): Promise<LoadedConfig> {
  const load = witness.of(loadFiles);
  const options = optionsOf(reading, load, witness);
  if (languageOf(file) === "conf") return loadConfig(load, file, options);
  const { node, diagnostics, sources } = await readData(load, file);
  if (node === undefined) return { config: undefined, root: undefined, diagnostics, sources };
  const loaded = loadForm(node, options, sources);
  return { ...loaded, diagnostics: [...diagnostics, ...loaded.diagnostics] };
}

/** A file in any language as plain data. */
export async function readFileForm(file: string, reading: Reading): Promise<Form> {
  if (languageOf(file) === "conf") {
    return readForm(loadFiles, file, optionsOf(reading, loadFiles, new Witness()));
  }
  const { node, diagnostics, sources } = await readData(loadFiles, file);
  if (node === undefined) return { data: undefined, diagnostics, sources };
  const form = checkForm(node, sources);
  return { ...form, diagnostics: [...diagnostics, ...form.diagnostics] };
}

function optionsOf(
  { configId, machine, strictIncludes = false }: Reading,
  load: Loader,
  witness: Witness,
): LoadOptions {
  return {
    hostName: witness.of(hostname)(),
    // Nobody changes that of a process.
    environment: process.env as Readonly<Record<string, string>>,
    seed: witness.of(() => Date.now() >>> 0),
    nameFiles: load,
    strictIncludes,
    ...(configId === undefined ? {} : { configId }),
    ...(machine
      ? {
        interfaceExists: witness.of((name) => interfaceIndex(name) !== undefined),
        mtuOf: witness.of(interfaceMtu),
      }
      : {}),
  };
}

/** A YAML or JSON file. The library for it is loaded only if one is read. */
async function readData(
  load: Loader,
  file: string,
): Promise<Placed & { readonly sources: Sources }> {
  const [found] = load(file, undefined);
  if (found === undefined || "error" in found) {
    const diagnostic: Diagnostic = {
      severity: "error",
      code: "no-configuration",
      message: `Unable to read configuration file '${file}': ${found?.error ?? "not found"}`,
      at: { file, line: 1, column: 1, length: 1 },
    };
    return { node: undefined, diagnostics: [diagnostic], sources: new Map() };
  }
  const { placeYaml } = await import("./place_yaml.ts");
  return { ...placeYaml(file, found.text), sources: new Map([[file, found.text]]) };
}
