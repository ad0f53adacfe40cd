import {
  choice,
  command,
  decimalSeconds,
  integer,
  type Keyword,
  keyword,
  milliseconds,
  optional,
  rest,
  type Table,
  weight,
  word,
} from "./keyword.ts";

/** The most that a C int holds. */
const INT_MAX = 2147483647;

/** `vrrp_script`. */
export const VRRP_SCRIPT: Table = {
  kind: "keywords",
  name: "vrrp_script",
  keywords: [
    keyword("vrrp", "script", [command()], "Command to run; leading < form tests file existence", {
      default: "required",
    }),
    keyword("vrrp", "interval", [milliseconds(0, 4294967)], "Period; 0 means a second", {
      default: "1",
      invalid: "vrrp script interval '{}' invalid - ignoring",
    }),
    keyword(
      "vrrp",
      "timeout",
      [milliseconds(0, 4294967)],
      "TERM after this, KILL 2 s later; counts as failure",
      { default: "= interval", invalid: "vrrp script timeout '{}' invalid - ignoring" },
    ),
    keyword("vrrp", "weight", weight(253), "Default priority change", {
      default: "0 (FAULT on failure)",
      invalid: "weight {} must be in [-253, 253]",
    }),
    keyword("vrrp", "rise", [integer(1, INT_MAX)], "Successes needed to become good", {
      default: "1",
      invalid: "vrrp script rise value '{}' invalid, defaulting to 1",
    }),
    keyword("vrrp", "fall", [integer(1, INT_MAX)], "Failures needed to become bad", {
      default: "1",
      invalid: "vrrp script fall value '{}' invalid, defaulting to 1",
    }),
    keyword("vrrp", "user", [word("USER"), optional(word("GROUP"))], "Identity", {
      default: "script_user",
    }),
    keyword("vrrp", "init_fail", [], "Assume failed until rise successes", {
      default: "off (first result decides)",
    }),
  ],
};

/** Delays and counts of a tracked process. */
const LONGEST_DELAY = 3600;
const SHORTEST_DELAY = 0.000001;

function delay(name: string, help: string): Keyword {
  return keyword("vrrp", name, [decimalSeconds(SHORTEST_DELAY, LONGEST_DELAY)], help, {
    default: "0",
    invalid: `${name} ({}) must be between [${SHORTEST_DELAY.toFixed(6)}..3600] inclusive`,
  });
}

/** `vrrp_track_process`. */
export const VRRP_TRACK_PROCESS: Table = {
  kind: "keywords",
  name: "vrrp_track_process",
  keywords: [
    keyword(
      "vrrp",
      "process",
      [rest("CMD [ARG...]")],
      "Name (comm) or full command with arguments to look for",
      { default: "required", once: true },
    ),
    keyword(
      "vrrp",
      "param_match",
      [optional(choice("initial", "partial"))],
      "exact / last argument may be a prefix / more arguments may follow",
      { default: "exact if arguments given", invalid: "Invalid param_match type {} - ignoring" },
    ),
    keyword("vrrp", "weight", weight(254), "Default priority change", {
      default: "0",
      invalid: "Weight ({}) must be between [-254..254] inclusive. Ignoring...",
      missing: "No weight specified for track process - ignoring",
      once: true,
    }),
    keyword("vrrp", "quorum", [integer(1, 65535)], "Least number of processes", {
      default: "1",
      invalid: "Quorum ({}) must be between [1..65535] inclusive. Ignoring...",
    }),
    keyword(
      "vrrp",
      "quorum_max",
      [integer(0, 65535)],
      "Most number of processes (0 = must not run)",
      {
        default: "unlimited",
        invalid: "quorum_max ({}) must be between [0..65535] inclusive. Ignoring...",
      },
    ),
    delay("delay", "Sets both fork_delay and terminate_delay"),
    delay("terminate_delay", "Wait before reacting to lost quorum"),
    delay("fork_delay", "Wait before reacting to gained quorum"),
    keyword("vrrp", "full_command", [], "Compare with argv[0] path of cmdline rather than comm", {
      default: "off (comm, 15 chars)",
    }),
  ],
};

/** `track_file`, formerly `vrrp_track_file`. */
export const TRACK_FILE: Table = {
  kind: "keywords",
  name: "track_file",
  keywords: [
    keyword("core", "file", [word("PATH")], "File to watch (inotify)", {
      default: "required",
      missing: "track file file name missing",
      once: true,
    }),
    keyword("core", "weight", weight(254), "Default multiplier", {
      default: "1",
      invalid: "Weight ({}) must be between [-254..254] inclusive. Ignoring...",
      missing: "No weight specified for track file - ignoring",
    }),
    keyword(
      "core",
      "init_file",
      [optional(rest("[VALUE] [overwrite]"))],
      "Create (or overwrite) the file at start",
      { default: "off; value 0" },
    ),
  ],
};

/** What a line of `track_interface` and its likes holds after the name. */
function trackEntry(most: number): readonly Keyword[] {
  return [
    keyword("vrrp", "weight", [integer(-most, most)], "Priority change instead of FAULT", {
      default: "that of the definition",
    }),
    keyword("vrrp", "reverse", [], "Invert the sense: what is down or failed is good"),
    keyword("vrrp", "noreverse", [], "Cancel a reverse of the definition"),
  ];
}

/** For interfaces, scripts and BFD sessions. */
export const TRACK_ENTRY_WORDS: readonly Keyword[] = trackEntry(253);
/** For files and processes. */
export const TRACK_FILE_ENTRY_WORDS: readonly Keyword[] = trackEntry(254);
