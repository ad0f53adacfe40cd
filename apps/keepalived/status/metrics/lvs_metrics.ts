import type { CheckSnapshot } from "../snapshot/check_snapshot.ts";
import { type Family, family } from "./exposition.ts";

/** Virtual servers, their servers, and the checks of these. */
export function lvsMetrics({ virtualServers }: CheckSnapshot): readonly Family[] {
  const virtual = (it: { readonly name: string }) => ({ virtual_server: it.name });
  const servers = virtualServers.flatMap((it) =>
    it.servers.map((server) => ({ server, labels: { ...virtual(it), real_server: server.name } }))
  );
  const checks = servers.flatMap(({ server, labels }) =>
    server.checkers.map((check, i) => ({
      check,
      labels: { ...labels, check: check.keyword, number: i + 1 },
    }))
  );
  const labels = <Thing extends { readonly labels: Record<string, string | number> }>(it: Thing) =>
    it.labels;
  return [
    family(
      {
        name: "keepalived_lvs_virtual_server_up",
        type: "gauge",
        help: "Whether a virtual server has its quorum",
      },
      virtualServers,
      virtual,
      ({ up }) => up,
    ),
    family(
      {
        name: "keepalived_lvs_virtual_server_weight",
        type: "gauge",
        help: "Weight of the servers that are up",
      },
      virtualServers,
      virtual,
      ({ weight }) => weight,
    ),
    family(
      { name: "keepalived_lvs_virtual_server_quorum", type: "gauge", help: "Weight that it wants" },
      virtualServers,
      virtual,
      ({ quorum }) => quorum,
    ),
    family(
      { name: "keepalived_lvs_virtual_server_servers", type: "gauge", help: "Servers that it has" },
      virtualServers,
      virtual,
      ({ counts }) => counts.servers,
    ),
    family(
      {
        name: "keepalived_lvs_virtual_server_servers_up",
        type: "gauge",
        help: "Servers of it that are up",
      },
      virtualServers,
      virtual,
      ({ counts }) => counts.up,
    ),
    family(
      {
        name: "keepalived_lvs_sorry_server_active",
        type: "gauge",
        help: "Whether the sorry server serves",
      },
      virtualServers,
      virtual,
      ({ sorryServer }) => sorryServer?.active,
    ),
    family(
      { name: "keepalived_lvs_suspended", type: "gauge", help: "Whether checks are suspended" },
      virtualServers,
      virtual,
      ({ suspended }) => suspended,
    ),
    family(
      {
        name: "keepalived_lvs_real_server_up",
        type: "gauge",
        help: "Whether all checks of a server are content",
      },
      servers,
      labels,
      ({ server }) => server.up,
    ),
    family(
      {
        name: "keepalived_lvs_real_server_weight",
        type: "gauge",
        help: "Weight that a server has while it is up",
      },
      servers,
      labels,
      ({ server }) => server.weight.effective,
    ),
    family(
      {
        name: "keepalived_lvs_real_server_in_service",
        type: "gauge",
        help: "Whether no operator took it out of service",
      },
      servers,
      labels,
      ({ server }) => server.service === "in",
    ),
    family(
      { name: "keepalived_lvs_check_up", type: "gauge", help: "Whether a check is content" },
      checks,
      labels,
      ({ check }) => check.up,
    ),
    family(
      { name: "keepalived_lvs_check_attempts", type: "counter", help: "Attempts of a check" },
      checks,
      labels,
      ({ check }) => check.attempts,
    ),
    family(
      { name: "keepalived_lvs_check_failures", type: "counter", help: "Attempts that failed" },
      checks,
      labels,
      ({ check }) => check.failures,
    ),
  ];
}
