import { INTERFACE_LENGTH, interfaceName, type Keyword, keyword, rest, word } from "./keyword.ts";

/** The words after the address in `virtual_ipaddress`, `virtual_ipaddress_excluded` and `static_ipaddress`. */
export const ADDRESS_WORDS: readonly Keyword[] = [
  keyword("vrrp", "dev", [interfaceName()], "Interface that gets the address", {
    default: "interface of the instance, or default_interface",
  }),
  keyword("vrrp", "scope", [word("host|link|site|global|N")], "Where the address is valid", {
    default: "global, or what the address says",
  }),
  keyword("vrrp", "broadcast", [word("IP|+|-")], "Broadcast address; + and - derive it"),
  keyword("vrrp", "brd", [word("IP|+|-")], "The same as broadcast", { aliasOf: "broadcast" }),
  keyword("vrrp", "label", [word("NAME", INTERFACE_LENGTH)], "Label of an IPv4 address"),
  keyword("vrrp", "peer", [word("IP[/LEN]")], "Address of the other end"),
  keyword("vrrp", "home", [], "IPv6: home address"),
  keyword("vrrp", "-nodad", [], "IPv6: with duplicate address detection"),
  keyword("vrrp", "mngtmpaddr", [], "IPv6: template of temporary addresses"),
  keyword("vrrp", "noprefixroute", [], "Without the route to its prefix"),
  keyword("vrrp", "autojoin", [], "Joins multicast groups on the link"),
  keyword("vrrp", "no_track", [], "Its loss is no reason to leave MASTER"),
  keyword("vrrp", "preferred_lft", [word("SECONDS|forever")], "Preferred lifetime", {
    default: "0 for IPv6 /128, forever otherwise",
  }),
  keyword("vrrp", "track_group", [word("NAME")], "Instances that a static address is tied to"),
  keyword("vrrp", "use_vmac", [rest("[IFNAME]")], "On a macvlan of its own"),
];
