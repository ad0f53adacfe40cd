import { boolean, command, hostAddress, integer, type Keyword, keyword } from "./keyword.ts";
import { choice, optional, rest, type Table, word } from "./keyword.ts";
import {
  BFD_CHECK,
  DNS_CHECK,
  FILE_CHECK,
  MISC_CHECK,
  PING_CHECK,
  TCP_CHECK,
  UDP_CHECK,
} from "./checkers.ts";
import { connectTimeout, schedule } from "./checker_rows.ts";
import { HTTP_GET, SMTP_CHECK, SSL_GET } from "./http_checkers.ts";

/** The highest weight that IPVS takes. */
export const HIGHEST_WEIGHT = 2147483647;

/** A keyword that says how packets get to a server. */
export function forwarding(
  name: string,
  help: string,
  owner: string,
  more: Partial<Keyword> = {},
): Keyword {
  return keyword(
    "checker",
    name,
    [
      choice("NAT", "DR", "TUN"),
      optional(rest("type ipip|gue port N|gre nocsum|csum|remcsum")),
    ],
    help,
    { invalid: `PARSER : unknown [{}] routing method for ${owner}.`, ...more },
  );
}

/** `IP [PORT]` of a server, with the C daemon's word for a wrong one. */
export function server(name: string, help: string, what: string, block?: Table): Keyword {
  return keyword("checker", name, [hostAddress(), optional(integer(0, 65535))], help, {
    invalid: `Invalid ${what} {} - skipping`,
    ...(block === undefined ? {} : { block }),
  });
}

/** `virtualhost` and `snmp_name`. */
export function names(owner: string, fallback: Partial<Keyword>): readonly Keyword[] {
  return [
    keyword("checker", "virtualhost", [word("NAME")], "Host header of the HTTP checkers", {
      missing: `${owner} virtualhost missing`,
      ...fallback,
    }),
    keyword("checker", "snmp_name", [word("STRING")], "Name for SNMP", {
      missing: `${owner} snmp_name missing or extra parameters`,
    }),
  ];
}

/** `real_server` of a virtual server. */
export const REAL_SERVER: Table = {
  kind: "keywords",
  name: "real_server",
  keywords: [
    keyword("checker", "weight", [integer(0, HIGHEST_WEIGHT)], "Share of the load; 0: no new one", {
      default: "VS weight (1)",
      invalid: `Real server weight {} is outside range 0-${HIGHEST_WEIGHT}`,
    }),
    forwarding("lvs_method", "How packets get to this server", "real server", {
      default: "VS method",
    }),
    keyword("checker", "uthreshold", [integer(0)], "Connections above which it gets no new one", {
      default: "0 (none)",
      invalid: "Invalid real_server uthreshold '{}' - ignoring",
    }),
    keyword("checker", "lthreshold", [integer(0)], "Connections below which it gets new ones", {
      default: "0 (none)",
      invalid: "Invalid real_server lthreshold '{}' - ignoring",
    }),
    keyword(
      "checker",
      "inhibit_on_failure",
      [boolean()],
      "A failed server gets weight 0 and is not removed",
      { default: "VS value", invalid: "Invalid inhibit_on_failure parameter {}" },
    ),
    keyword("checker", "notify_up", [command()], "Script for when the server comes up", {
      once: true,
    }),
    keyword("checker", "notify_down", [command()], "Script for when the server goes down", {
      once: true,
    }),
    keyword("checker", "alpha", [boolean()], "Assume that the server is down until it is checked", {
      default: "VS value",
      invalid: "Invalid alpha parameter {}",
    }),
    ...schedule({
      retry: "VS value",
      delayBeforeRetry: "VS value",
      other: "VS value",
      fewest: 1,
    }),
    connectTimeout("VS value"),
    keyword("checker", "smtp_alert", [boolean()], "Mail when the server comes up or goes down", {
      default: "smtp_alert_checker, smtp_alert of global_defs, or on",
      invalid: "Invalid real_server smtp_alert parameter {}",
    }),
    ...names("real server", { default: "VS value" }),
    keyword("checker", "HTTP_GET", [], "Check by HTTP requests", { block: HTTP_GET }),
    keyword("checker", "SSL_GET", [], "Check by HTTPS requests", { block: SSL_GET }),
    keyword("checker", "TCP_CHECK", [], "Check by a TCP connection", { block: TCP_CHECK }),
    keyword("checker", "SMTP_CHECK", [], "Check by an SMTP dialogue", { block: SMTP_CHECK }),
    keyword("checker", "DNS_CHECK", [], "Check by a DNS query", { block: DNS_CHECK }),
    keyword("checker", "MISC_CHECK", [], "Check by a program", { block: MISC_CHECK }),
    keyword("checker", "BFD_CHECK", [], "Follow a BFD session", { block: BFD_CHECK }),
    keyword("checker", "UDP_CHECK", [], "Check by a UDP datagram", { block: UDP_CHECK }),
    keyword("checker", "PING_CHECK", [], "Check by an ICMP echo request", { block: PING_CHECK }),
    keyword("checker", "FILE_CHECK", [], "Follow the number in a file", { block: FILE_CHECK }),
  ],
};
