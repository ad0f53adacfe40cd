import {
  address,
  boolean,
  decimalMilliseconds,
  integer,
  keyword,
  type Table,
  weight,
} from "./keyword.ts";

/** `bfd_instance`: one BFD session. */
export const BFD_INSTANCE: Table = {
  kind: "keywords",
  name: "bfd_instance",
  keywords: [
    keyword("bfd", "source_ip", [address()], "Local address; needed for port range conformity", {
      invalid: "malformed source address {}, ignoring",
    }),
    keyword("bfd", "neighbor_ip", [address()], "Peer address", {
      default: "required",
      invalid: "malformed neighbor address {}, ignoring instance",
    }),
    keyword("bfd", "neighbour_ip", [address()], "Peer address", {
      aliasOf: "neighbor_ip",
      default: "required",
    }),
    keyword(
      "bfd",
      "min_rx",
      [decimalMilliseconds(1, 4294967)],
      "Required minimum receive interval",
      {
        default: "10",
        invalid: "min_rx value {} is not valid (must be in range [1-4294967]), ignoring",
      },
    ),
    keyword(
      "bfd",
      "min_tx",
      [decimalMilliseconds(1, 4294967)],
      "Desired minimum transmit interval",
      {
        default: "10",
        invalid: "min_tx value {} is not valid (must be in range [1-4294967]), ignoring",
      },
    ),
    keyword(
      "bfd",
      "idle_tx",
      [decimalMilliseconds(1000, 4294967)],
      "Transmit interval while not Up",
      {
        default: "1000",
        invalid: "idle_tx value {} is not valid (must be in range [1000-4294967]), ignoring",
      },
    ),
    keyword("bfd", "multiplier", [integer(1, 255)], "Detection multiplier", {
      default: "5",
      invalid: "multiplier value {} not valid (must be in range [1-255]), ignoring",
    }),
    keyword("bfd", "passive", [], "Wait for the peer to start", { default: "off" }),
    keyword("bfd", "ttl", [integer(1, 255)], "TTL / hop limit sent", {
      default: "255 v4 / 64 v6",
      invalid: "ttl/hoplimit value {} not valid (must be in range [1-255]), ignoring",
    }),
    keyword("bfd", "hoplimit", [integer(1, 255)], "Same handler as ttl", {
      aliasOf: "ttl",
      default: "64 v6",
    }),
    keyword("bfd", "max_hops", [integer(-1, 255)], "Hops the received packet may have lost", {
      default: "0",
      invalid: "max_hops value {} not valid (must be in range [-1-255]), ignoring",
    }),
    keyword("bfd", "multihop", [boolean()], "RFC 5883 port 4784 instead of 3784", {
      default: "off",
    }),
    keyword("vrrp", "weight", weight(253), "Default priority change for VRRP trackers", {
      default: "0",
      invalid: "weight value {} not valid (must be in range [-253-253]), ignoring",
    }),
    keyword("bfd", "vrrp", [], "Send events to the VRRP process", {
      default: "both if neither given",
    }),
    keyword("bfd", "checker", [], "Send events to the checker process", {
      default: "both if neither given",
    }),
  ],
};
