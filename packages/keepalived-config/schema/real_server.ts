import { boolean, command, keyword, rest, type Table } from "./keyword.ts";
import {
  BFD_CHECK,
  DNS_CHECK,
  FILE_CHECK,
  MISC_CHECK,
  PING_CHECK,
  TCP_CHECK,
  UDP_CHECK,
} from "./checkers.ts";
import { HTTP_GET, SMTP_CHECK, SSL_GET } from "./http_checkers.ts";

/** `real_server` of a virtual server. */
export const REAL_SERVER: Table = {
  kind: "keywords",
  name: "real_server",
  keywords: [
    keyword("checker", "weight", [rest("N")], "Weight", { default: "VS weight (1)" }),
    keyword(
      "checker",
      "lvs_method",
      [rest("NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]")],
      "Forwarding method of this server",
      { default: "VS method" },
    ),
    keyword("checker", "uthreshold", [rest("N")], "Upper connection threshold", {
      default: "0 (none)",
    }),
    keyword("checker", "lthreshold", [rest("N")], "Lower connection threshold", {
      default: "0 (none)",
    }),
    keyword("checker", "inhibit_on_failure", [boolean()], "Set weight 0 rather than remove", {
      default: "VS value",
    }),
    keyword("checker", "notify_up", [command()], "Script when the server comes up"),
    keyword("checker", "notify_down", [command()], "Script when the server goes down"),
    keyword("checker", "alpha", [boolean()], "Override alpha", { default: "VS value" }),
    keyword("checker", "retry", [rest("N")], "Default retry for its checkers", {
      default: "VS value",
    }),
    keyword(
      "checker",
      "delay_before_retry",
      [rest("SECONDS(decimal)")],
      "Default pause between retries",
      { default: "VS value" },
    ),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "VS value",
    }),
    keyword(
      "checker",
      "connect_timeout",
      [rest("SECONDS(decimal)")],
      "Default connection timeout",
      { default: "VS value" },
    ),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Default check period", {
      default: "VS value",
    }),
    keyword("checker", "smtp_alert", [boolean()], "Mail on up/down", { default: "ON" }),
    keyword("checker", "virtualhost", [rest("NAME")], "Default Host header", {
      default: "VS value",
    }),
    keyword("checker", "snmp_name", [rest("STRING")], "Label in SNMP"),
    keyword("checker", "HTTP_GET", [], "HTTP request check", { block: HTTP_GET }),
    keyword("checker", "SSL_GET", [], "HTTPS request check", { block: SSL_GET }),
    keyword("checker", "TCP_CHECK", [], "TCP connect check", { block: TCP_CHECK }),
    keyword("checker", "SMTP_CHECK", [], "SMTP dialogue check", { block: SMTP_CHECK }),
    keyword("checker", "DNS_CHECK", [], "DNS query check", { block: DNS_CHECK }),
    keyword("checker", "MISC_CHECK", [], "External command check", { block: MISC_CHECK }),
    keyword("checker", "BFD_CHECK", [], "Follows a BFD session", { block: BFD_CHECK }),
    keyword("checker", "UDP_CHECK", [], "UDP probe", { block: UDP_CHECK }),
    keyword("checker", "PING_CHECK", [], "ICMP echo check", { block: PING_CHECK }),
    keyword("checker", "FILE_CHECK", [], "Follows a track_file", { block: FILE_CHECK }),
  ],
};
