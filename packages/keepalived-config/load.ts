import {
  collector,
  type Diagnostic,
  type Loader,
  parse,
  type Parsed,
} from "@keepalived/conf-parser";
import type { Report, Sources } from "@keepalived/conf-parser";
import { bind, type Body, grammar } from "./bind.ts";
import { checkInstances, checkInterfaces, checkOthers, checkReferences } from "./check.ts";
import { resolveSyncDaemon } from "./lvs/sync_daemon.ts";
import { readTlsClient } from "./lvs/tls_client.ts";
import { resolveVirtualServers } from "./lvs/virtual_server.ts";
import type { Config, VrrpInstanceConfig } from "./model.ts";
import type { GlobalConfig } from "./model_global.ts";
import { mergeGlobals, readGlobal } from "./read_global.ts";
import { resolveInstance } from "./resolve_instance.ts";
import { readStaticAddresses } from "./static_address.ts";

export type LoadOptions = {
  /** What `@ID` lines are compared with; default: the host name up to its first dot. */
  readonly configId?: string;
  readonly hostName: string;
  /** For `${_ENV NAME}`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For `${_RANDOM}`. */
  readonly seed?: number;
  /** Every failure of an include is an error. */
  readonly strictIncludes?: boolean;
  /** Given: interfaces that do not exist are reported. */
  readonly interfaceExists?: (name: string) => boolean;
};

export type LoadedConfig = {
  /** Undefined only if the main file cannot be read; what is wrong in it is left out and reported. */
  readonly config: Config | undefined;
  /** The statements that it comes from; undefined if there is no configuration. */
  readonly root: Body | undefined;
  /** In the order of file and line. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that were read, for `diagnosticPrinter`. */
  readonly sources: Sources;
};

/**
 * Reads keepalived.conf with all that it includes into one resolved configuration.
 *
 * Total: whatever the files hold there is a result, and a list of what is wrong with them. Each mistake is named once.
 */
export function loadConfig(load: Loader, mainFile: string, options: LoadOptions): LoadedConfig {
  const parsed = parseConf(load, mainFile, options);
  if (parsed.sources.size > 0) return loadTree(parsed, options);
  const { diagnostics, sources } = parsed;
  return { config: undefined, root: undefined, diagnostics, sources };
}

/** The tree of a file with all that it includes. If the file itself cannot be read, there are no sources. */
export function parseConf(load: Loader, mainFile: string, options: LoadOptions): Parsed {
  const configId = options.configId ?? options.hostName.split(".", 1)[0] ?? "";
  return parse(mainFile, load, { ...options, configId, grammar });
}

/** Resolves a tree, which need not come from a file in the language of keepalived.conf. */
export function loadTree(parsed: Parsed, options: LoadOptions): LoadedConfig {
  const { list, report } = collector([...parsed.diagnostics]);
  const root = bind(parsed.entries, report);
  const config = resolve(root, options, report);
  return { config, root, diagnostics: inOrder(list, parsed.sources), sources: parsed.sources };
}

function resolve(root: Body, options: LoadOptions, report: Report): Config {
  const globals = mergeGlobals(root, report);
  const own = readGlobal(root, globals, options.hostName, report);
  const instances = checkInstances(resolveInstances(root, own, report), report);
  const global = resolveSyncDaemon(own, instances, globals, report);
  const staticAddresses = readStaticAddresses(root, global, report);
  const virtualServers = resolveVirtualServers(root, global, report);
  const tlsClient = readTlsClient(root, report);
  checkReferences(root, report);
  checkOthers(root, report);
  const { interfaceExists } = options;
  if (interfaceExists !== undefined) checkInterfaces(root, global, interfaceExists, report);
  const some = (...names: string[]) => names.some((name) => root.statements.has(name));
  const present = {
    vrrp: some(
      "vrrp_instance",
      "static_ipaddress",
      "static_routes",
      "static_rules",
    ),
    checker: some("virtual_server"),
    bfd: some("bfd_instance"),
  };
  return {
    global,
    instances,
    staticAddresses,
    virtualServers,
    ...(tlsClient === undefined ? {} : { tlsClient }),
    present,
  };
}

function resolveInstances(root: Body, global: GlobalConfig, report: Report): VrrpInstanceConfig[] {
  const seen = new Set<string>();
  const instances: VrrpInstanceConfig[] = [];
  for (const statement of root.statements.get("vrrp_instance") ?? []) {
    const name = String(statement.values[0]);
    if (seen.has(name)) {
      const message = `vrrp instance ${name} already defined`;
      const at = statement.words[1]?.at ?? statement.words[0].at;
      report({ severity: "error", code: "duplicate-name", message, at });
      continue;
    }
    seen.add(name);
    const instance = resolveInstance(statement, global, report);
    if (instance !== undefined) instances.push(instance);
  }
  return instances;
}

/** By file in the order of reading, line and column; equal places keep their order. */
function inOrder(diagnostics: readonly Diagnostic[], sources: Sources): readonly Diagnostic[] {
  const ranks = new Map([...sources.keys()].map((file, rank) => [file, rank]));
  const rank = ({ at }: Diagnostic) => ranks.get(at.file) ?? 0;
  return diagnostics.toSorted((a, b) =>
    rank(a) - rank(b) || a.at.line - b.at.line || a.at.column - b.at.column
  );
}
