import {
  boolean,
  choice,
  clamped,
  command,
  decimalSeconds,
  integer,
  type Keyword,
  keyword,
  optional,
  rest,
  word,
} from "./keyword.ts";

/** Keywords of `global_defs` for checkers, BFD, SNMP and DBus. */
export const GLOBAL_OTHERS: readonly Keyword[] = [
  keyword(
    "checker",
    "checker_process_name",
    [word("NAME", 15)],
    "Name shown for the checker process",
    { default: "keepalived" },
  ),
  keyword("checker", "lvs_process_name", [word("NAME", 15)], "Old name", {
    aliasOf: "checker_process_name",
    deprecated: {
      message: 'Keyword "lvs_process_name" is deprecated - please use "checker_process_name"',
      quiet: true,
    },
  }),
  keyword("bfd", "bfd_process_name", [word("NAME", 15)], "Name shown for the BFD process", {
    default: "keepalived",
  }),
  keyword(
    "checker",
    "smtp_alert_checker",
    [boolean()],
    "Default smtp_alert for virtual and real servers",
    { default: "unset" },
  ),
  keyword(
    "checker",
    "checker_log_all_failures",
    [boolean()],
    "Log each failed probe, not only the one that takes a server down",
    { default: "off" },
  ),
  keyword(
    "checker",
    "lvs_timeouts",
    [rest("[tcp N] [tcpfin N] [udp N]")],
    "IPVS connection timeouts, restored at exit",
    { default: "kernel values", missing: "lvs_timeouts requires at least one option" },
  ),
  keyword("checker", "lvs_flush", [], "Clear the whole IPVS table at start (not reload)", {
    default: "off",
  }),
  keyword(
    "checker",
    "lvs_flush_on_stop",
    [optional(choice("VS"))],
    "At stop flush the IPVS table at once; VS = only delete configured virtual services rather than each real server",
    { default: "off" },
  ),
  keyword("checker", "lvs_flush_onstop", [optional(choice("VS"))], "Old name", {
    aliasOf: "lvs_flush_on_stop",
    deprecated: {
      message: 'Keyword "lvs_flush_onstop" is deprecated - please use "lvs_flush_on_stop"',
      quiet: true,
    },
  }),
  keyword(
    "checker",
    "lvs_sync_daemon",
    [rest("IFNAME [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]")],
    "IPVS connection sync daemon, master/backup following a VRRP instance when given",
    { default: "off", once: true, missing: "lvs_sync_daemon requires interface" },
  ),
  keyword("checker", "checker_priority", [integer(-20, 19)], "nice value of the checker process", {
    default: "0 (unchanged)",
  }),
  keyword("checker", "checker_no_swap", [], "Lock the checker process in memory", {
    default: "off",
  }),
  keyword(
    "checker",
    "checker_rt_priority",
    [clamped(1, 99)],
    "SCHED_RR priority of the checker process",
    { default: "0 (off)" },
  ),
  keyword("checker", "checker_cpu_affinity", [rest("CPU...")], "Bind the checker process to CPUs"),
  keyword(
    "checker",
    "checker_rlimit_rttime",
    [integer(1)],
    "Longest uninterrupted real time run of the checker process",
    { default: "10000" },
  ),
  keyword("checker", "checker_rlimit_rtime", [integer(1)], "Old name", {
    aliasOf: "checker_rlimit_rttime",
    deprecated: {
      message: 'Keyword "checker_rlimit_rtime" is deprecated - please use "checker_rlimit_rttime"',
      quiet: true,
    },
  }),
  keyword("bfd", "bfd_priority", [integer(-20, 19)], "nice value of the bfd process", {
    default: "0 (unchanged)",
  }),
  keyword("bfd", "bfd_no_swap", [], "Lock the bfd process in memory", { default: "off" }),
  keyword("bfd", "bfd_rt_priority", [clamped(1, 99)], "SCHED_RR priority of the bfd process", {
    default: "0 (off)",
  }),
  keyword("bfd", "bfd_cpu_affinity", [rest("CPU...")], "Bind the bfd process to CPUs"),
  keyword(
    "bfd",
    "bfd_rlimit_rttime",
    [integer(1)],
    "Longest uninterrupted real time run of the bfd process",
    { default: "10000" },
  ),
  keyword("bfd", "bfd_rlimit_rtime", [integer(1)], "Old name", {
    aliasOf: "bfd_rlimit_rttime",
    deprecated: {
      message: 'Keyword "bfd_rlimit_rtime" is deprecated - please use "bfd_rlimit_rttime"',
      quiet: true,
    },
  }),
  keyword(
    "checker",
    "nftables_ipvs",
    [optional(word("TABLE"))],
    "Use nftables to map a virtual_server_group to one internally chosen fwmark",
    { default: "keepalived_ipvs (unused unless given)", once: true },
  ),
  keyword(
    "checker",
    "nftables_ipvs_priority",
    [integer(-2147483648, 2147483647)],
    "Priority of that base chain",
    { default: "-1" },
  ),
  keyword(
    "checker",
    "nftables_ipvs_start_fwmark",
    [integer(1, 4294967295)],
    "First fwmark handed out",
    { default: "1000" },
  ),
  keyword(
    "checker",
    "lvs_notify_fifo",
    [word("PATH"), optional(word("USER")), optional(word("GROUP"))],
    "FIFO for LVS lines only",
    { missing: "No lvs_notify_fifo name specified" },
  ),
  keyword("checker", "lvs_notify_fifo_script", [command()], "Reader of that FIFO"),
  keyword("snmp", "snmp_socket", [word("SOCKET")], "AgentX master socket", {
    default: "unix:/var/agentx/master (net: udp:localhost:705)",
    once: true,
  }),
  keyword("snmp", "enable_traps", [], "Send SNMP notifications", { default: "off" }),
  keyword("snmp", "enable_snmp_vrrp", [], "Serve the VRRP half of KEEPALIVED-MIB", {
    default: "off",
  }),
  keyword("snmp", "enable_snmp_keepalived", [], "Old name", {
    aliasOf: "enable_snmp_vrrp",
    deprecated: {
      message: 'Keyword "enable_snmp_keepalived" is deprecated - please use "enable_snmp_vrrp"',
      quiet: true,
    },
  }),
  keyword("snmp", "enable_snmp_rfc", [], "Serve both VRRP-MIB and VRRPV3-MIB", { default: "off" }),
  keyword("snmp", "enable_snmp_rfcv2", [], "Serve VRRP-MIB (RFC 2787)", { default: "off" }),
  keyword("snmp", "enable_snmp_rfcv3", [], "Serve VRRPV3-MIB (RFC 6527)", { default: "off" }),
  keyword("snmp", "enable_snmp_checker", [], "Serve the check half of KEEPALIVED-MIB", {
    default: "off",
  }),
  keyword(
    "snmp",
    "snmp_vs_stats_update_interval",
    [decimalSeconds(0.001, 30)],
    "Maximum age of virtual server statistics",
    { default: "5" },
  ),
  keyword(
    "snmp",
    "snmp_rs_stats_update_interval",
    [decimalSeconds(0.001, 30)],
    "Maximum age of real server statistics",
    { default: "value of the vs setting" },
  ),
  keyword("dbus", "enable_dbus", [], "Publish VRRP objects on the system bus", { default: "off" }),
  keyword("dbus", "dbus_service_name", [word("NAME")], "Bus name to own", {
    default: "org.keepalived.Vrrp1",
  }),
  keyword(
    "dbus",
    "dbus_no_interface_name",
    [word("NAME")],
    "Path element for instances without interface",
  ),
  keyword(
    "checker",
    "lvs_netlink_cmd_rcv_bufs",
    [integer(0, 4294967295)],
    "Receive buffer of the netlink command socket of the checker process",
    { default: "0 (kernel default)" },
  ),
  keyword(
    "checker",
    "lvs_netlink_cmd_rcv_bufs_force",
    [boolean()],
    "Use SO_RCVBUFFORCE for that socket",
    { default: "off" },
  ),
  keyword(
    "checker",
    "lvs_netlink_monitor_rcv_bufs",
    [integer(0, 4294967295)],
    "Receive buffer of the netlink monitor socket of the checker process",
    { default: "0 (kernel default)" },
  ),
  keyword(
    "checker",
    "lvs_netlink_monitor_rcv_bufs_force",
    [boolean()],
    "Use SO_RCVBUFFORCE for that socket",
    { default: "off" },
  ),
  keyword(
    "checker",
    "rs_init_notifies",
    [boolean()],
    "Run notify_up for real servers at start-up",
    { default: "off" },
  ),
  keyword("checker", "no_checker_emails", [boolean()], "No mails for single checker up/down", {
    default: "off",
  }),
];
