import { clip, type Report } from "@keepalived/conf-parser";
import { addStatement, type Body, type Statement } from "./bind.ts";
import { commandOf, defined, flagOf, has, last, numberOf, textOf } from "./body.ts";
import type { Fifo, GlobalConfig, Identity, NetlinkBuffer, ProcessConfig } from "./model_global.ts";
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
  return { statements, order, lines: [] };
}

/** Reads the keywords of `global_defs` (as one body) and those outside all blocks. */
export function readGlobal(
  root: Body,
  body: Body,
  hostName: string,
  report: Report,
): GlobalConfig {
  checkIncludeWords(body, report);
  const alert = flagOf(body, "smtp_alert");
  const rfc = has(body, "enable_snmp_rfc");
  const serverStats = numberOf(body, "snmp_vs_stats_update_interval") ?? 5_000_000;
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
    maxAutoPriority: has(body, "max_auto_priority") ? numberOf(body, "max_auto_priority") ?? -1 : 0,
    minAutoPriorityDelayUs: numberOf(body, "min_auto_priority_delay") ?? 1_000_000,
    umask: readUmask(body, report),
    scripts: {
      security: has(body, "enable_script_security"),
      symlinkPaths: flagOf(body, "use_symlink_paths") ?? false,
      supplementaryGroups: flagOf(body, "set_supplementary_groups") ?? false,
      startupTimeoutUs: numberOf(body, "startup_script_timeout") ?? 10_000_000,
      shutdownTimeoutUs: numberOf(body, "shutdown_script_timeout") ?? 10_000_000,
      ...defined({
        user: readIdentity(body),
        startup: commandOf(body, "startup_script"),
        shutdown: commandOf(body, "shutdown_script"),
      }),
    },
    fifos: {
      writeStatesOnReload: flagOf(body, "fifo_write_vrrp_states_on_reload") ?? false,
      ...defined({
        all: readFifo(body, "notify_fifo"),
        vrrp: readFifo(body, "vrrp_notify_fifo"),
        lvs: readFifo(body, "lvs_notify_fifo"),
      }),
    },
    smtp: {
      recipients: (body.statements.get("notification_email") ?? [])
        .flatMap(({ body: { lines } }) => lines)
        .flatMap(({ words }) => words.map(({ text }) => text)),
      connectTimeoutUs: readMailTimeout(body, report),
      noFaults: has(body, "no_email_faults"),
      noCheckerMails: flagOf(body, "no_checker_emails") ?? false,
      ...defined({
        from: textOf(body, "notification_email_from"),
        server: readServer(body),
        heloName: textOf(body, "smtp_helo_name"),
        alert,
        alertVrrp: flagOf(body, "smtp_alert_vrrp"),
        alertChecker: flagOf(body, "smtp_alert_checker"),
      }),
    },
    files: {
      dataUseInstance: has(body, "data_use_instance"),
      jsonVersion: numberOf(body, "json_version") === 2 ? 2 : 1,
      ...defined({
        configSaveDir: textOf(body, "config_save_dir"),
        tmpConfigDirectory: textOf(body, "tmp_config_directory"),
        stateDump: textOf(body, "state_dump_file"),
        statsDump: textOf(body, "stats_dump_file"),
        jsonDump: textOf(body, "json_dump_file"),
        iprouteUsrDir: textOf(body, "iproute_usr_dir"),
        iprouteEtcDir: textOf(body, "iproute_etc_dir"),
      }),
    },
    reload: {
      repeat: has(body, "reload_repeat"),
      ...defined({
        checkLog: has(body, "reload_check_config")
          ? textOf(body, "reload_check_config") ?? "/dev/null"
          : undefined,
        timeFile: textOf(body, "reload_time_file"),
        markerFile: has(body, "reload_file") ? textOf(body, "reload_file") ?? "" : undefined,
      }),
    },
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
    snmp: {
      traps: has(body, "enable_traps"),
      vrrp: has(body, "enable_snmp_vrrp"),
      rfc2787: rfc || has(body, "enable_snmp_rfcv2"),
      rfc6527: rfc || has(body, "enable_snmp_rfcv3"),
      checker: has(body, "enable_snmp_checker"),
      virtualServerIntervalUs: serverStats,
      realServerIntervalUs: numberOf(body, "snmp_rs_stats_update_interval") ?? serverStats,
      ...defined({ socket: textOf(body, "snmp_socket") }),
    },
    dbus: {
      enabled: has(body, "enable_dbus"),
      serviceName: textOf(body, "dbus_service_name") ?? "org.keepalived.Vrrp1",
      ...defined({ noInterfaceName: textOf(body, "dbus_no_interface_name") }),
    },
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

function readIdentity(body: Body): Identity | undefined {
  const user = textOf(body, "script_user");
  const group = textOf(body, "script_user", 1);
  if (user === undefined) return undefined;
  return group === undefined ? { user } : { user, group };
}

function readServer(body: Body): { host: string; port: number } | undefined {
  const host = textOf(body, "smtp_server");
  if (host === undefined) return undefined;
  return { host, port: numberOf(body, "smtp_server", 1) ?? 25 };
}

/** No time at all becomes a second. */
function readMailTimeout(body: Body, report: Report): number {
  const timeoutUs = numberOf(body, "smtp_connect_timeout") ?? 30_000_000;
  const at = last(body, "smtp_connect_timeout")?.words[1]?.at;
  if (timeoutUs > 0 || at === undefined) return timeoutUs;
  const message = "smtp_connect_timeout must be greater than 0, setting to 1";
  report({ severity: "warning", code: "adjusted", message, at });
  return 1_000_000;
}

function readFifo(body: Body, name: string): Fifo | undefined {
  if (!has(body, name) && !has(body, `${name}_script`)) return undefined;
  return defined<Required<Fifo>>({
    path: textOf(body, name),
    user: textOf(body, name, 1),
    group: textOf(body, name, 2),
    script: commandOf(body, `${name}_script`),
  });
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

/** A netlink buffer: `NAME_bufs BYTES` and `NAME_bufs_force`. */
export function readBuffer(body: Body, name: string): NetlinkBuffer {
  return { bytes: numberOf(body, name) ?? 0, force: flagOf(body, `${name}_force`) ?? false };
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
