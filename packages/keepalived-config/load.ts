import {
  collector,
  type Diagnostic,
  type Loader,
  parse,
  type Parsed,
} from "@keepalived/conf-parser";
import type { Report, Sources } from "@keepalived/conf-parser";
import { bind, type Body, grammar } from "./bind.ts";
import { checkInstances } from "./check.ts";
import { applyGroups } from "./tracking/group_rules.ts";
import {
  readGarpGroups,
  readInterfaceDelays,
  readLinkbeat,
} from "./tracking/interface_settings.ts";
import { absentInterfaces, checkDevices, missingInterfaces } from "./missing_interfaces.ts";
import { resolveSyncDaemon } from "./lvs/sync_daemon.ts";
import { readTlsClient } from "./lvs/tls_client.ts";
import { resolveVirtualServers } from "./lvs/virtual_server.ts";
import type { Config, VrrpInstanceConfig } from "./model.ts";
import { mergeGlobals, readGlobal } from "./read_global.ts";
import { readTrackers, trackableOf } from "./tracking/trackers.ts";
import { type InstanceContext, resolveInstance } from "./resolve_instance.ts";
import { readRouting } from "./routing/routing.ts";
import { routingNames } from "./routing/names.ts";
import { readStaticAddresses } from "./static_address.ts";
import { readSyncGroups } from "./tracking/sync_groups.ts";

export type LoadOptions = {
  /** What `@ID` lines are compared with; default: the host name up to its first dot. */
  readonly configId?: string;
  readonly hostName: string;
  /** For `${_ENV NAME}`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For `${_RANDOM}`: asked only if a file draws a number without a `random_seed`. */
  readonly seed?: () => number;
  /** Every failure of an include is an error. */
  readonly strictIncludes?: boolean;
  /** Given: interfaces that do not exist are reported. */
  readonly interfaceExists?: (name: string) => boolean;
  /** The longest packet of an interface; where it says nothing, 1500 bytes. */
  readonly mtuOf?: (name: string) => number | undefined;
  /** Finds the files in which iproute2 keeps names (`/etc/iproute2/rt_tables`); without: those that it brings. */
  readonly nameFiles?: Loader;
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
  return {
    config,
    root,
    diagnostics: sortDiagnostics(list, parsed.sources),
    sources: parsed.sources,
  };
}

function resolve(root: Body, options: LoadOptions, report: Report): Config {
  const globals = mergeGlobals(root, report);
  const own = readGlobal(root, globals, options.hostName, report);
  const absent = absentInterfaces(own, options.interfaceExists);
  const missing = missingInterfaces(root, own, absent);
  const trackers = readTrackers(root, report);
  const trackable = trackableOf(trackers, missing);
  const groupNames = new Set(trackers.trackGroups.map(({ name }) => name));
  const { iprouteUsrDir: usr, iprouteEtcDir: etc } = own.files;
  const names = routingNames(options.nameFiles, { usr, etc });
  const routing = readRouting(root, { names, trackGroups: groupNames, missing, report });
  const mtuOf = options.mtuOf ?? (() => undefined);
  const context = { global: own, report, trackable, routes: routing.of, mtuOf, names };
  const alone = checkInstances(resolveInstances(root, context), report);
  const syncGroups = readSyncGroups(root, { global: own, trackable, instances: alone, report });
  const instances = applyGroups(alone, syncGroups, report);
  const global = resolveSyncDaemon(own, instances, globals, report);
  const staticAddresses = readStaticAddresses(root, global, groupNames, report);
  const interfaceDelays = readInterfaceDelays(root, instances, absent, report);
  const garpGroups = readGarpGroups(root, missing, report);
  const linkbeatInterfaces = readLinkbeat(root, missing, report);
  const virtualServers = resolveVirtualServers(root, global, trackers, report);
  const tlsClient = readTlsClient(root, report);
  checkDevices(root, missing, report);
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
    staticRoutes: routing.static.routes,
    staticRules: routing.static.rules,
    syncGroups,
    ...trackers,
    interfaceDelays,
    garpGroups,
    linkbeatInterfaces,
    virtualServers,
    ...(tlsClient === undefined ? {} : { tlsClient }),
    present,
  };
}

function resolveInstances(root: Body, context: InstanceContext): VrrpInstanceConfig[] {
  const { report } = context;
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
    const instance = resolveInstance(statement, context);
    if (instance !== undefined) instances.push(instance);
  }
  return instances;
}

/** By file in the order of reading, line and column; equal places keep their order. */
export function sortDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
): readonly Diagnostic[] {
  const ranks = new Map([...sources.keys()].map((file, rank) => [file, rank]));
  const rank = ({ at }: Diagnostic) => ranks.get(at.file) ?? 0;
  return diagnostics.toSorted((a, b) =>
    rank(a) - rank(b) || a.at.line - b.at.line || a.at.column - b.at.column
  );
}
