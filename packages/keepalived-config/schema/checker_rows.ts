import { boolean, decimalSeconds, exactWord, hostAddress, integer } from "./keyword.ts";
import { type Argument, INTERFACE_LENGTH, type Keyword, keyword } from "./keyword.ts";

/** The longest time, in seconds, whose microseconds are exact. */
const LONGEST = 9_007_199_254;
/** The longest time, in seconds, whose microseconds have 32 bits. */
const LONGEST_TIMEOUT = 4294.967295;

/** Where a default comes from: `VS value`, or a number. */
type Defaults = {
  readonly retry: string;
  readonly delayBeforeRetry: string;
  readonly other?: string;
  /** The fewest retries that may be asked for. */
  readonly fewest?: number;
};

/** When a checker runs, and how often it tries. */
export function schedule({ retry, delayBeforeRetry, other, fewest = 0 }: Defaults): Keyword[] {
  return [
    keyword("checker", "retry", [integer(fewest)], "Further attempts after a failure", {
      default: retry,
      invalid: fewest === 0
        ? "Invalid retry connection value '{}'"
        : "retry value invalid - {} must be 1 or more",
    }),
    keyword("checker", "rise", [integer(1)], "Successes that bring a server up", {
      default: other ?? "1; HTTP_GET and SSL_GET: at least one for each url and one more",
      invalid: "Invalid rise value '{}'",
      addition: true,
    }),
    keyword(
      "checker",
      "delay_before_retry",
      [decimalSeconds(0, LONGEST)],
      "Pause between two attempts, in seconds",
      {
        default: delayBeforeRetry,
        invalid: "Invalid delay_before_retry connection value '{}'",
      },
    ),
    keyword(
      "checker",
      "warmup",
      [decimalSeconds(0, LONGEST)],
      "Longest random delay of the first check, in seconds; 0: none",
      { default: other ?? "delay_loop", invalid: "Invalid warmup connection value '{}'" },
    ),
    keyword(
      "checker",
      "delay_loop",
      [decimalSeconds(0.000001, LONGEST)],
      "Time between two checks, in seconds",
      { default: other ?? "60", invalid: "delay_loop '{}' is invalid - ignoring" },
    ),
  ];
}

/** How long a connection or an answer may take. */
export function connectTimeout(fallback = "5"): Keyword {
  return keyword(
    "checker",
    "connect_timeout",
    [decimalSeconds(0.000001, LONGEST_TIMEOUT)],
    "Longest time for a connection or an answer, in seconds",
    { default: fallback, invalid: "connect_timeout {} invalid - ignoring" },
  );
}

/** What all but `FILE_CHECK` and `BFD_CHECK` take. */
export function common(retry: string, delayBeforeRetry: string): readonly Keyword[] {
  return [
    ...schedule({ retry, delayBeforeRetry }),
    keyword("checker", "alpha", [boolean()], "Assume that the server is down until it is checked", {
      default: "RS value",
      invalid: "Invalid alpha parameter {}",
    }),
    keyword(
      "checker",
      "log_all_failures",
      [boolean()],
      "Log each failed attempt, not only the one that takes the server down",
      {
        default: "checker_log_all_failures of global_defs",
        invalid: "Invalid log_all_failures parameter {}",
      },
    ),
  ];
}

function port(): Argument {
  return integer(1, 65535);
}

/** What the checkers that open a socket take. */
export const CONNECTION: readonly Keyword[] = [
  keyword("checker", "connect_ip", [hostAddress()], "Check another address", {
    default: "real server address",
    invalid: "Invalid connect_ip address {} - ignoring",
  }),
  keyword("checker", "connect_port", [port()], "Check another port", {
    default: "real server port",
    invalid: "Invalid checker connect_port '{}'",
  }),
  keyword("checker", "bindto", [hostAddress()], "Source address, of the family of the target", {
    invalid: "Invalid bindto address {} - ignoring",
  }),
  keyword("checker", "bind_port", [port()], "Source port", {
    default: "any",
    invalid: "Invalid checker bind_port '{}'",
  }),
  keyword(
    "checker",
    "bind_if",
    [exactWord("IFNAME", INTERFACE_LENGTH)],
    "Interface to send on; a link-local address needs it",
    { invalid: "Interface name {} is too long - ignoring" },
  ),
  connectTimeout(),
  keyword("checker", "fwmark", [integer(0)], "Firewall mark of the packets", {
    default: "0 (none)",
    invalid: "Invalid fwmark connection value '{}'",
  }),
];
