import {
  address,
  boolean,
  choice,
  command,
  decimalSeconds,
  integer,
  interfaceName,
  type Keyword,
  keyword,
  lines,
  multicast,
  optional,
  rest,
  seconds,
  type Table,
} from "./keyword.ts";
import { ADDRESS_WORDS } from "./address.ts";
import { AUTH_HMAC, AUTHENTICATION } from "./authentication.ts";
import { ROUTE_WORDS } from "./route.ts";
import { RULE_WORDS } from "./rule.ts";
import { trackLists } from "./tracking.ts";

/** What a line of `unicast_peer` holds after the address. */
const UNICAST_PEER_WORDS: readonly Keyword[] = [
  keyword("vrrp", "min_ttl", [integer(0, 255)], "Lowest accepted TTL from that peer", {
    default: "0",
  }),
  keyword("vrrp", "max_ttl", [integer(0, 255)], "Highest accepted TTL from that peer", {
    default: "255",
  }),
];

/** `vrrp_instance`: one virtual router. */
export const VRRP_INSTANCE: Table = {
  kind: "keywords",
  name: "vrrp_instance",
  keywords: [
    keyword(
      "vrrp",
      "use_vmac",
      [optional(rest("[[name] IFNAME] [MAC] [netlink_notify_msg] [group G]"))],
      "Use a macvlan with the virtual router MAC",
      { default: "off", once: true },
    ),
    keyword(
      "vrrp",
      "use_vmac_addr",
      [],
      "Also make macvlans for VIPs that sit on other interfaces",
      { default: "off" },
    ),
    keyword(
      "vrrp",
      "vmac_xmit_base",
      [],
      "Send adverts from the base interface although a VMAC is used",
      { default: "off" },
    ),
    keyword(
      "vrrp",
      "use_ipvlan",
      [optional(rest("[[name] IFNAME] [IP] [bridge|private|vepa] [group G]"))],
      "Use an ipvlan L2 interface",
      { default: "off", once: true },
    ),
    keyword("vrrp", "unicast_peer", [], "Peers to send to; presence switches to unicast", {
      default: "none (multicast)",
      block: lines("unicast_peer", "IP [min_ttl N] [max_ttl N] ...", UNICAST_PEER_WORDS),
    }),
    keyword(
      "vrrp",
      "unicast_fault_no_peer",
      [],
      "FAULT when unicast options are set but no peer is listed",
      { default: "off" },
    ),
    keyword("vrrp", "check_unicast_src", [], "Drop adverts from unlisted sources", {
      default: "global default",
    }),
    keyword(
      "vrrp",
      "old_unicast_checksum",
      [optional(choice("never"))],
      "Pre-1.3.7 checksum for VRRPv3 unicast; never disables detection",
      { default: "auto detect" },
    ),
    keyword("vrrp", "native_ipv6", [], "Declare the instance IPv6", {
      deprecated: { message: 'Keyword "native_ipv6" is deprecated', quiet: true },
    }),
    keyword(
      "vrrp",
      "state",
      [choice("MASTER", "BACKUP")],
      "Wished initial state (only shortens the first timer)",
      { default: "BACKUP" },
    ),
    keyword("vrrp", "interface", [interfaceName()], "Interface for adverts and VIPs", {
      default: "none (allowed only for unicast)",
    }),
    keyword("vrrp", "vrf", [interfaceName()], "VRF for an instance without interface"),
    keyword(
      "vrrp",
      "dont_track_primary",
      [],
      "State of the own interface does not fault the instance",
      { default: "tracked" },
    ),
    ...trackLists({
      interface: "Fault or change priority on interface state",
      script: "Fault or change priority on script result",
      file: "Priority += file value x weight",
      process: "Fault or change priority on process quorum",
      bfd: "Fault or change priority on BFD state",
    }),
    keyword("vrrp", "mcast_src_ip", [address()], "Source address of multicast adverts", {
      default: "primary address of interface",
    }),
    keyword("vrrp", "unicast_src_ip", [address()], "Source address of unicast adverts", {
      default: "primary address of interface",
    }),
    keyword("vrrp", "mcast_dst_ip", [multicast()], "Per instance multicast destination", {
      default: "global group",
    }),
    keyword("vrrp", "track_src_ip", [], "FAULT while the configured source address is missing", {
      default: "off",
    }),
    keyword("vrrp", "virtual_router_id", [integer(1, 255)], "VRID", { default: "required" }),
    keyword("vrrp", "unicast_ttl", [integer(0, 255)], "TTL/hop limit of unicast adverts", {
      default: "255 for IPv4; IPv6 kernel default of the socket",
    }),
    keyword("vrrp", "version", [integer(2, 3)], "Protocol version", {
      default: "global vrrp_version; IPv6 3",
    }),
    keyword("vrrp", "priority", [integer(1, 255)], "Base priority; 255 means address owner", {
      default: "100 (255 when state MASTER is set and priority absent)",
    }),
    keyword("vrrp", "advert_int", [decimalSeconds(0.01, 255)], "Advert interval", { default: "1" }),
    keyword("vrrp", "virtual_ipaddress", [], "VIPs carried in adverts", {
      block: lines("virtual_ipaddress", "ADDRESS-LINES", ADDRESS_WORDS),
    }),
    keyword("vrrp", "virtual_ipaddress_excluded", [], "VIPs managed but not advertised", {
      block: lines("virtual_ipaddress_excluded", "ADDRESS-LINES", ADDRESS_WORDS),
    }),
    keyword("vrrp", "no_virtual_ipaddress", [], "Do not warn when there are no VIPs", {
      default: "off",
    }),
    keyword(
      "vrrp",
      "promote_secondaries",
      [],
      "Set the sysctl so deleting a primary promotes the secondaries",
      { default: "off" },
    ),
    keyword("vrrp", "linkbeat_use_polling", [], "Poll link on this interface", {
      default: "off",
      deprecated: {
        message:
          "'linkbeat_use_polling' in vrrp instance deprecated - use linkbeat_interfaces block",
        quiet: false,
      },
    }),
    keyword("vrrp", "v3_checksum_as_v2", [boolean()], "See global keyword", { default: "global" }),
    keyword("vrrp", "virtual_routes", [], "Routes present only while MASTER", {
      block: lines("virtual_routes", "ROUTE-LINES", ROUTE_WORDS),
    }),
    keyword("vrrp", "virtual_rules", [], "Policy rules present only while MASTER", {
      block: lines("virtual_rules", "RULE-LINES", RULE_WORDS),
    }),
    keyword("vrrp", "accept", [], "Accept packets to VIPs although not owner", {
      default: "accept (unless strict)",
    }),
    keyword("vrrp", "no_accept", [], "Firewall drops traffic to VIPs while MASTER and not owner", {
      default: "off",
    }),
    keyword("vrrp", "skip_check_adv_addr", [boolean()], "See global keyword", {
      default: "global",
    }),
    keyword("vrrp", "strict_mode", [boolean()], "See global vrrp_strict", { default: "global" }),
    keyword(
      "vrrp",
      "preempt",
      [],
      "Preempt lower priority masters (also overrides an earlier nopreempt)",
      { default: "on" },
    ),
    keyword("vrrp", "nopreempt", [], "Do not take over from a lower priority master", {
      default: "off",
    }),
    keyword("vrrp", "preempt_delay", [decimalSeconds(0, 1000)], "Wait before preempting", {
      default: "0",
    }),
    keyword("vrrp", "debug", [optional(integer(0, 4))], "Old debug level", { default: "0" }),
    keyword("vrrp", "notify_backup", [command()], "Script on becoming BACKUP"),
    keyword("vrrp", "notify_master", [command()], "Script on becoming MASTER"),
    keyword("vrrp", "notify_fault", [command()], "Script on entering FAULT"),
    keyword("vrrp", "notify_stop", [command()], "Script on stopping"),
    keyword(
      "vrrp",
      "notify_deleted",
      [optional(command())],
      "On removal by reload report DELETED instead of FAULT, optional script",
      { default: "off" },
    ),
    keyword(
      "vrrp",
      "notify_contested",
      [optional(command())],
      "Tell of two routers that may be MASTER at once as CONTESTED and UNCONTESTED, optional script for the first",
      { default: "off", addition: true },
    ),
    keyword(
      "vrrp",
      "notify",
      [command()],
      "Script for every state; gets INSTANCE name state priority appended",
    ),
    keyword(
      "vrrp",
      "notify_master_rx_lower_pri",
      [command()],
      "Script when a master hears a lower priority master",
    ),
    keyword("vrrp", "smtp_alert", [boolean()], "Mail on state change", {
      default: "global default",
    }),
    keyword("vrrp", "notify_priority_changes", [boolean()], "Write priority changes to FIFOs", {
      default: "global",
    }),
    keyword("vrrp", "lvs_sync_daemon_interface", [interfaceName()], "IPVS sync daemon interface", {
      deprecated: {
        message:
          "Specifying lvs_sync_daemon_interface against a vrrp is deprecated. Please use global lvs_sync_daemon",
        quiet: false,
      },
    }),
    keyword("vrrp", "garp_master_delay", [seconds(0, 4294)], "See global", { default: "global" }),
    keyword("vrrp", "garp_master_refresh", [seconds(0, 4294967295)], "See global", {
      default: "global",
    }),
    keyword("vrrp", "garp_master_repeat", [integer(0)], "See global", { default: "global" }),
    keyword("vrrp", "garp_master_refresh_repeat", [integer(0)], "See global", {
      default: "global",
    }),
    keyword("vrrp", "garp_lower_prio_delay", [seconds(0, 4294)], "See global", {
      default: "global",
    }),
    keyword("vrrp", "garp_lower_prio_repeat", [integer(0)], "See global", { default: "global" }),
    keyword("vrrp", "down_timer_adverts", [integer(1, 100)], "See global", {
      default: "global (3)",
    }),
    keyword(
      "vrrp",
      "timer_expired_backup",
      [optional(integer(1, 254))],
      "When scheduling was so late that a peer of that priority must have taken over, go to BACKUP",
      { default: "off; 254 if no value" },
    ),
    keyword("vrrp", "thread_timer_expired", [optional(integer(1, 254))], "Old name", {
      aliasOf: "timer_expired_backup",
      deprecated: {
        message: 'Keyword "thread_timer_expired" is deprecated - please use "timer_expired_backup"',
        quiet: false,
      },
    }),
    keyword("vrrp", "garp_extra_if", [optional(choice("all")), seconds(0, 86400)], "See global", {
      default: "global",
    }),
    keyword("vrrp", "vmac_garp_intvl", [optional(choice("all")), seconds(0, 86400)], "Old name", {
      aliasOf: "garp_extra_if",
      deprecated: {
        message: 'Keyword "vmac_garp_intvl" is deprecated - please use "garp_extra_if"',
        quiet: false,
      },
    }),
    keyword("vrrp", "lower_prio_no_advert", [boolean()], "See global", { default: "global" }),
    keyword("vrrp", "higher_prio_send_advert", [boolean()], "See global", { default: "global" }),
    keyword(
      "vrrp",
      "owner_ignore_adverts",
      [boolean()],
      "An address owner drops all received adverts",
      { default: "global" },
    ),
    keyword(
      "vrrp",
      "kernel_rx_buf_size",
      [integer(0, 4294967295)],
      "Receive socket buffer of this instance",
      { default: "policy" },
    ),
    keyword("vrrp", "authentication", [], "RFC2338 style authentication", {
      block: AUTHENTICATION,
    }),
    keyword("vrrp", "auth_hmac", [], "HMAC-SHA256 trailer (2.4.0)", { block: AUTH_HMAC }),
  ],
};
