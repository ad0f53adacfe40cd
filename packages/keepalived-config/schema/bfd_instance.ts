import { boolean, keyword, rest, type Table } from "./keyword.ts";

/** `bfd_instance`: one BFD session. */
export const BFD_INSTANCE: Table = {
  kind: "keywords",
  name: "bfd_instance",
  keywords: [
    keyword("bfd", "source_ip", [rest("IP")], "Local address; needed for port range conformity"),
    keyword("bfd", "neighbor_ip", [rest("IP")], "Peer address", { default: "required" }),
    keyword("bfd", "neighbour_ip", [rest("IP")], "Peer address", {
      aliasOf: "neighbor_ip",
      default: "required",
    }),
    keyword("bfd", "min_rx", [rest("MS(decimal)")], "Required minimum receive interval", {
      default: "10",
    }),
    keyword("bfd", "min_tx", [rest("MS(decimal)")], "Desired minimum transmit interval", {
      default: "10",
    }),
    keyword("bfd", "idle_tx", [rest("MS(decimal)")], "Transmit interval while not Up", {
      default: "1000",
    }),
    keyword("bfd", "multiplier", [rest("N")], "Detection multiplier", { default: "5" }),
    keyword("bfd", "passive", [], "Wait for the peer to start", { default: "off" }),
    keyword("bfd", "ttl", [rest("N")], "TTL / hop limit sent", { default: "255 v4 / 64 v6" }),
    keyword("bfd", "hoplimit", [rest("N")], "Same handler as ttl", {
      aliasOf: "ttl",
      default: "64 v6",
    }),
    keyword("bfd", "max_hops", [rest("N")], "Hops the received packet may have lost", {
      default: "0",
    }),
    keyword("bfd", "multihop", [boolean()], "RFC 5883 port 4784 instead of 3784", {
      default: "off",
    }),
    keyword("vrrp", "weight", [rest("N [reverse]")], "Default priority change for VRRP trackers", {
      default: "0",
    }),
    keyword("bfd", "vrrp", [], "Send events to the VRRP process", {
      default: "both if neither given",
    }),
    keyword("bfd", "checker", [], "Send events to the checker process", {
      default: "both if neither given",
    }),
  ],
};
