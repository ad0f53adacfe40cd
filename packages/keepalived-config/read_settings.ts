import type { Report } from "@keepalived/conf-parser";
import type { Body, Statement } from "./bind.ts";
import { commandOf, defined, flagOf, has, last, numberOf, textOf } from "./body.ts";
import type { Fifo, GlobalConfig, Identity, Secret, Trust, WebhookConfig } from "./model_global.ts";

/** Who runs scripts, and those at start and stop. */
export function readScripts(body: Body): GlobalConfig["scripts"] {
  return {
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
  };
}

function readIdentity(body: Body): Identity | undefined {
  const user = textOf(body, "script_user");
  const group = textOf(body, "script_user", 1);
  if (user === undefined) return undefined;
  return group === undefined ? { user } : { user, group };
}

/** FIFOs for state changes. */
export function readFifos(body: Body): GlobalConfig["fifos"] {
  return {
    writeStatesOnReload: flagOf(body, "fifo_write_vrrp_states_on_reload") ?? false,
    ...defined({
      all: readFifo(body, "notify_fifo"),
      vrrp: readFifo(body, "vrrp_notify_fifo"),
      lvs: readFifo(body, "lvs_notify_fifo"),
    }),
  };
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

/** Alert mails. */
export function readSmtp(body: Body, report: Report): GlobalConfig["smtp"] {
  return {
    recipients: (body.statements.get("notification_email") ?? [])
      .flatMap(({ body: { lines } }) => lines)
      .flatMap(({ words }) => words.map(({ text }) => text)),
    connectTimeoutUs: readMailTimeout(body, report),
    noFaults: has(body, "no_email_faults"),
    noCheckerMails: flagOf(body, "no_checker_emails") ?? false,
    tls: tlsOf(textOf(body, "smtp_tls")),
    trust: readTrust(body, "smtp_"),
    ...defined({
      user: textOf(body, "smtp_user"),
      password: secretOf(textOf(body, "smtp_password")),
      from: textOf(body, "notification_email_from"),
      server: readServer(body),
      heloName: textOf(body, "smtp_helo_name"),
      alert: flagOf(body, "smtp_alert"),
      alertVrrp: flagOf(body, "smtp_alert_vrrp"),
      alertChecker: flagOf(body, "smtp_alert_checker"),
    }),
  };
}

function tlsOf(text: string | undefined): "off" | "starttls" | "tls" {
  return text === "starttls" || text === "tls" ? text : "off";
}

function readTrust(body: Body, prefix: string): Trust {
  return {
    verify: flagOf(body, `${prefix}verify_certificate`) ?? true,
    ...defined({ caFile: textOf(body, `${prefix}ca`) }),
  };
}

function secretOf(text: string): Secret;
function secretOf(text: string | undefined): Secret | undefined;
function secretOf(text: string | undefined): Secret | undefined {
  if (text?.startsWith("file:") === true) return { file: text.slice("file:".length) };
  return text === undefined ? undefined : { text };
}

/** How scripts are run, and who else is told. */
export function readNotify(body: Body, report: Report): GlobalConfig["notify"] {
  const blocks = new Map(
    (body.statements.get("notify_webhook") ?? []).map((it) => [String(it.values[0]), it]),
  );
  return {
    coalesce: flagOf(body, "notify_coalesce") ?? false,
    webhooks: [...blocks.values()].flatMap((it) => readWebhook(it, report) ?? []),
    ...defined({ timeoutUs: numberOf(body, "notify_timeout") }),
  };
}

function readWebhook(
  { values, words, body }: Statement,
  report: Report,
): WebhookConfig | undefined {
  const url = String(values[0]);
  if (!/^https?:\/\/[^/?#\s]+/i.test(url)) {
    const message = `notify_webhook: '${url}' is no http:// or https:// URL`;
    report({ severity: "error", code: "invalid-value", message, at: (words[1] ?? words[0]).at });
    return undefined;
  }
  return {
    url,
    timeoutUs: numberOf(body, "timeout") ?? 5_000_000,
    retries: numberOf(body, "retry") ?? 5,
    headers: (body.statements.get("header") ?? []).map(({ values: [name, value] }) => ({
      name: String(name),
      value: secretOf(String(value)),
    })),
    trust: readTrust(body, ""),
  };
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

/** Files that the daemon writes and reads. */
export function readFiles(body: Body): GlobalConfig["files"] {
  return {
    dataUseInstance: has(body, "data_use_instance"),
    jsonVersion: jsonVersionOf(numberOf(body, "json_version")),
    ...defined({
      configSaveDir: textOf(body, "config_save_dir"),
      tmpConfigDirectory: textOf(body, "tmp_config_directory"),
      stateDump: textOf(body, "state_dump_file"),
      statsDump: textOf(body, "stats_dump_file"),
      jsonDump: textOf(body, "json_dump_file"),
      iprouteUsrDir: textOf(body, "iproute_usr_dir"),
      iprouteEtcDir: textOf(body, "iproute_etc_dir"),
    }),
  };
}

function jsonVersionOf(version: number | undefined): 1 | 2 | 3 {
  return version === 2 || version === 3 ? version : 1;
}

/** Where the daemon answers who asks. */
export function readDesk(body: Body): GlobalConfig["desk"] {
  const socket = textOf(body, "control_socket");
  const address = textOf(body, "metrics_address");
  return {
    control: socket === "off"
      ? "off"
      : defined({ path: socket, group: textOf(body, "control_group") }),
    ...defined({
      metricsAddress: address === undefined
        ? undefined
        : { address, port: numberOf(body, "metrics_address", 1) ?? 9650 },
      metricsSocket: textOf(body, "metrics_socket"),
    }),
  };
}

/** How and when to reload. */
export function readReload(body: Body): GlobalConfig["reload"] {
  return {
    repeat: has(body, "reload_repeat"),
    ...defined({
      checkLog: has(body, "reload_check_config")
        ? textOf(body, "reload_check_config") ?? "/dev/null"
        : undefined,
      timeFile: textOf(body, "reload_time_file"),
      markerFile: has(body, "reload_file") ? textOf(body, "reload_file") ?? "" : undefined,
    }),
  };
}

/** AgentX. */
export function readSnmp(body: Body): GlobalConfig["snmp"] {
  const rfc = has(body, "enable_snmp_rfc");
  const serverStats = numberOf(body, "snmp_vs_stats_update_interval") ?? 5_000_000;
  return {
    traps: has(body, "enable_traps"),
    vrrp: has(body, "enable_snmp_vrrp"),
    rfc2787: rfc || has(body, "enable_snmp_rfcv2"),
    rfc6527: rfc || has(body, "enable_snmp_rfcv3"),
    checker: has(body, "enable_snmp_checker"),
    virtualServerIntervalUs: serverStats,
    realServerIntervalUs: numberOf(body, "snmp_rs_stats_update_interval") ?? serverStats,
    ...defined({ socket: textOf(body, "snmp_socket") }),
  };
}

/** The system bus. */
export function readDbus(body: Body): GlobalConfig["dbus"] {
  return {
    enabled: has(body, "enable_dbus"),
    serviceName: textOf(body, "dbus_service_name") ?? "org.keepalived.Vrrp1",
    ...defined({ noInterfaceName: textOf(body, "dbus_no_interface_name") }),
  };
}
