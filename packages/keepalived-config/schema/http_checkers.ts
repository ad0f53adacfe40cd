import { boolean, choice, integer, type Keyword, keyword } from "./keyword.ts";
import { optional, rest, type Table, word } from "./keyword.ts";
import { common, CONNECTION } from "./checker_rows.ts";

/** Names of the PCRE2 compile options. */
export const REGEX_OPTIONS: readonly string[] = [
  "allow_empty_class",
  "alt_bsux",
  "auto_callout",
  "caseless",
  "dollar_endonly",
  "dotall",
  "dupnames",
  "extended",
  "firstline",
  "match_unset_backref",
  "multiline",
  "never_ucp",
  "never_utf",
  "no_auto_capture",
  "no_auto_possess",
  "no_dotstar_anchor",
  "no_start_optimize",
  "ucp",
  "ungreedy",
  "utf",
  "never_backslash_c",
  "alt_circumflex",
  "alt_verbnames",
  "use_offset_limit",
];

const URL_ROWS: readonly Keyword[] = [
  keyword("checker", "path", [word("PATH")], "Path of the request", { default: "/" }),
  keyword(
    "checker",
    "digest",
    [word("MD5HEX")],
    "MD5 of the body, 32 hexadecimal digits; genhash prints it",
  ),
  keyword(
    "checker",
    "status_code",
    [optional(rest("CODE|LOW-HIGH ..."))],
    "Status codes 100..999 that are good",
    { default: "200-299" },
  ),
  keyword("checker", "virtualhost", [word("NAME")], "Host header", {
    default: "checker value",
    missing: "Missing HTTP_GET virtualhost name",
  }),
  keyword(
    "checker",
    "regex",
    [{ kind: "word", of: "PATTERN", escapes: true }],
    "Regular expression that the body must match",
    { missing: "regex missing or too many fields" },
  ),
  keyword("checker", "regex_no_match", [], "The body must not match", { default: "off" }),
  keyword("checker", "regex_options", [optional(rest("OPTION ..."))], "PCRE2 compile options"),
  keyword(
    "checker",
    "regex_min_offset",
    [integer(0)],
    "Bytes of the body that the match must be behind",
    { default: "0" },
  ),
  keyword(
    "checker",
    "regex_max_offset",
    [integer(0)],
    "Bytes of the body that the match must begin within",
  ),
  keyword("checker", "method", [word("METHOD")], "Method of the request", {
    default: "GET",
    addition: true,
  }),
  keyword(
    "checker",
    "header",
    [{ kind: "word", of: "NAME: VALUE", escapes: true }],
    "Header of the request, in place of one of ours with that name; repeatable",
    { addition: true },
  ),
  keyword(
    "checker",
    "body",
    [{ kind: "word", of: "TEXT", escapes: true }],
    "Body of the request",
    { addition: true },
  ),
  keyword(
    "checker",
    "body_contains",
    [{ kind: "word", of: "TEXT", escapes: true }],
    "Text that the body of the answer must contain",
    { addition: true },
  ),
  keyword(
    "checker",
    "body_json",
    [word("POINTER"), { kind: "word", of: "VALUE", escapes: true }],
    "Value in the JSON of the answer at a pointer (RFC 6901), a string without its quotes",
    { addition: true },
  ),
  keyword(
    "checker",
    "regex_stack",
    [integer(0), integer(0)],
    "First and largest size of the matcher's stack, in bytes",
    { default: "PCRE2 default", missing: "regex_stack needs a first and a largest size" },
  ),
];

function closeNotify(): Keyword {
  return keyword("checker", "tls_compliant", [boolean()], "Wait for the close_notify of the peer", {
    default: "off",
  });
}

/** `url` of `HTTP_GET`. */
export const HTTP_URL: Table = { kind: "keywords", name: "url", keywords: URL_ROWS };

/** `url` of `SSL_GET`. */
export const SSL_URL: Table = {
  kind: "keywords",
  name: "url",
  keywords: [...URL_ROWS, closeNotify()],
};

function httpRows(url: Table): readonly Keyword[] {
  return [
    ...CONNECTION,
    ...common("1", "3"),
    keyword("checker", "nb_get_retry", [integer(0)], "Old name of retry", {
      aliasOf: "retry",
      deprecated: { message: "nb_get_retry is deprecated - please use 'retry'", quiet: false },
    }),
    keyword("checker", "virtualhost", [word("NAME")], "Host header", {
      default: "RS value, VS value, or address and port",
      missing: "HTTP_GET virtualhost name missing",
    }),
    keyword(
      "checker",
      "http_protocol",
      [choice("1.0", "1.0C", "1.0c", "1.1")],
      "Version of the request; 1.0C adds Connection: close",
      {
        default: "1.0",
        missing: "Missing http_protocol version",
        invalid: "Invalid http_protocol version {}",
      },
    ),
    keyword("checker", "enable_sni", [boolean()], "Send the virtualhost as TLS server name", {
      default: "off",
      invalid: "Invalid enable_sni parameter {}",
    }),
    keyword("checker", "sni_name", [word("NAME")], "Send this TLS server name"),
    keyword(
      "checker",
      "fast_recovery",
      [boolean()],
      "While the server is down, ask for all urls at once rather than one every delay_loop",
      { default: "off", invalid: "Invalid fast_recovery parameter {}" },
    ),
    keyword("checker", "url", [], "One request; repeatable", { default: "required", block: url }),
  ];
}

/** `HTTP_GET` of a real server. */
export const HTTP_GET: Table = {
  kind: "keywords",
  name: "HTTP_GET",
  keywords: httpRows(HTTP_URL),
};

/** `SSL_GET` of a real server. */
export const SSL_GET: Table = {
  kind: "keywords",
  name: "SSL_GET",
  keywords: [
    ...httpRows(SSL_URL),
    closeNotify(),
    keyword(
      "checker",
      "verify_certificate",
      [boolean()],
      "The certificate must be for the server name, and of the ca of the SSL block or one of the system",
      { default: "off", invalid: "Invalid verify_certificate parameter {}", addition: true },
    ),
  ],
};

/** `host` of `SMTP_CHECK`. */
export const SMTP_HOST: Table = {
  kind: "keywords",
  name: "host",
  keywords: [...CONNECTION, ...common("1", "1")],
};

/** `SMTP_CHECK` of a real server. */
export const SMTP_CHECK: Table = {
  kind: "keywords",
  name: "SMTP_CHECK",
  keywords: [
    ...CONNECTION,
    ...common("1", "1"),
    keyword("checker", "helo_name", [word("NAME")], "Name to greet with", {
      default: "smtpchecker.keepalived.org",
      missing: "SMTP_CHECK helo name missing",
    }),
    keyword("checker", "host", [], "Another host to check; write one SMTP_CHECK for each instead", {
      block: SMTP_HOST,
      deprecated: {
        message: "The SMTP_CHECK host block is deprecated. Please define additional checkers.",
        quiet: true,
      },
    }),
  ],
};
