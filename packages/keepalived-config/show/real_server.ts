import type { RealServer, VirtualServer } from "../model_lvs.ts";
import { CHECKERS } from "./checker.ts";
import { command, type Entries, onOff, type Said, showTable, words } from "./entry.ts";
import { forwardingWords } from "./forwarding.ts";
import { inheritedHost } from "./http.ts";

const NEARER = { never: "each checker says it" } as const;

/** `real_server`, without its checkers. */
export const REAL_SERVER: Entries<RealServer> = {
  weight: (it) => words(it.weight),
  lvs_method: (it) => forwardingWords(it.forwarding),
  uthreshold: (it) => words(it.upperThreshold),
  lthreshold: (it) => words(it.lowerThreshold),
  inhibit_on_failure: (it) => onOff(it.inhibitOnFailure),
  alpha: (it) => onOff(it.alpha),
  retry: NEARER,
  rise: NEARER,
  delay_before_retry: NEARER,
  warmup: NEARER,
  delay_loop: NEARER,
  connect_timeout: NEARER,
  virtualhost: (it) => words(inheritedHost(it.checkers)),
  smtp_alert: (it) => onOff(it.smtpAlert),
  snmp_name: (it) => words(it.snmpName),
  notify_up: (it) => command(it.notifyUp),
  notify_down: (it) => command(it.notifyDown),
};

/** `real_server IP PORT`, its checkers in their order. */
export function showRealServer(server: RealServer, service: VirtualServer): Said {
  const checkers = server.checkers.flatMap((it) => showTable(CHECKERS, { it, service }));
  return {
    arguments: [server.address, String(server.ownPort)],
    block: [...showTable(REAL_SERVER, server), ...checkers],
  };
}
