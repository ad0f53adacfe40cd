import { clip, type Report } from "@keepalived/conf-parser";
import { addStatement, type Body, type Statement } from "./bind.ts";
import { defined, has, last, numberOf, textOf } from "./body.ts";
import type { GlobalConfig, ProcessConfig } from "./model_global.ts";
import {
  readDbus,
  readDesk,
  readFifos,
  readFiles,
  readNotify,
  readReload,
  readScripts,
  readSmtp,
  readSnmp,
} from "./read_settings.ts";
import { readFirewall, readLvs } from "./read_lvs.ts";
import { readVrrpDefaults } from "./read_vrrp_defaults.ts";
import { readValue } from "./value.ts";

/** All `global_defs` blocks as one: a later keyword beats an earlier one. */
export function mergeGlobals(root: Body, report: Report): Body {
  const statements = new Map<string, Statement[]>();
  const order: Statement[] = [];
  for (const { body } of root.statements.get("global_defs") ?? []) {
    for (const statement of body.order) {
      addStatement(statements, order, statement, { report, subject: "" });
    }
  }
  return { statements, order, lines: [], dropped: new Set() };
}

/** Reads the keywords of `global_defs` (as one body) and those outside all blocks. */
export function readGlobal(
  root: Body,
  body: Body,
  hostName: string,
  report: Report,
): GlobalConfig {
  checkIncludeWords(body, report);
  return {
    routerId: textOf(body, "router_id") ?? hostName,
    namespaceWithIpsets: has(root, "namespace_with_ipsets"),
    usePidDir: ["use_pid_dir", "net_namespace", "instance"].some((name) => has(root, name)),
    childWaitTimeUs: numberOf(root, "child_wait_time") ?? 5_000_000,
    linkbeatPolling: has(root, "linkbeat_use_polling"),
    processNames: has(body, "process_names"),
    processes: {
      vrrp: readProcess(body, "vrrp", report),
      checker: readProcess(body, "checker", report),
      bfd: readProcess(body, "bfd", report),
    },
    maxAutoPriority: has(body, "max_auto_priority") ? numberOf(body, "max_auto_priority") ?? 99 : 0,
    minAutoPriorityDelayUs: numberOf(body, "min_auto_priority_delay") ?? 1_000_000,
    umask: readUmask(body, report),
    scripts: readScripts(body),
    fifos: readFifos(body),
    smtp: readSmtp(body, report),
    notify: readNotify(body, report),
    files: readFiles(body),
    desk: readDesk(body),
    reload: readReload(body),
    defaultInterface: textOf(body, "default_interface") ?? "eth0",
    dynamicInterfaces: !has(body, "dynamic_interfaces")
      ? "no"
      : textOf(body, "dynamic_interfaces") === undefined
      ? "yes"
      : "allow-changes",
    disableLocalIgmp: has(body, "disable_local_igmp"),
    vrrp: readVrrpDefaults(body, report),
    firewall: readFirewall(body),
    lvs: readLvs(body, report),
    snmp: readSnmp(body),
    dbus: readDbus(body),
    ...defined({
      netNamespace: textOf(root, "net_namespace"),
      netNamespaceIpvs: has(root, "net_namespace_ipvs")
        ? textOf(root, "net_namespace_ipvs") ?? ""
        : undefined,
      instanceName: textOf(root, "instance"),
      parentName: textOf(body, "process_name"),
      randomSeed: numberOf(body, "random_seed"),
    }),
  };
}

/** `[+|-]read|match|wildcard_match|brace_match …` */
function checkIncludeWords(body: Body, report: Report): void {
  for (const { words } of body.statements.get("include_check") ?? []) {
    for (const { text, at } of words.slice(1)) {
      if (/^[+-]?(read|match|wildcard_match|brace_match)?$/.test(text)) continue;
      const message = `Unknown include_check type '${clip(text)}' - ignoring`;
      const hint = "read, match, wildcard_match or brace_match";
      report({ severity: "error", code: "unknown-option", message, at, hint });
    }
  }
}

/** CPUs that the kernel can count. */
const MOST_CPUS = 8192;

function readProcess(
  body: Body,
  process: "vrrp" | "checker" | "bfd",
  report: Report,
): ProcessConfig {
  const name = textOf(body, `${process}_process_name`);
  const cpus = new Set<number>();
  for (const { words } of body.statements.get(`${process}_cpu_affinity`) ?? []) {
    for (const { text, at } of words.slice(1)) {
      const read = readValue({ kind: "integer", min: 0, max: MOST_CPUS - 1 }, text);
      if (read.ok) cpus.add(Number(read.value));
      else {
        const message = `${process}_cpu_affinity: ${read.message}`;
        report({ severity: "error", code: read.code, message, at });
      }
    }
  }
  return {
    nice: numberOf(body, `${process}_priority`) ?? 0,
    noSwap: has(body, `${process}_no_swap`),
    realTimePriority: numberOf(body, `${process}_rt_priority`) ?? 0,
    cpuAffinity: [...cpus],
    rlimitRttimeUs: numberOf(body, `${process}_rlimit_rttime`) ?? 10_000,
    ...defined({ name }),
  };
}

/** Bits of the names that `umask` takes; the classes stand for three each. */
const MODES: Readonly<Record<string, number>> = {
  IRWXU: 0o700,
  IRUSR: 0o400,
  IWUSR: 0o200,
  IXUSR: 0o100,
  IRWXG: 0o070,
  IRGRP: 0o040,
  IWGRP: 0o020,
  IXGRP: 0o010,
  IRWXO: 0o007,
  IROTH: 0o004,
  IWOTH: 0o002,
  IXOTH: 0o001,
};

function readUmask(body: Body, report: Report): number {
  const fallback = 0o177;
  const words = last(body, "umask")?.words.slice(1) ?? [];
  const [first] = words;
  if (first === undefined) return fallback;
  const text = words.map((word) => word.text).join("");
  if (/^0?[0-7]{1,3}$/.test(text)) return Number.parseInt(text, 8);
  const names = text.split("|");
  if (names.every((name) => Object.hasOwn(MODES, name))) {
    return names.reduce((mask, name) => mask | (MODES[name] ?? 0), 0);
  }
  report({
    severity: "error",
    code: "invalid-value",
    message: `invalid umask value ${
      text.slice(0, 60)
    } (range 0 to 0777, or names as IWGRP | IWOTH)`,
    at: first.at,
  });
  return fallback;
}
