import { boolean, command, keyword, optional, rest, type Table } from "./keyword.ts";
import { REAL_SERVER } from "./real_server.ts";

/** `virtual_server_group`: addresses and firewall marks, one a line. */
export const VIRTUAL_SERVER_GROUP: Table = {
  kind: "keywords",
  name: "virtual_server_group",
  values: true,
  keywords: [
    keyword("checker", "fwmark", [rest("N [inet|inet6]")], "Member: firewall mark"),
  ],
};

/** `virtual_server`: one IPVS service. */
export const VIRTUAL_SERVER: Table = {
  kind: "keywords",
  name: "virtual_server",
  keywords: [
    keyword("checker", "ip_family", [rest("inet|inet6")], "Family of a fwmark service", {
      default: "from VIP; inet for fwmark",
    }),
    keyword("checker", "retry", [rest("N")], "Default retry for all checkers below", {
      default: "checker specific",
    }),
    keyword(
      "checker",
      "delay_before_retry",
      [rest("SECONDS(decimal)")],
      "Default pause between retries",
      { default: "checker specific" },
    ),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword(
      "checker",
      "connect_timeout",
      [rest("SECONDS(decimal)")],
      "Default connection timeout",
      { default: "5" },
    ),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Default check period", {
      default: "60",
    }),
    keyword(
      "checker",
      "inhibit_on_failure",
      [boolean()],
      "Default: failed server stays with weight 0",
      { default: "off" },
    ),
    keyword(
      "checker",
      "lb_algo",
      [rest("rr|wrr|lc|wlc|lblc|lblcr|sh|mh|dh|fo|ovf|sed|nq|twos")],
      "Scheduler",
      { aliasOf: "lvs_sched", default: "wlc (with a config error)" },
    ),
    keyword(
      "checker",
      "lvs_sched",
      [rest("rr|wrr|lc|wlc|lblc|lblcr|sh|mh|dh|fo|ovf|sed|nq|twos")],
      "Scheduler",
      { default: "wlc" },
    ),
    keyword("checker", "hashed", [], "Sets a flag the kernel owns", { default: "off" }),
    keyword("checker", "ops", [], "One packet scheduling", { default: "off" }),
    keyword("checker", "flag-1", [], "Generic scheduler flag 1", { default: "off" }),
    keyword("checker", "flag-2", [], "Generic scheduler flag 2", { default: "off" }),
    keyword("checker", "flag-3", [], "Generic scheduler flag 3", { default: "off" }),
    keyword("checker", "sh-port", [], "Hash source port too", { default: "off" }),
    keyword("checker", "sh-fallback", [], "Fall back if the hashed server is unavailable", {
      default: "off",
    }),
    keyword("checker", "mh-port", [], "Hash source port too", { default: "off" }),
    keyword("checker", "mh-fallback", [], "Fall back if the hashed server is unavailable", {
      default: "off",
    }),
    keyword(
      "checker",
      "lb_kind",
      [rest("NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]")],
      "Forwarding method",
      { aliasOf: "lvs_method", default: "NAT" },
    ),
    keyword(
      "checker",
      "lvs_method",
      [rest("NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]")],
      "Forwarding method",
      { default: "NAT" },
    ),
    keyword("checker", "persistence_engine", [rest("NAME")], "IPVS persistence engine"),
    keyword("checker", "persistence_timeout", [optional(rest("[SECONDS]"))], "Sticky sessions", {
      default: "off; 360 without value",
    }),
    keyword(
      "checker",
      "persistence_granularity",
      [rest("NETMASK|PREFIXLEN")],
      "Group clients for stickiness; switches persistence on with 360 s",
      { default: "/32 /128" },
    ),
    keyword("checker", "protocol", [rest("TCP|UDP|SCTP")], "Service protocol", {
      default: "UDP with a config error when absent; ignored for fwmark",
    }),
    keyword("checker", "ha_suspend", [], "Run checkers only while the VIP is on this host", {
      default: "off",
    }),
    keyword("checker", "smtp_alert", [boolean()], "Mail on quorum changes", { default: "off" }),
    keyword(
      "checker",
      "virtualhost",
      [rest("NAME")],
      "Default Host header / SNI for HTTP checkers",
    ),
    keyword("checker", "snmp_name", [rest("STRING")], "Label in SNMP"),
    keyword("checker", "alpha", [], "Servers start down until a check passes", { default: "off" }),
    keyword("checker", "omega", [], "At stop run notify_down and quorum_down", { default: "off" }),
    keyword("checker", "quorum_up", [command()], "Script when quorum is gained"),
    keyword("checker", "quorum_down", [command()], "Script when quorum is lost"),
    keyword("checker", "quorum", [rest("N")], "Live weight needed", { default: "1" }),
    keyword("checker", "hysteresis", [rest("N")], "Margin around quorum", { default: "0" }),
    keyword("checker", "weight", [rest("N")], "Default weight of its real servers", {
      default: "1",
    }),
    keyword("checker", "sorry_server", [rest("IP [PORT]")], "Server of last resort"),
    keyword(
      "checker",
      "sorry_server_inhibit",
      [],
      "Sorry server stays with weight 0 instead of being removed",
      { default: "off" },
    ),
    keyword(
      "checker",
      "sorry_server_lvs_method",
      [rest("NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]")],
      "Forwarding method of the sorry server",
      { default: "VS method" },
    ),
    keyword("checker", "real_server", [rest("IP [PORT]")], "One backend", {
      default: "port = VS port",
      block: REAL_SERVER,
    }),
  ],
};

/** `SSL`: certificate and key of SSL_GET. */
export const SSL: Table = {
  kind: "keywords",
  name: "SSL",
  keywords: [
    keyword("checker", "password", [rest("STRING")], "Passphrase of the key"),
    keyword(
      "checker",
      "ca",
      [rest("PATH")],
      "CA file loaded (peer certificates are nevertheless not verified)",
    ),
    keyword("checker", "certificate", [rest("PATH")], "Client certificate"),
    keyword("checker", "key", [rest("PATH")], "Client key"),
  ],
};
