import { choice, integer, interfaceName, type Keyword, keyword, word } from "./keyword.ts";

const prefix = () => word("IP[/LEN]");

/** What a rule can do other than to look up a table. */
export const RULE_ACTIONS = ["blackhole", "prohibit", "unreachable", "nop"] as const;

/** The words of a line of `static_rules` and `virtual_rules`: those of `ip rule`. */
export const RULE_WORDS: readonly Keyword[] = [
  keyword("vrrp", "inet", [], "An IPv4 rule"),
  keyword("vrrp", "inet6", [], "An IPv6 rule"),
  keyword("vrrp", "from", [prefix()], "Source"),
  keyword("vrrp", "to", [prefix()], "Destination"),
  keyword("vrrp", "not", [], "For packets that do not match"),
  keyword("vrrp", "table", [word("N|NAME")], "Table to look up"),
  keyword("vrrp", "lookup", [word("N|NAME")], "The same as table", { aliasOf: "table" }),
  keyword("vrrp", "preference", [integer(0)], "Place among the rules", {
    default: "counted down from 16384, with a message",
  }),
  keyword("vrrp", "order", [integer(0)], "The same as preference", { aliasOf: "preference" }),
  keyword("vrrp", "priority", [integer(0)], "The same as preference", { aliasOf: "preference" }),
  keyword("vrrp", "tos", [word("N|NAME")], "TOS"),
  keyword("vrrp", "dsfield", [word("N|NAME")], "The same as tos", { aliasOf: "tos" }),
  keyword("vrrp", "fwmark", [word("N[/MASK]")], "Mark of the firewall"),
  keyword("vrrp", "realms", [word("[SRC/]DST")], "Realms"),
  keyword(
    "vrrp",
    "suppress_prefixlength",
    [integer(0, 2147483647)],
    "Take no route with a prefix as short",
  ),
  keyword("vrrp", "sup_pl", [integer(0, 2147483647)], "The same as suppress_prefixlength", {
    aliasOf: "suppress_prefixlength",
  }),
  keyword("vrrp", "suppress_ifgroup", [word("N|NAME")], "Take no route by this interface group"),
  keyword("vrrp", "sup_group", [word("N|NAME")], "The same as suppress_ifgroup", {
    aliasOf: "suppress_ifgroup",
  }),
  keyword("vrrp", "iif", [interfaceName()], "Input interface"),
  keyword("vrrp", "dev", [interfaceName()], "The same as iif", { aliasOf: "iif" }),
  keyword("vrrp", "oif", [interfaceName()], "Output interface"),
  keyword("vrrp", "tunnel-id", [word("N")], "Number of the tunnel, 64 bits"),
  keyword("vrrp", "uidrange", [word("A-B")], "User ids"),
  keyword("vrrp", "l3mdev", [], "Look up the table of the VRF of the packet"),
  keyword("vrrp", "protocol", [integer(0, 255)], "Who made the rule", {
    default: "18 (keepalived); others only with no_track",
  }),
  keyword("vrrp", "ipproto", [word("N|NAME")], "Protocol of the packet"),
  keyword("vrrp", "sport", [word("A-B")], "Source ports"),
  keyword("vrrp", "dport", [word("A-B")], "Destination ports"),
  keyword("vrrp", "goto", [integer(0)], "Go on with the rule of this preference"),
  keyword("vrrp", "type", [choice(...RULE_ACTIONS)], "Marks the action that follows"),
  keyword("vrrp", "no_track", [], "Its loss is no reason to leave MASTER"),
  keyword("vrrp", "track_group", [word("NAME")], "static_rules: the instances tied to it"),
  ...RULE_ACTIONS.map((action) => keyword("vrrp", action, [], `Action: ${action}`)),
];
