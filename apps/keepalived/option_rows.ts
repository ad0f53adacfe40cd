/** How an option takes a value. */
type Value = "none" | "required" | "optional";

/** One option of the command line. */
export type OptionRow = {
  readonly key: OptionKey;
  /** Its letter; empty: none. */
  readonly short: string;
  readonly long: string;
  readonly value: Value;
  readonly placeholder?: string;
  readonly help: string;
};

/** Every option of the daemon, in the order of the C daemon's manual. */
export const optionRows: readonly OptionRow[] = [
  takes(
    "file",
    "f",
    "use-file",
    "FILE",
    "Read this configuration instead of /etc/keepalived/keepalived.conf",
  ),
  flag("vrrpOnly", "P", "vrrp", "Run only the VRRP subsystem"),
  flag("checkOnly", "C", "check", "Run only the health checkers"),
  flag("noBfd", "B", "no_bfd", "Do not run the BFD subsystem"),
  flag("all", "", "all", "Run every subsystem, even if the configuration has nothing for it"),
  flag("console", "l", "log-console", "Log to standard error as well"),
  flag("detail", "D", "log-detail", "Detailed log"),
  takes(
    "facility",
    "S",
    "log-facility",
    "NAME",
    "Facility of syslog: 0-7 or local0-7, user, daemon (default)",
  ),
  mayTake(
    "logFile",
    "g",
    "log-file",
    "FILE",
    "Log to a file as well (default: /tmp/keepalived.log), each process to its own",
  ),
  flag("flushLog", "", "flush-log-file", "Write each line of the log file at once"),
  takes(
    "logFormat",
    "",
    "log-format",
    "FORMAT",
    "Lines on standard error and in files: text (default) or json",
  ),
  flag("noSyslog", "G", "no-syslog", "Do not log to syslog"),
  takes("umask", "u", "umask", "MASK", "File mode creation mask, whatever the configuration says"),
  flag(
    "releaseVips",
    "X",
    "release-vips",
    "Remove virtual addresses at the end even if others put them there",
  ),
  flag(
    "keepVrrp",
    "V",
    "dont-release-vrrp",
    "Leave virtual addresses, routes and rules in place at the end",
  ),
  flag("keepIpvs", "I", "dont-release-ipvs", "Leave the table of IPVS as it is at the end"),
  flag("noIpvs", "", "no-ipvs", "Check servers and tell how they are, but do not program IPVS"),
  flag(
    "noRespawn",
    "R",
    "dont-respawn",
    "End when a child process ends, and do not start it again",
  ),
  mayTake(
    "watchdogDevice",
    "",
    "watchdog-device",
    "FILE",
    "Feed a hardware watchdog (default: /dev/watchdog), which resets the machine without us",
  ),
  flag("foreground", "n", "dont-fork", "Stay in the foreground"),
  flag("dumpConfig", "d", "dump-conf", "Log what came of the configuration"),
  takes("pidFile", "p", "pid", "FILE", "Pid file of the parent process"),
  takes("vrrpPidFile", "r", "vrrp_pid", "FILE", "Pid file of the VRRP process"),
  takes("checkersPidFile", "c", "checkers_pid", "FILE", "Pid file of the checker process"),
  takes("bfdPidFile", "b", "bfd_pid", "FILE", "Pid file of the BFD process"),
  flag("addressMonitoring", "a", "address-monitoring", "Log every address that comes or goes"),
  takes(
    "record",
    "",
    "record",
    "FILE",
    "Write what the VRRP process is told and what it does to FILE: for bug reports",
  ),
  flag("snmp", "x", "snmp", "Accepted: there is no SNMP agent; there are metrics"),
  takes(
    "snmpSocket",
    "A",
    "snmp-agent-socket",
    "FILE",
    "Accepted: there is no SNMP agent; there are metrics",
  ),
  takes(
    "namespace",
    "s",
    "namespace",
    "NAME",
    "Run in this network namespace, whatever the configuration says",
  ),
  flag("coreDump", "m", "core-dump", "Allow core files"),
  mayTake(
    "corePattern",
    "M",
    "core-dump-pattern",
    "PATTERN",
    "The same, and set the pattern of their names for the whole machine (default: core)",
  ),
  flag("strictIncludes", "e", "all-config", "Take every missing include for an error"),
  takes(
    "configId",
    "i",
    "config-id",
    "ID",
    "Value that lines starting with @ID are compared with (default: the host name)",
  ),
  flag("ignoreInterrupt", "", "ignore-sigint", "Do not stop on SIGINT"),
  takes(
    "signalNumber",
    "",
    "signum",
    "NAME",
    "Print the number of a signal: STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON",
  ),
  mayTake(
    "configTest",
    "t",
    "config-test",
    "FILE",
    "Check the configuration and exit; with FILE, append what is found to it",
  ),
  flag("version", "v", "version", "Print the version and exit"),
  flag("help", "h", "help", "Print this help and exit"),
];

function flag(key: OptionKey, short: string, long: string, help: string): OptionRow {
  return { key, short, long, value: "none", help };
}

function takes(
  key: OptionKey,
  short: string,
  long: string,
  placeholder: string,
  help: string,
): OptionRow {
  return { key, short, long, value: "required", placeholder, help };
}

function mayTake(...row: Parameters<typeof takes>): OptionRow {
  return { ...takes(...row), value: "optional" };
}

/** Name of an option in the code. */
export type OptionKey =
  | "file"
  | "vrrpOnly"
  | "checkOnly"
  | "noBfd"
  | "all"
  | "console"
  | "detail"
  | "facility"
  | "logFile"
  | "flushLog"
  | "logFormat"
  | "noSyslog"
  | "umask"
  | "releaseVips"
  | "keepVrrp"
  | "keepIpvs"
  | "noIpvs"
  | "noRespawn"
  | "watchdogDevice"
  | "foreground"
  | "dumpConfig"
  | "pidFile"
  | "vrrpPidFile"
  | "checkersPidFile"
  | "bfdPidFile"
  | "addressMonitoring"
  | "record"
  | "snmp"
  | "snmpSocket"
  | "namespace"
  | "coreDump"
  | "corePattern"
  | "strictIncludes"
  | "configId"
  | "ignoreInterrupt"
  | "signalNumber"
  | "configTest"
  | "version"
  | "help";
