import type { Body } from "./bind.ts";
import { has, last } from "./body.ts";
import type { VrrpInstanceConfig } from "./model.ts";
import type { Say } from "./read_instance.ts";

/** Takes out what RFC conformance does not allow. */
export function makeStrict(config: VrrpInstanceConfig, body: Body, say: Say): VrrpInstanceConfig {
  let strict = config;
  const change = (name: string, message: string, fields: Partial<VrrpInstanceConfig>) => {
    say("warning", "strict", message, last(body, name)?.words[0].at);
    strict = { ...strict, ...fields };
  };
  const { announcement, vmac } = config;
  if (config.authentication.kind !== "none") {
    const message = "Strict mode does not support authentication. Ignoring.";
    change("authentication", message, { authentication: { kind: "none" } });
  }
  if (config.hmac !== undefined && config.hmac.mode !== "enforce") {
    const message = "Strict mode requires auth_hmac mode enforce. resetting";
    change("auth_hmac", message, { hmac: { ...config.hmac, mode: "enforce" } });
  }
  if (config.priority === 255 && !config.ownerIgnoreAdverts) {
    const message = "Strict mode requires owner_ignore_adverts for an address owner. setting";
    change("owner_ignore_adverts", message, { ownerIgnoreAdverts: true });
  }
  if (config.downTimerAdverts !== 3) {
    const message = "down_timer_adverts is incompatible with strict mode - resetting";
    change("down_timer_adverts", message, { downTimerAdverts: 3 });
  }
  if (has(body, "garp_lower_prio_repeat") || has(body, "garp_lower_prio_delay")) {
    const which = has(body, "garp_lower_prio_repeat") ? "repeat garps" : "repeat garp delay";
    const name = has(body, "garp_lower_prio_repeat")
      ? "garp_lower_prio_repeat"
      : "garp_lower_prio_delay";
    change(name, `Strict mode requires no ${which}. resetting`, {
      announcement: { ...announcement, lowerPriorityRepeat: 0, lowerPriorityDelayUs: 0 },
    });
  }
  if (vmac?.mac !== undefined || vmac?.transmitOnBase === true) {
    const { mac: _, ...rest } = vmac;
    const message = "Strict mode requires the standard MAC and sending from the VMAC. resetting";
    change("use_vmac", message, { vmac: { ...rest, transmitOnBase: false } });
  }
  return strict;
}
