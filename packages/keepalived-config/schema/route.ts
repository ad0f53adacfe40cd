import {
  address,
  choice,
  integer,
  interfaceName,
  type Keyword,
  keyword,
  optional,
  rest,
  word,
} from "./keyword.ts";

const prefix = () => word("IP[/LEN]");
/** `[lock] N`: the kernel must not change it. */
const lockable = () => [optional(choice("lock")), integer(0)];
const time = () => [optional(choice("lock")), word("N[s|ms]")];

/** Words in front of the destination that say what becomes of a packet. */
export const ROUTE_TYPES = [
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "throw",
  "unreachable",
  "prohibit",
  "blackhole",
  "xresolve",
  "nat",
] as const;

/** `encap TYPE …`: the words after the type, for all types together. */
export const ENCAP_WORDS: readonly Keyword[] = [
  keyword("vrrp", "id", [word("N")], "Number of the tunnel"),
  keyword("vrrp", "dst", [address()], "Other end of the tunnel"),
  keyword("vrrp", "src", [address()], "This end of the tunnel"),
  keyword("vrrp", "tos", [word("N|NAME")], "TOS of the outer header (ip)"),
  keyword("vrrp", "ttl", [integer(0, 255)], "TTL of the outer header (ip)"),
  keyword("vrrp", "tc", [word("N|NAME")], "Traffic class of the outer header (ip6)"),
  keyword("vrrp", "hoplimit", [integer(0, 255)], "Hop limit of the outer header (ip6)"),
  keyword("vrrp", "flags", [integer(0, 65535)], "Flags of the tunnel"),
];

const ENCAP = keyword(
  "vrrp",
  "encap",
  [choice("ip", "ip6", "mpls", "ila"), rest("…")],
  "Lightweight tunnel: ip and ip6 with options, mpls LABEL[/LABEL…], ila LOCATOR",
);

/** `nexthop …`: one leg of a route with several. */
export const NEXTHOP_WORDS: readonly Keyword[] = [
  keyword("vrrp", "via", [optional(choice("inet", "inet6")), address()], "Gateway of the leg"),
  keyword("vrrp", "dev", [interfaceName()], "Output interface of the leg"),
  keyword("vrrp", "oif", [interfaceName()], "The same as dev", { aliasOf: "dev" }),
  keyword("vrrp", "weight", [integer(1, 256)], "Share of the leg", { default: "1" }),
  keyword("vrrp", "onlink", [], "Treat the gateway as on the link"),
  ENCAP,
  keyword("vrrp", "realms", [word("[SRC/]DST")], "Realms of the leg"),
];

/** The words of a line of `static_routes` and `virtual_routes`: those of `ip route`. */
export const ROUTE_WORDS: readonly Keyword[] = [
  keyword("vrrp", "to", [prefix()], "Destination; the word itself may be left out"),
  keyword("vrrp", "inet", [], "An IPv4 route"),
  keyword("vrrp", "inet6", [], "An IPv6 route"),
  keyword("vrrp", "via", [optional(choice("inet", "inet6")), address()], "Gateway"),
  keyword("vrrp", "gw", [address()], "The same as via", {
    aliasOf: "via",
    deprecated: {
      message: '"gw" for routes is deprecated. Please use "via"',
      quiet: false,
    },
  }),
  keyword("vrrp", "or", [address()], "A second gateway", {
    deprecated: { message: '"or" for routes is deprecated. Please use "nexthop"', quiet: false },
  }),
  keyword("vrrp", "src", [address()], "Source address of what leaves by the route"),
  keyword("vrrp", "from", [prefix()], "IPv6: for packets from these addresses only"),
  keyword("vrrp", "dev", [interfaceName()], "Output interface"),
  keyword("vrrp", "oif", [interfaceName()], "The same as dev", { aliasOf: "dev" }),
  keyword("vrrp", "table", [word("N|NAME")], "Routing table", { default: "main" }),
  keyword("vrrp", "metric", [integer(0)], "Less is better"),
  keyword("vrrp", "priority", [integer(0)], "The same as metric", { aliasOf: "metric" }),
  keyword("vrrp", "preference", [integer(0)], "The same as metric", { aliasOf: "metric" }),
  keyword("vrrp", "scope", [word("N|NAME")], "How far the destination is"),
  keyword("vrrp", "protocol", [word("N|NAME")], "Who made the route", {
    default: "18 (keepalived); others only with no_track",
  }),
  keyword("vrrp", "tos", [word("N|NAME")], "For packets with this TOS only"),
  keyword("vrrp", "dsfield", [word("N|NAME")], "The same as tos", { aliasOf: "tos" }),
  keyword("vrrp", "onlink", [], "Treat the gateway as on the link"),
  keyword("vrrp", "mtu", lockable(), "Longest packet"),
  keyword("vrrp", "advmss", lockable(), "Longest TCP segment to ask for"),
  keyword("vrrp", "hoplimit", [integer(0, 255)], "Hop limit of what leaves by the route"),
  keyword(
    "vrrp",
    "rtt",
    time(),
    "First round trip time to assume; ms without a unit, 200 at least",
  ),
  keyword("vrrp", "rttvar", time(), "First variance of it; ms without a unit, 200 at least"),
  keyword("vrrp", "rto_min", time(), "Least TCP retransmission time; ms without a unit"),
  keyword("vrrp", "reordering", lockable(), "Reordering to take for none"),
  keyword("vrrp", "window", [integer(0)], "Largest TCP window to advertise"),
  keyword("vrrp", "cwnd", lockable(), "Largest congestion window"),
  keyword("vrrp", "ssthresh", lockable(), "First slow start threshold"),
  keyword("vrrp", "initcwnd", [integer(0)], "First congestion window"),
  keyword("vrrp", "initrwnd", [integer(0)], "First receive window"),
  keyword("vrrp", "realms", [word("[SRC/]DST")], "IPv4: realms"),
  keyword("vrrp", "features", [choice("ecn")], "Features of the way"),
  keyword("vrrp", "quickack", [integer(0, 1)], "Acknowledge at once"),
  keyword("vrrp", "congctl", [optional(choice("lock")), word("NAME")], "Congestion control"),
  keyword("vrrp", "pref", [word("low|medium|high")], "IPv6: preference of the router"),
  keyword("vrrp", "ttl-propagate", [choice("enabled", "disabled")], "MPLS: copy the TTL"),
  keyword("vrrp", "fastopen_no_cookie", [integer(0, 1)], "TCP fast open without a cookie"),
  keyword("vrrp", "expires", [integer(0)], "IPv6: seconds until the kernel removes it"),
  ENCAP,
  keyword("vrrp", "nexthop", [rest("…")], "A leg of several; may stand more than once, at the end"),
  keyword("vrrp", "vrf", [interfaceName()], "Put it into the table of this VRF"),
  keyword("vrrp", "add", [], "Refuse a second equal route"),
  keyword("vrrp", "prepend", [], "Put it before equal routes", { default: "set" }),
  keyword("vrrp", "append", [], "Put it after equal routes"),
  keyword("vrrp", "no_track", [], "Its loss is no reason to leave MASTER"),
  keyword("vrrp", "track_group", [word("NAME")], "static_routes: the instances tied to it"),
  keyword("vrrp", "as", [word("ADDRESS")], "Taken for MPLS only, and refused"),
  ...ROUTE_TYPES.map((type) => keyword("vrrp", type, [prefix()], `Type of the route: ${type}`)),
];
