import { collector, type Diagnostic, type Loader, type Report } from "@keepalived/conf-parser";
import type { Sources } from "@keepalived/conf-parser";
import { bind } from "../bind.ts";
import { type LoadedConfig, type LoadOptions, loadTree, parseConf } from "../load.ts";
import type { PlainStatement } from "../plain.ts";
import { dataOf } from "./data_of.ts";
import { type DataNode, type DataObject, placeData } from "./data.ts";
import { entriesOf } from "./entries_of.ts";
import { entriesOfPlain } from "./plain_entries.ts";
import { printEntries } from "./print_entries.ts";

/** A configuration as plain data, keyed by keyword. */
export type Form = {
  /** Undefined only if the file cannot be read. What is wrong in it is left out and reported. */
  readonly data: DataObject | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
};

/**
 * keepalived.conf as plain data: includes read, definitions and repetitions replaced, conditions decided.
 *
 * Keywords and types are checked, but not what goes with what: that is for `loadConfig`.
 */
export function readForm(load: Loader, mainFile: string, options: LoadOptions): Form {
  const { entries, diagnostics, sources } = parseConf(load, mainFile, options);
  if (sources.size === 0) return { data: undefined, diagnostics, sources };
  const { list, report } = collector([...diagnostics]);
  const data = dataOf(bind(entries, report));
  return { data, diagnostics: list, sources };
}

/** Plain data as the tables know it: present names, numbers and booleans as such, one order. */
export function checkForm(node: DataNode, sources: Sources = new Map()): Form {
  const { list, report } = collector();
  const data = dataOf(bind(entriesOf(node, report), report));
  return { data, diagnostics: list, sources };
}

/** Statements of our own code as plain data. */
export function formOfStatements(statements: readonly PlainStatement[]): Form {
  const { list, report } = collector();
  const data = dataOf(bind(entriesOfPlain(statements), report));
  return { data, diagnostics: list, sources: new Map() };
}

/** The configuration that plain data stands for. */
export function loadForm(
  node: DataNode,
  options: LoadOptions,
  sources: Sources = new Map(),
): LoadedConfig {
  const { list, report } = collector();
  const entries = entriesOf(node, report);
  return loadTree({ entries, diagnostics: list, sources }, options);
}

/**
 * The text of keepalived.conf that plain data stands for.
 *
 * @throws {RangeError} if the data is not as `readForm` and `checkForm` return it
 */
export function printForm(data: DataObject): string {
  const refuse: Report = ({ severity, message, at }) => {
    if (severity === "error") throw new RangeError(`${at.file}: ${message}`);
  };
  return printEntries(entriesOf(placeData(data, "data"), refuse));
}
