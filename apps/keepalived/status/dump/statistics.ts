/** The counters of an instance by the names that the C daemon's JSON has, in its order. */
export type InstanceStatistics = Readonly<Record<StatisticName, number>>;

type StatisticName =
  | "advert_rcvd"
  | "advert_sent"
  | "become_master"
  | "release_master"
  | "packet_len_err"
  | "advert_interval_err"
  | "ip_ttl_err"
  | "invalid_type_rcvd"
  | "addr_list_err"
  | "invalid_authtype"
  | "authtype_mismatch"
  | "auth_failure"
  | "auth_ext_missing"
  | "auth_ext_malformed"
  | "auth_ext_unknown_key"
  | "auth_ext_invalid_hmac"
  | "auth_ext_stale"
  | "auth_ext_replay"
  | "pri_zero_rcvd"
  | "pri_zero_sent";

/** Which of our counters add up to each. The C daemon never counts an interval; we do. */
const sources: Readonly<Record<StatisticName, readonly string[]>> = {
  advert_rcvd: ["advertisement-received"],
  advert_sent: ["advertisement-sent"],
  become_master: ["became-active"],
  release_master: ["released-active"],
  packet_len_err: ["length"],
  advert_interval_err: ["interval", "interval-mismatch"],
  ip_ttl_err: ["hop-limit"],
  invalid_type_rcvd: ["type"],
  addr_list_err: ["address-list-mismatch", "address-count"],
  invalid_authtype: ["invalid-authentication-type"],
  authtype_mismatch: ["authentication-type-mismatch"],
  auth_failure: ["authentication-failure", "authentication-replay"],
  auth_ext_missing: ["hmac-missing"],
  auth_ext_malformed: ["hmac-malformed"],
  auth_ext_unknown_key: ["hmac-unknown-key"],
  auth_ext_invalid_hmac: ["hmac-invalid"],
  auth_ext_stale: ["hmac-stale"],
  auth_ext_replay: ["hmac-replay"],
  pri_zero_rcvd: ["priority-zero-received"],
  pri_zero_sent: ["priority-zero-sent"],
};

/** Adds up counters. */
export function statisticsOf(counters: Readonly<Record<string, number>>): InstanceStatistics {
  const sums = Object.entries(sources).map(([name, from]) => [
    name,
    from.reduce((sum, counter) => sum + (counters[counter] ?? 0), 0),
  ]);
  return Object.fromEntries(sums) as InstanceStatistics;
}
