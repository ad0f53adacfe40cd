import { anyCase, choice, command, integer, keyword, optional, rest } from "./keyword.ts";
import { seconds, type Table, word } from "./keyword.ts";
import { common, CONNECTION } from "./checker_rows.ts";

/** `TCP_CHECK` of a real server: a connection can be opened. */
export const TCP_CHECK: Table = {
  kind: "keywords",
  name: "TCP_CHECK",
  keywords: [...CONNECTION, ...common("1", "1")],
};

/** `PING_CHECK` of a real server: it answers an ICMP echo request. */
export const PING_CHECK: Table = {
  kind: "keywords",
  name: "PING_CHECK",
  keywords: [...CONNECTION, ...common("1", "1")],
};

/** `UDP_CHECK` of a real server: it answers, or at least no error comes back. */
export const UDP_CHECK: Table = {
  kind: "keywords",
  name: "UDP_CHECK",
  keywords: [
    ...CONNECTION,
    ...common("1", "1"),
    keyword(
      "checker",
      "payload",
      [rest("HEXSTRING")],
      "Bytes to send, as hexadecimal digits; blanks part them",
      { default: "32 bytes of filler", missing: "UDP_CHECK payload requires a payload" },
    ),
    keyword(
      "checker",
      "require_reply",
      [optional(rest("HEXSTRING"))],
      "A reply must come, and begin with these bytes; X stands for any digit",
      { default: "off" },
    ),
    keyword("checker", "min_reply_length", [integer(0, 65535)], "Fewest bytes of a good reply", {
      default: "0",
      invalid: "UDP_CHECK min length {} not valid - must be between 0 & 65535",
    }),
    keyword("checker", "max_reply_length", [integer(0, 65535)], "Most bytes of a good reply", {
      default: "255",
      invalid: "UDP_CHECK max length {} not valid - must be between 0 & 65535",
    }),
  ],
};

/** `DNS_CHECK` of a real server: it answers a question without an error. */
export const DNS_CHECK: Table = {
  kind: "keywords",
  name: "DNS_CHECK",
  keywords: [
    ...CONNECTION,
    ...common("3", "delay_loop"),
    keyword(
      "checker",
      "type",
      [anyCase("A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY")],
      "Record type to ask for",
      { default: "SOA", invalid: "Unknown DNS check type {} - ignoring" },
    ),
    keyword("checker", "name", [word("DOMAIN")], "Name to ask for", { default: ". (root)" }),
  ],
};

/** `MISC_CHECK` of a real server: a program ends with status 0. */
export const MISC_CHECK: Table = {
  kind: "keywords",
  name: "MISC_CHECK",
  keywords: [
    ...common("0", "1"),
    keyword("checker", "misc_path", [command()], "Program to run; quote it with its arguments", {
      default: "required",
      missing: "No script path has been specified for MISC_CHECKER - skipping",
    }),
    keyword(
      "checker",
      "misc_timeout",
      [seconds(0, 4294)],
      "SIGTERM after this many seconds, SIGKILL 2 s later",
      { default: "delay_loop of the VS", invalid: "Invalid misc_timeout value '{}'" },
    ),
    keyword("checker", "misc_dynamic", [], "Exit status 2..255 sets the weight to status - 2", {
      default: "off",
    }),
    keyword(
      "checker",
      "user",
      [word("USER"), optional(word("GROUP"))],
      "User and group to run as",
      { default: "script_user", missing: "No user specified for misc checker script" },
    ),
  ],
};

/** `FILE_CHECK` of a real server: a number in a file. */
export const FILE_CHECK: Table = {
  kind: "keywords",
  name: "FILE_CHECK",
  keywords: [
    keyword("checker", "track_file", [word("NAME")], "Name of a track_file block", {
      default: "required",
    }),
    keyword(
      "checker",
      "weight",
      [integer(-2147483647, 2147483647), optional(choice("reverse", "noreverse"))],
      "Multiplier of the number, added to the weight; 0: any number but 0 means down",
      {
        default: "track_file weight",
        invalid:
          "weight for track file must be in [-2147483647..2147483647] inclusive. Ignoring...",
      },
    ),
  ],
};

/** `BFD_CHECK` of a real server: a BFD session is up. */
export const BFD_CHECK: Table = {
  kind: "keywords",
  name: "BFD_CHECK",
  keywords: [
    keyword("checker", "name", [word("BFD-INSTANCE")], "Name of a bfd_instance block", {
      default: "required",
      missing: "BFD_CHECK - No or too many names specified - skipping checker",
    }),
    keyword("checker", "alpha", [], "Assume that the server is down until the session is up", {
      default: "RS value",
    }),
  ],
};
