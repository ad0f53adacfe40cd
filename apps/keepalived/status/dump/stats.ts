import { type InstanceStatistics, statisticsOf } from "./statistics.ts";
import type { VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";

/** Lines and blocks of one instance. */
const layout: readonly (
  | readonly [string, keyof InstanceStatistics]
  | readonly [string, readonly (readonly [string, keyof InstanceStatistics])[]]
)[] = [
  ["Advertisements", [["Received", "advert_rcvd"], ["Sent", "advert_sent"]]],
  ["Became master", "become_master"],
  ["Released master", "release_master"],
  ["Packet Errors", [
    ["Length", "packet_len_err"],
    ["TTL", "ip_ttl_err"],
    ["Invalid Type", "invalid_type_rcvd"],
    ["Advertisement Interval", "advert_interval_err"],
    ["Address List", "addr_list_err"],
  ]],
  ["Authentication Errors", [
    ["Invalid Type", "invalid_authtype"],
    ["Type Mismatch", "authtype_mismatch"],
    ["Failure", "auth_failure"],
  ]],
  ["Authentication Extension Errors", [
    ["Missing", "auth_ext_missing"],
    ["Malformed", "auth_ext_malformed"],
    ["Unknown Key", "auth_ext_unknown_key"],
    ["Invalid HMAC", "auth_ext_invalid_hmac"],
    ["Stale", "auth_ext_stale"],
    ["Replay", "auth_ext_replay"],
  ]],
  ["Priority Zero", [["Received", "pri_zero_rcvd"], ["Sent", "pri_zero_sent"]]],
];

/** The text of `keepalived.stats`. */
export function statsText({ instances }: Pick<VrrpSnapshot, "instances">): string {
  return instances.map(({ name, counters }) => {
    const statistics = statisticsOf(counters);
    const lines = layout.flatMap(([title, content]) =>
      typeof content === "string"
        ? [`  ${title}: ${statistics[content]}`]
        : [`  ${title}:`, ...content.map(([word, key]) => `    ${word}: ${statistics[key]}`)]
    );
    return [`VRRP Instance: ${name}`, ...lines, ""].join("\n");
  }).join("");
}
