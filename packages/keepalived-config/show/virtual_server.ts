import type { Config } from "../model.ts";
import type { TlsClient, VirtualServer } from "../model_lvs.ts";
import type { PlainStatement } from "../plain.ts";
import { block, command, type Entries, flag, onOff, type Said, seconds, words } from "./entry.ts";
import { forwardingWords } from "./forwarding.ts";
import { showRealServer } from "./real_server.ts";

/** What a real server or its checkers say for themselves. */
const NEARER = { never: "each checker says it" } as const;

/** `virtual_server`. */
export const VIRTUAL_SERVER: Entries<VirtualServer> = {
  ip_family: ({ family }) =>
    words(family === undefined ? undefined : family === 4 ? "inet" : "inet6"),
  protocol: (it) => words(it.protocol?.toUpperCase()),
  lvs_sched: (it) => words(it.scheduler),
  "flag-1": (it) => flag(it.schedulerFlags.includes(1)),
  "flag-2": (it) => flag(it.schedulerFlags.includes(2)),
  "flag-3": (it) => flag(it.schedulerFlags.includes(3)),
  "sh-port": { never: "flag-2 says the same" },
  "sh-fallback": { never: "flag-1 says the same" },
  "mh-port": { never: "flag-2 says the same" },
  "mh-fallback": { never: "flag-1 says the same" },
  hashed: { never: "without effect" },
  ops: (it) => flag(it.onePacket),
  lvs_method: (it) => forwardingWords(it.forwarding),
  persistence_timeout: ({ persistence }) => words(persistence && seconds(persistence.timeoutUs)),
  persistence_granularity: (it) => words(it.persistence?.granularity),
  persistence_engine: (it) => words(it.persistence?.engine),

  delay_loop: (it) => words(seconds(it.delayLoopUs)),
  retry: NEARER,
  rise: NEARER,
  delay_before_retry: NEARER,
  warmup: NEARER,
  connect_timeout: NEARER,
  inhibit_on_failure: { never: "each real server says it" },
  weight: { never: "each real server says it" },
  virtualhost: (it) => words(it.virtualHost),
  ha_suspend: (it) => it.haSuspend ? [{ arguments: it.haSuspendAddresses ?? [] }] : [],
  alpha: (it) => flag(it.alpha),
  omega: (it) => flag(it.omega),
  quorum: (it) => words(it.quorum || undefined),
  hysteresis: (it) => words(it.hysteresis),
  quorum_up: (it) => command(it.quorumUp),
  quorum_down: (it) => command(it.quorumDown),
  smtp_alert: (it) => onOff(it.smtpAlert),
  snmp_name: (it) => words(it.snmpName),

  sorry_server: ({ sorryServer }) => words(sorryServer?.address, sorryServer?.ownPort),
  sorry_server_inhibit: (it) => flag(it.sorryServer?.inhibit === true),
  sorry_server_lvs_method: ({ sorryServer }) =>
    sorryServer === undefined ? [] : forwardingWords(sorryServer.forwarding),
  real_server: (service) => service.realServers.map((it) => showRealServer(it, service)),
};

/** `SSL`. */
export const SSL: Entries<TlsClient> = {
  password: (it) => words(it.password),
  ca: (it) => words(it.ca),
  certificate: (it) => words(it.certificate),
  key: (it) => words(it.key),
};

/** `virtual_server IP PORT`, `fwmark N` or `group NAME`. */
export function showVirtualServer(it: VirtualServer): Said {
  return block(VIRTUAL_SERVER, it, ...headOf(it));
}

function headOf({ group, members: [first] }: VirtualServer): readonly string[] {
  if (group !== undefined) return ["group", group];
  if (first?.kind === "addresses") return [first.first, String(first.port)];
  return ["fwmark", String(first?.mark)];
}

/** The groups that are in use. The family of a mark is said where the members do not all have one. */
export function showServiceGroups({ virtualServers }: Config): readonly Said[] {
  const groups = new Map<string, Said>();
  for (const { group, members, family } of virtualServers) {
    if (group === undefined || groups.has(group)) continue;
    const block = members.map((it): PlainStatement => {
      if (it.kind === "addresses") {
        const range = it.first === it.last ? it.first : `${it.first}-${it.last}`;
        return { name: range, arguments: [String(it.port)] };
      }
      const mixed = family === undefined ? [it.family === 4 ? "inet" : "inet6"] : [];
      return { name: "fwmark", arguments: [String(it.mark), ...mixed] };
    });
    groups.set(group, { arguments: [group], block });
  }
  return [...groups.values()];
}
