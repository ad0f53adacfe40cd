import {
  type Keyword,
  keyword,
  lines,
  optional,
  rest,
  seconds,
  type Table,
  word,
} from "./keyword.ts";
import { ADDRESS_WORDS } from "./address.ts";
import { BFD_INSTANCE } from "./bfd_instance.ts";
import { GLOBAL_DEFS } from "./global_defs.ts";
import { ROUTE_WORDS } from "./route.ts";
import { RULE_WORDS } from "./rule.ts";
import { TRACK_FILE, VRRP_SCRIPT, VRRP_TRACK_PROCESS } from "./trackers.ts";
import { SSL, VIRTUAL_SERVER, VIRTUAL_SERVER_GROUP } from "./virtual_server.ts";
import { VRRP_INSTANCE } from "./vrrp_instance.ts";
import { GARP_GROUP, TRACK_GROUP, VRRP_SYNC_GROUP } from "./vrrp_sync_group.ts";

/** Ways to ask an interface for its carrier. */
const LINKBEAT_WORDS: readonly Keyword[] = [
  keyword("vrrp", "MII", [], "Ask the transceiver"),
  keyword("vrrp", "ETHTOOL", [], "Ask by ethtool"),
  keyword("vrrp", "IOCTL", [], "Ask for the flags of the interface"),
];

/** What stands outside all blocks. */
export const ROOT: Table = {
  kind: "keywords",
  name: "root",
  keywords: [
    keyword(
      "core",
      "linkbeat_use_polling",
      [],
      "Poll every interface by ioctl/MII/ETHTOOL for carrier instead of trusting netlink",
      { default: "off" },
    ),
    keyword(
      "core",
      "net_namespace",
      [word("NAME")],
      "Run the whole daemon inside a named network namespace; cannot change on reload; implies use_pid_dir",
    ),
    keyword(
      "core",
      "net_namespace_ipvs",
      [optional(word("NAME"))],
      "Network namespace in which IPVS is programmed when different from the VRRP one; fixed across reload",
      { default: "same ns as net_namespace" },
    ),
    keyword(
      "core",
      "namespace_with_ipsets",
      [],
      "Allow ipsets together with net_namespace on old kernels (<3.13) where sets are not namespaced",
      { default: "off" },
    ),
    keyword(
      "core",
      "use_pid_dir",
      [],
      "Put pid files under the keepalived sub-directory of the run dir",
      { default: "off (on with net_namespace/instance)" },
    ),
    keyword(
      "core",
      "instance",
      [word("NAME")],
      "Name of this daemon instance: suffixes pid files, syslog ident; fixed across reload",
    ),
    keyword(
      "core",
      "child_wait_time",
      [seconds(0, 4294967295)],
      "How long the parent waits for children to stop before SIGKILL",
      { default: "5" },
    ),
    keyword("core", "global_defs", [], "Block of daemon wide settings", { block: GLOBAL_DEFS }),
    keyword(
      "vrrp",
      "track_group",
      [word("NAME")],
      "Named list of VRRP instances that static addresses/routes/rules can be tied to",
      { block: TRACK_GROUP },
    ),
    keyword(
      "vrrp",
      "static_ipaddress",
      [],
      "Addresses kept on the host permanently while the daemon runs, restored if removed",
      { block: lines("static_ipaddress", "ADDRESS-LINES", ADDRESS_WORDS) },
    ),
    keyword("vrrp", "static_routes", [], "Routes kept permanently while the daemon runs", {
      block: lines("static_routes", "ROUTE-LINES", ROUTE_WORDS),
    }),
    keyword("vrrp", "static_rules", [], "Policy rules kept permanently while the daemon runs", {
      block: lines("static_rules", "RULE-LINES", RULE_WORDS),
    }),
    keyword(
      "vrrp",
      "vrrp_sync_group",
      [word("NAME")],
      "Ties instances so they are all MASTER or none is",
      { block: VRRP_SYNC_GROUP },
    ),
    keyword("vrrp", "garp_group", [], "Shares a GARP/NA send-rate limit over a set of interfaces", {
      block: GARP_GROUP,
    }),
    keyword(
      "vrrp",
      "linkbeat_interfaces",
      [],
      "Interfaces whose link is polled, with the polling method",
      { block: lines("linkbeat_interfaces", "IFNAME [MII|ETHTOOL|IOCTL]", LINKBEAT_WORDS) },
    ),
    keyword("vrrp", "vrrp_instance", [word("NAME")], "One virtual router", {
      block: VRRP_INSTANCE,
    }),
    keyword(
      "vrrp",
      "vrrp_script",
      [word("NAME")],
      "Periodic health script that instances can track",
      { block: VRRP_SCRIPT },
    ),
    keyword(
      "vrrp",
      "vrrp_track_process",
      [word("NAME")],
      "Counts running processes through the kernel proc connector",
      { block: VRRP_TRACK_PROCESS },
    ),
    keyword(
      "core",
      "track_file",
      [word("NAME")],
      "File whose integer content drives priorities (VRRP) or weights (checkers)",
      { block: TRACK_FILE },
    ),
    keyword("core", "vrrp_track_file", [word("NAME")], "Old name", {
      aliasOf: "track_file",
      deprecated: {
        message: 'Keyword "vrrp_track_file" is deprecated - please use "track_file"',
        quiet: false,
      },
      block: TRACK_FILE,
    }),
    keyword(
      "vrrp",
      "interface_up_down_delays",
      [],
      "Debounce times before interface down/up is acted on",
      { default: "0; UP: as DOWN", block: lines("interface_up_down_delays", "IFNAME DOWN [UP]") },
    ),
    keyword("bfd", "bfd_instance", [{ ...word("NAME", 31), exact: true }], "One BFD session", {
      block: BFD_INSTANCE,
    }),
    keyword("checker", "SSL", [], "Client certificate/CA used by SSL_GET", {
      default: "auto context",
      block: SSL,
    }),
    keyword(
      "checker",
      "virtual_server_group",
      [word("NAME")],
      "Several VIP:port / ranges / fwmarks sharing one real server pool",
      { block: VIRTUAL_SERVER_GROUP },
    ),
    keyword(
      "checker",
      "virtual_server",
      [rest("IP [PORT] | fwmark N | group NAME")],
      "One IPVS virtual service",
      { default: "port 0 if omitted", block: VIRTUAL_SERVER },
    ),
  ],
};
