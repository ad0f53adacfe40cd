import { anyCase, boolean, choice, command, exactWord, integer, keyword } from "./keyword.ts";
import { optional, rest, seconds, type Table, word } from "./keyword.ts";
import { connectTimeout, schedule } from "./checker_rows.ts";
import { forwarding, HIGHEST_WEIGHT, names, REAL_SERVER, server } from "./real_server.ts";

/** `virtual_server_group`: addresses and firewall marks, one a line. */
export const VIRTUAL_SERVER_GROUP: Table = {
  kind: "keywords",
  name: "virtual_server_group",
  values: true,
  keywords: [
    keyword(
      "checker",
      "fwmark",
      [integer(1), optional(choice("inet", "inet6"))],
      "Member: packets with this firewall mark",
      { default: "family of the real servers", invalid: "fwmark '{}' - ignoring" },
    ),
  ],
};

/** The schedulers of IPVS. */
const SCHEDULERS = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "lblcr",
  "sh",
  "mh",
  "dh",
  "fo",
  "ovf",
  "sed",
  "nq",
  "twos",
];

/** `virtual_server`: one IPVS service, or those of a group. */
export const VIRTUAL_SERVER: Table = {
  kind: "keywords",
  name: "virtual_server",
  keywords: [
    keyword("checker", "ip_family", [choice("inet", "inet6")], "Family of a fwmark service", {
      default: "that of the addresses or real servers, or inet",
      invalid: "unknown address family {}",
    }),
    ...schedule({
      retry: "that of the checker",
      delayBeforeRetry: "that of the checker",
      fewest: 1,
    }),
    connectTimeout(),
    keyword(
      "checker",
      "inhibit_on_failure",
      [boolean()],
      "Failed servers get weight 0 and are not removed",
      { default: "off" },
    ),
    keyword("checker", "lb_algo", [choice(...SCHEDULERS)], "Other name of lvs_sched", {
      aliasOf: "lvs_sched",
      default: "wlc",
    }),
    keyword("checker", "lvs_sched", [choice(...SCHEDULERS)], "Scheduler", {
      default: "wlc",
      invalid: "Invalid lvs_scheduler '{}' - ignoring",
    }),
    keyword("checker", "hashed", [], "Without effect: the flag is the kernel's own", {
      default: "off",
    }),
    keyword("checker", "ops", [], "Schedule each packet by itself; UDP only", { default: "off" }),
    keyword("checker", "flag-1", [], "First flag of the scheduler", { default: "off" }),
    keyword("checker", "flag-2", [], "Second flag of the scheduler", { default: "off" }),
    keyword("checker", "flag-3", [], "Third flag of the scheduler", { default: "off" }),
    keyword("checker", "sh-port", [], "sh: the source port counts too; after lvs_sched", {
      default: "off",
    }),
    keyword("checker", "sh-fallback", [], "sh: another server for one with weight 0", {
      default: "off",
    }),
    keyword("checker", "mh-port", [], "mh: the source port counts too; after lvs_sched", {
      default: "off",
    }),
    keyword("checker", "mh-fallback", [], "mh: another server for one with weight 0", {
      default: "off",
    }),
    forwarding("lb_kind", "Other name of lvs_method", "virtual server", {
      aliasOf: "lvs_method",
      default: "NAT",
    }),
    forwarding("lvs_method", "How packets get to the real servers", "virtual server", {
      default: "NAT",
    }),
    keyword(
      "checker",
      "persistence_engine",
      [exactWord("NAME", 15)],
      "Persistence engine of IPVS (sip)",
    ),
    keyword(
      "checker",
      "persistence_timeout",
      [optional(seconds(1, 2678400))],
      "A client keeps its server for this many seconds",
      { default: "off; 360 without a value", invalid: "persistence_timeout invalid" },
    ),
    keyword(
      "checker",
      "persistence_granularity",
      [word("NETMASK|PREFIXLEN")],
      "Clients of one network count as one; sets persistence_timeout 360 if it is not there",
      { default: "/32 /128" },
    ),
    keyword("checker", "protocol", [anyCase("TCP", "UDP", "SCTP")], "Protocol of the service", {
      default: "UDP; none with firewall marks",
      invalid: "Unknown protocol {} - ignoring",
    }),
    keyword(
      "checker",
      "ha_suspend",
      [optional(rest("[IP...]"))],
      "Check only while an address of the service, or one of these, is on this host",
      { default: "off" },
    ),
    keyword("checker", "smtp_alert", [boolean()], "Mail when the quorum is gained or lost", {
      default: "smtp_alert_checker, smtp_alert of global_defs, or off",
      invalid: "Invalid virtual_server smtp_alert parameter {}",
    }),
    ...names("virtual server", {}),
    keyword("checker", "alpha", [], "Assume that the servers are down until they are checked", {
      default: "off",
    }),
    keyword("checker", "omega", [], "At the end run notify_down and quorum_down", {
      default: "off",
    }),
    keyword("checker", "quorum_up", [command()], "Script for when the quorum is gained", {
      once: true,
    }),
    keyword("checker", "quorum_down", [command()], "Script for when the quorum is lost", {
      once: true,
    }),
    keyword("checker", "quorum", [integer(1)], "Weight of live servers that is enough", {
      default: "1",
      invalid: "Quorum {} must be in [1, 4294967295]. Setting to 1.",
    }),
    keyword("checker", "hysteresis", [integer(0)], "Margin around the quorum", {
      default: "0",
      invalid: "Hysteresis {} must be in [0, 4294967295] - ignoring",
    }),
    keyword("checker", "weight", [integer(1, HIGHEST_WEIGHT)], "Weight of its real servers", {
      default: "1",
      invalid: `Virtual server weight {} is outside range 1-${HIGHEST_WEIGHT}`,
    }),
    server(
      "sorry_server",
      "Server for when the quorum is lost; its port is that of the service if none is given",
      "sorry server IP address",
    ),
    keyword(
      "checker",
      "sorry_server_inhibit",
      [],
      "The sorry server gets weight 0 and is not removed; after sorry_server",
      { default: "off" },
    ),
    forwarding(
      "sorry_server_lvs_method",
      "How packets get to the sorry server; after sorry_server",
      "sorry server",
      { default: "VS method" },
    ),
    server(
      "real_server",
      "One server; its port is that of the service if none is given",
      "real server ip address/port",
      REAL_SERVER,
    ),
  ],
};

/** `SSL`: certificates of all `SSL_GET`. */
export const SSL: Table = {
  kind: "keywords",
  name: "SSL",
  keywords: [
    keyword("checker", "password", [word("STRING")], "Passphrase of the key", {
      missing: "SSL password missing",
    }),
    keyword(
      "checker",
      "ca",
      [word("PATH")],
      "Certificates of authorities; peers are not verified",
      {
        missing: "SSL cafile missing",
      },
    ),
    keyword("checker", "certificate", [word("PATH")], "Certificate of the client", {
      missing: "SSL certfile missing",
    }),
    keyword("checker", "key", [word("PATH")], "Key of the client", {
      missing: "SSL keyfile missing",
    }),
  ],
};
