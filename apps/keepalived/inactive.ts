import type { Config, VrrpInstanceConfig } from "@keepalived/keepalived-config";

/** Settings of an instance that are read and checked, and that this version does not act on yet. */
const instanceFeatures: Readonly<Record<string, (instance: VrrpInstanceConfig) => boolean>> = {
  smtp_alert: (it) => it.smtpAlert,
};

/**
 * One line for each setting that the daemon accepts and does not act on, so that nobody relies on it unknowingly.
 */
export function inactiveFeatures(config: Config): readonly string[] {
  const lines = Object.entries(instanceFeatures).flatMap(([feature, present]) => {
    const names = config.instances.filter(present).map((instance) => instance.name);
    return names.length === 0
      ? []
      : [`(${names.join(", ")}) ${feature}: accepted, not acted on by this version`];
  });
  const alerts = config.virtualServers.some((it) =>
    it.smtpAlert || it.realServers.some(({ smtpAlert }) => smtpAlert)
  );
  if (alerts && config.global.smtp.recipients.length > 0) {
    lines.push("smtp_alert of virtual and real servers: accepted, not acted on by this version");
  }
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
