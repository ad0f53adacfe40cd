import type { Config, GlobalConfig } from "@keepalived/keepalived-config";

/**
 * One line for each setting that the daemon accepts and does not act on, so that nobody relies on it unknowingly.
 */
export function inactiveFeatures(config: Config): readonly string[] {
  const lines: string[] = [];
  if (
    config.global.linkbeatPolling || config.linkbeatInterfaces.length > 0 ||
    config.instances.some((it) => it.linkbeatPolling)
  ) {
    lines.push("linkbeat: no interface is polled, netlink tells of the carrier of each");
  }
  if (config.global.files.configSaveDir !== undefined) {
    lines.push(
      "config_save_dir: no copies are kept; a reload logs what changed, and 'keepalived config diff' compares two files",
    );
  }
  lines.push(...withoutAgent(config.global));
  return lines;
}

/** What asks the daemon by ways that it does not have, and the ways that it has. */
function withoutAgent({ snmp, dbus }: Pick<GlobalConfig, "snmp" | "dbus">): readonly string[] {
  const { vrrp, checker, rfc2787, rfc6527, traps, socket } = snmp;
  const asked = vrrp || checker || rfc2787 || rfc6527 || traps || socket !== undefined;
  return [
    ...(asked ? [`SNMP: ${noSnmp}`] : []),
    ...(dbus.enabled
      ? [
        "enable_dbus: there is no D-Bus service; use the control socket and its commands, such as 'keepalived status', and notify scripts",
      ]
      : []),
  ];
}

/** Why SNMP is in vain, and what to use. */
export const noSnmp =
  "there is no SNMP agent; use metrics_address for values and notify scripts for traps";
