import { boolean, command, keyword, optional, rest, type Table } from "./keyword.ts";

/** `TCP_CHECK` of a real server. */
export const TCP_CHECK: Table = {
  kind: "keywords",
  name: "TCP_CHECK",
  keywords: [
    keyword("checker", "connect_ip", [rest("IP")], "Probe another address", {
      default: "real server address",
    }),
    keyword("checker", "connect_port", [rest("PORT")], "Probe another port", {
      default: "real server port",
    }),
    keyword("checker", "bindto", [rest("IP")], "Source address"),
    keyword("checker", "bind_port", [rest("PORT")], "Source port", { default: "any" }),
    keyword("checker", "bind_if", [rest("IFNAME")], "Interface to bind to (needed for link-local)"),
    keyword(
      "checker",
      "connect_timeout",
      [rest("SECONDS(decimal)")],
      "Connection/response timeout",
      { default: "5" },
    ),
    keyword("checker", "fwmark", [rest("N")], "Socket mark of the probe"),
    keyword("checker", "retry", [rest("N")], "Extra attempts before failing", { default: "1" }),
    keyword("checker", "delay_before_retry", [rest("SECONDS(decimal)")], "Pause between attempts", {
      default: "1",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
  ],
};

/** `PING_CHECK` of a real server. */
export const PING_CHECK: Table = {
  kind: "keywords",
  name: "PING_CHECK",
  keywords: [
    keyword("checker", "connect_ip", [rest("IP")], "Probe another address", {
      default: "real server address",
    }),
    keyword("checker", "connect_port", [rest("PORT")], "Probe another port", {
      default: "real server port",
    }),
    keyword("checker", "bindto", [rest("IP")], "Source address"),
    keyword("checker", "bind_port", [rest("PORT")], "Source port", { default: "any" }),
    keyword("checker", "bind_if", [rest("IFNAME")], "Interface to bind to (needed for link-local)"),
    keyword(
      "checker",
      "connect_timeout",
      [rest("SECONDS(decimal)")],
      "Connection/response timeout",
      { default: "5" },
    ),
    keyword("checker", "fwmark", [rest("N")], "Socket mark of the probe"),
    keyword("checker", "retry", [rest("N")], "Extra attempts before failing", { default: "1" }),
    keyword("checker", "delay_before_retry", [rest("SECONDS(decimal)")], "Pause between attempts", {
      default: "1",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
  ],
};

/** `UDP_CHECK` of a real server. */
export const UDP_CHECK: Table = {
  kind: "keywords",
  name: "UDP_CHECK",
  keywords: [
    keyword("checker", "connect_ip", [rest("IP")], "Probe another address", {
      default: "real server address",
    }),
    keyword("checker", "connect_port", [rest("PORT")], "Probe another port", {
      default: "real server port",
    }),
    keyword("checker", "bindto", [rest("IP")], "Source address"),
    keyword("checker", "bind_port", [rest("PORT")], "Source port", { default: "any" }),
    keyword("checker", "bind_if", [rest("IFNAME")], "Interface to bind to (needed for link-local)"),
    keyword(
      "checker",
      "connect_timeout",
      [rest("SECONDS(decimal)")],
      "Connection/response timeout",
      { default: "5" },
    ),
    keyword("checker", "fwmark", [rest("N")], "Socket mark of the probe"),
    keyword("checker", "retry", [rest("N")], "Extra attempts before failing", { default: "1" }),
    keyword("checker", "delay_before_retry", [rest("SECONDS(decimal)")], "Pause between attempts", {
      default: "1",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
    keyword("checker", "payload", [rest("HEXSTRING")], "Bytes to send", {
      default: "32 bytes of fixed filler text",
    }),
    keyword(
      "checker",
      "require_reply",
      [optional(rest("[HEXSTRING with X]"))],
      "Reply needed, optional pattern",
      { default: "off" },
    ),
    keyword("checker", "min_reply_length", [rest("N")], "Shortest good reply", { default: "0" }),
    keyword("checker", "max_reply_length", [rest("N")], "Longest good reply", { default: "255" }),
  ],
};

/** `DNS_CHECK` of a real server. */
export const DNS_CHECK: Table = {
  kind: "keywords",
  name: "DNS_CHECK",
  keywords: [
    keyword("checker", "connect_ip", [rest("IP")], "Probe another address", {
      default: "real server address",
    }),
    keyword("checker", "connect_port", [rest("PORT")], "Probe another port", {
      default: "real server port",
    }),
    keyword("checker", "bindto", [rest("IP")], "Source address"),
    keyword("checker", "bind_port", [rest("PORT")], "Source port", { default: "any" }),
    keyword("checker", "bind_if", [rest("IFNAME")], "Interface to bind to (needed for link-local)"),
    keyword(
      "checker",
      "connect_timeout",
      [rest("SECONDS(decimal)")],
      "Connection/response timeout",
      { default: "5" },
    ),
    keyword("checker", "fwmark", [rest("N")], "Socket mark of the probe"),
    keyword("checker", "retry", [rest("N")], "Extra attempts before failing", { default: "3" }),
    keyword("checker", "delay_before_retry", [rest("SECONDS(decimal)")], "Pause between attempts", {
      default: "= delay_loop",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
    keyword("checker", "type", [rest("A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY")], "Record type", {
      default: "SOA",
    }),
    keyword("checker", "name", [rest("DOMAIN")], "Name to ask for", { default: ". (root)" }),
  ],
};

/** `MISC_CHECK` of a real server. */
export const MISC_CHECK: Table = {
  kind: "keywords",
  name: "MISC_CHECK",
  keywords: [
    keyword("checker", "retry", [rest("N")], "Extra attempts before failing", { default: "0" }),
    keyword("checker", "delay_before_retry", [rest("SECONDS(decimal)")], "Pause between attempts", {
      default: "1",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
    keyword("checker", "misc_path", [command()], "Command", { default: "required" }),
    keyword("checker", "misc_timeout", [rest("SECONDS")], "TERM after this, KILL 2 s later", {
      default: "= delay_loop of VS",
    }),
    keyword("checker", "misc_dynamic", [], "Exit 2..255 sets weight exit-2", { default: "off" }),
    keyword("checker", "user", [rest("USER [GROUP]")], "Identity", { default: "script_user" }),
  ],
};

/** `FILE_CHECK` of a real server. */
export const FILE_CHECK: Table = {
  kind: "keywords",
  name: "FILE_CHECK",
  keywords: [
    keyword("checker", "track_file", [rest("NAME")], "track_file to follow", {
      default: "required",
    }),
    keyword(
      "checker",
      "weight",
      [rest("N [reverse|noreverse]")],
      "Multiplier; 0 = non-zero content means down",
      { default: "track_file weight" },
    ),
  ],
};

/** `BFD_CHECK` of a real server. */
export const BFD_CHECK: Table = {
  kind: "keywords",
  name: "BFD_CHECK",
  keywords: [
    keyword("checker", "name", [rest("BFD-INSTANCE")], "Session to follow", {
      default: "required",
    }),
    keyword("checker", "alpha", [], "Assume down until Up", { default: "RS value" }),
  ],
};
