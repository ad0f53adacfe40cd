import { boolean, keyword, rest, type Table } from "./keyword.ts";

/** `url` of `HTTP_GET`. */
export const HTTP_URL: Table = {
  kind: "keywords",
  name: "url",
  keywords: [
    keyword("checker", "path", [rest("PATH")], "Request path", { default: "/" }),
    keyword("checker", "digest", [rest("MD5HEX")], "Expected body digest (see genhash)"),
    keyword("checker", "status_code", [rest("CODE|LO-HI ...")], "Accepted codes", {
      default: "200-299",
    }),
    keyword("checker", "virtualhost", [rest("NAME")], "Host header", { default: "checker value" }),
    keyword("checker", "regex", [rest('"PATTERN"')], "Body must match"),
    keyword("checker", "regex_no_match", [], "Body must not match", { default: "off" }),
    keyword("checker", "regex_options", [rest("OPTION...")], "PCRE2 compile options"),
    keyword("checker", "regex_min_offset", [rest("N")], "Match must start at or after", {
      default: "0",
    }),
    keyword("checker", "regex_max_offset", [rest("N")], "Match must start before"),
    keyword("checker", "regex_stack", [rest("START MAX")], "JIT stack sizes", {
      default: "PCRE2 default",
    }),
  ],
};

/** `url` of `SSL_GET`. */
export const SSL_URL: Table = {
  kind: "keywords",
  name: "url",
  keywords: [
    keyword("checker", "path", [rest("PATH")], "Request path", { default: "/" }),
    keyword("checker", "digest", [rest("MD5HEX")], "Expected body digest (see genhash)"),
    keyword("checker", "status_code", [rest("CODE|LO-HI ...")], "Accepted codes", {
      default: "200-299",
    }),
    keyword("checker", "virtualhost", [rest("NAME")], "Host header", { default: "checker value" }),
    keyword("checker", "regex", [rest('"PATTERN"')], "Body must match"),
    keyword("checker", "regex_no_match", [], "Body must not match", { default: "off" }),
    keyword("checker", "regex_options", [rest("OPTION...")], "PCRE2 compile options"),
    keyword("checker", "regex_min_offset", [rest("N")], "Match must start at or after", {
      default: "0",
    }),
    keyword("checker", "regex_max_offset", [rest("N")], "Match must start before"),
    keyword("checker", "regex_stack", [rest("START MAX")], "JIT stack sizes", {
      default: "PCRE2 default",
    }),
    keyword("checker", "tls_compliant", [], "See above", { default: "off" }),
  ],
};

/** `HTTP_GET` of a real server. */
export const HTTP_GET: Table = {
  kind: "keywords",
  name: "HTTP_GET",
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
      default: "3",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
    keyword("checker", "nb_get_retry", [rest("N")], "Old name", {
      aliasOf: "retry",
      deprecated: { message: "nb_get_retry is deprecated - please use 'retry'", quiet: false },
    }),
    keyword("checker", "virtualhost", [rest("NAME")], "Host header", { default: "RS/VS value" }),
    keyword(
      "checker",
      "http_protocol",
      [rest("1.0|1.0C|1.0c|1.1")],
      "Request version; 1.0C adds Connection: close",
      { default: "1.0" },
    ),
    keyword("checker", "enable_sni", [], "Send SNI from virtualhost", { default: "off" }),
    keyword("checker", "sni_name", [rest("NAME")], "Send this SNI name (SSL_GET only useful)"),
    keyword(
      "checker",
      "fast_recovery",
      [],
      "When down, test all URLs in one go instead of one per loop",
      { default: "off" },
    ),
    keyword("checker", "url", [], "One request; repeatable", {
      default: "required",
      block: HTTP_URL,
    }),
  ],
};

/** `SSL_GET` of a real server. */
export const SSL_GET: Table = {
  kind: "keywords",
  name: "SSL_GET",
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
      default: "3",
    }),
    keyword("checker", "warmup", [rest("SECONDS(decimal)")], "Largest random first delay", {
      default: "random 0..delay_loop",
    }),
    keyword("checker", "delay_loop", [rest("SECONDS(decimal)")], "Check period", { default: "60" }),
    keyword("checker", "alpha", [boolean()], "Assume down until proven", { default: "RS value" }),
    keyword("checker", "log_all_failures", [boolean()], "Log every failed attempt", {
      default: "global",
    }),
    keyword("checker", "nb_get_retry", [rest("N")], "Old name", {
      aliasOf: "retry",
      deprecated: { message: "nb_get_retry is deprecated - please use 'retry'", quiet: false },
    }),
    keyword("checker", "virtualhost", [rest("NAME")], "Host header", { default: "RS/VS value" }),
    keyword(
      "checker",
      "http_protocol",
      [rest("1.0|1.0C|1.0c|1.1")],
      "Request version; 1.0C adds Connection: close",
      { default: "1.0" },
    ),
    keyword("checker", "enable_sni", [], "Send SNI from virtualhost", { default: "off" }),
    keyword("checker", "sni_name", [rest("NAME")], "Send this SNI name (SSL_GET only useful)"),
    keyword(
      "checker",
      "fast_recovery",
      [],
      "When down, test all URLs in one go instead of one per loop",
      { default: "off" },
    ),
    keyword("checker", "tls_compliant", [], "Wait for the close_notify of the peer", {
      default: "off",
    }),
    keyword("checker", "url", [], "One request; repeatable", {
      default: "required",
      block: SSL_URL,
    }),
  ],
};

/** `host` of `SMTP_CHECK`. */
export const SMTP_HOST: Table = {
  kind: "keywords",
  name: "host",
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

/** `SMTP_CHECK` of a real server. */
export const SMTP_CHECK: Table = {
  kind: "keywords",
  name: "SMTP_CHECK",
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
    keyword("checker", "helo_name", [rest("NAME")], "HELO argument", {
      default: "smtpchecker.keepalived.org",
    }),
    keyword("checker", "host", [], "Old way to probe several hosts", {
      deprecated: { message: 'Keyword "host" is deprecated', quiet: false },
      block: SMTP_HOST,
    }),
  ],
};
