import { command, keyword, optional, rest, type Table } from "./keyword.ts";

/** `vrrp_script`. */
export const VRRP_SCRIPT: Table = {
  kind: "keywords",
  name: "vrrp_script",
  keywords: [
    keyword("vrrp", "script", [command()], "Command to run; leading < form tests file existence", {
      default: "required",
    }),
    keyword("vrrp", "interval", [rest("SECONDS(decimal)")], "Period", { default: "1" }),
    keyword(
      "vrrp",
      "timeout",
      [rest("SECONDS(decimal)")],
      "TERM after this, KILL 2 s later; counts as failure",
      { default: "= interval" },
    ),
    keyword("vrrp", "weight", [rest("N [reverse]")], "Default priority change", {
      default: "0 (FAULT on failure)",
    }),
    keyword("vrrp", "rise", [rest("N")], "Successes needed to become good", { default: "1" }),
    keyword("vrrp", "fall", [rest("N")], "Failures needed to become bad", { default: "1" }),
    keyword("vrrp", "user", [rest("USER [GROUP]")], "Identity", { default: "script_user" }),
    keyword("vrrp", "init_fail", [], "Assume failed until rise successes", {
      default: "off (first result decides)",
    }),
  ],
};

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
      { default: "required" },
    ),
    keyword(
      "vrrp",
      "param_match",
      [optional(rest("[initial|partial]"))],
      "exact / last argument may be a prefix / more arguments may follow",
      { default: "exact if arguments given" },
    ),
    keyword("vrrp", "weight", [rest("N [reverse]")], "Default priority change", { default: "0" }),
    keyword("vrrp", "quorum", [rest("N")], "Least number of processes", { default: "1" }),
    keyword("vrrp", "quorum_max", [rest("N")], "Most number of processes (0 = must not run)", {
      default: "unlimited",
    }),
    keyword(
      "vrrp",
      "delay",
      [rest("SECONDS(decimal)")],
      "Sets both fork_delay and terminate_delay",
      { default: "0" },
    ),
    keyword(
      "vrrp",
      "terminate_delay",
      [rest("SECONDS(decimal)")],
      "Wait before reacting to lost quorum",
      { default: "0" },
    ),
    keyword(
      "vrrp",
      "fork_delay",
      [rest("SECONDS(decimal)")],
      "Wait before reacting to gained quorum",
      { default: "0" },
    ),
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
    keyword("core", "file", [rest("PATH")], "File to watch (inotify)", { default: "required" }),
    keyword("core", "weight", [rest("N [reverse]")], "Default multiplier", { default: "1" }),
    keyword(
      "core",
      "init_file",
      [optional(rest("[VALUE] [overwrite]"))],
      "Create (or overwrite) the file at start",
      { default: "off; value 0" },
    ),
  ],
};
