import type { Config } from "@keepalived/keepalived-config";

/**
 * One line for each setting that the daemon accepts and does not act on, so that nobody relies on it unknowingly.
 */
export function inactiveFeatures(config: Config): readonly string[] {
  const lines: string[] = [];
  if (config.global.firewall.nftablesIpvs !== undefined && config.present.checker) {
    lines.push("nftables_ipvs: no firewall is set up, each member of a group is a service of IPVS");
  }
  if (
    config.global.linkbeatPolling || config.linkbeatInterfaces.length > 0 ||
    config.instances.some((it) => it.linkbeatPolling)
  ) {
    lines.push("linkbeat: no interface is polled, netlink tells of the carrier of each");
  }
  if (config.present.bfd) lines.push("bfd_instance: accepted, not acted on by this version");
  return lines;
}
