import type { GlobalConfig, SyncDaemon } from "../model_global.ts";
import { command, type Entries, flag, onOff, type Said, seconds, words } from "./entry.ts";
import { fifo } from "./fifo.ts";
import { bufferEntries, processEntries } from "./process.ts";

/** Keywords of `global_defs` for checkers, BFD, SNMP and DBus. */
export const GLOBAL_OTHERS: Entries<GlobalConfig> = {
  ...processEntries("checker"),
  smtp_alert_checker: (it) => onOff(it.smtp.alertChecker),
  no_checker_emails: (it) => onOff(it.smtp.noCheckerMails),
  checker_log_all_failures: (it) => onOff(it.lvs.logAllFailures),
  rs_init_notifies: (it) => onOff(it.lvs.realServerInitNotifies),
  lvs_timeouts: ({ lvs: { timeoutsS } }) => {
    const given = pairs({ tcp: timeoutsS.tcp, tcpfin: timeoutsS.tcpFin, udp: timeoutsS.udp });
    return words(...given);
  },
  lvs_flush: (it) => flag(it.lvs.flush),
  lvs_flush_on_stop: ({ lvs: { flushOnStop } }) =>
    flushOnStop === "virtual-services" ? words("VS") : flag(flushOnStop === "all"),
  lvs_sync_daemon: (it) => syncDaemon(it.lvs.syncDaemon),
  nftables_ipvs: (it) => words(it.firewall.nftablesIpvs),
  nftables_ipvs_priority: (it) => words(it.firewall.nftablesIpvsPriority),
  nftables_ipvs_start_fwmark: (it) => words(it.firewall.nftablesIpvsStartMark),
  lvs_notify_fifo: (it) => fifo(it.fifos.lvs),
  lvs_notify_fifo_script: (it) => command(it.fifos.lvs?.script),
  ...bufferEntries("lvs_netlink_cmd_rcv_bufs", (it) => it.lvs.commandBuffer),
  ...bufferEntries("lvs_netlink_monitor_rcv_bufs", (it) => it.lvs.monitorBuffer),

  ...processEntries("bfd"),

  snmp_socket: (it) => words(it.snmp.socket),
  enable_traps: (it) => flag(it.snmp.traps),
  enable_snmp_vrrp: (it) => flag(it.snmp.vrrp),
  enable_snmp_rfc: { never: "enable_snmp_rfcv2 and enable_snmp_rfcv3 say the same" },
  enable_snmp_rfcv2: (it) => flag(it.snmp.rfc2787),
  enable_snmp_rfcv3: (it) => flag(it.snmp.rfc6527),
  enable_snmp_checker: (it) => flag(it.snmp.checker),
  snmp_vs_stats_update_interval: (it) => words(seconds(it.snmp.virtualServerIntervalUs)),
  snmp_rs_stats_update_interval: (it) => words(seconds(it.snmp.realServerIntervalUs)),

  enable_dbus: (it) => flag(it.dbus.enabled),
  dbus_service_name: (it) => words(it.dbus.serviceName),
  dbus_no_interface_name: (it) => words(it.dbus.noInterfaceName),
};

/** A word and its value, for each that has one. */
function pairs(all: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)]
  );
}

function syncDaemon(one: SyncDaemon | undefined): readonly Said[] {
  if (one === undefined) return [];
  const { instance, id, maxLength, port, ttl, group } = one;
  const options = pairs({ inst: instance, id, maxlen: maxLength, port, ttl, group });
  return words(one.interface, ...options);
}
