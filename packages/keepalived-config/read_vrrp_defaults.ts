import { clip, type Report } from "@keepalived/conf-parser";
import type { Body } from "./bind.ts";
import { defined, flagOf, has, last, numberOf, readBuffer, textOf } from "./body.ts";
import type { VrrpDefaults } from "./model_global.ts";

/** The keywords of `global_defs` that are defaults of instances or set up the VRRP process. */
export function readVrrpDefaults(body: Body, report: Report): VrrpDefaults {
  const positive = (name: string, fallback: number): number => {
    const value = numberOf(body, name) ?? fallback;
    const at = last(body, name)?.words[1]?.at;
    if (value > 0 || at === undefined) return value;
    const message = `${name} must be greater than 0, setting to 1`;
    report({ severity: "warning", code: "adjusted", message, at });
    return 1;
  };
  const prefix = textOf(body, "vmac_prefix") ?? "vrrp";
  return {
    version: numberOf(body, "vrrp_version") === 3 ? 3 : 2,
    multicastGroup4: textOf(body, "vrrp_mcast_group4") ?? "224.0.0.18",
    multicastGroup6: textOf(body, "vrrp_mcast_group6") ?? "ff02::12",
    strict: flagOf(body, "vrrp_strict") ?? false,
    checksumForm: flagOf(body, "v3_checksum_as_v2") === true ? "message-only" : "pseudo-header",
    checkUnicastSource: has(body, "vrrp_check_unicast_src"),
    skipAddressCheck: flagOf(body, "vrrp_skip_check_adv_addr") ?? false,
    downTimerAdverts: numberOf(body, "vrrp_down_timer_adverts") ?? 3,
    lowerPriorityNoAdvert: flagOf(body, "vrrp_lower_prio_no_advert") ?? false,
    higherPrioritySendAdvert: flagOf(body, "vrrp_higher_prio_send_advert") ?? false,
    ownerIgnoreAdverts: flagOf(body, "vrrp_owner_ignore_adverts") ?? false,
    notifyPriorityChanges: flagOf(body, "vrrp_notify_priority_changes") ?? false,
    logUnknownVrids: has(body, "log_unknown_vrids"),
    startupDelayUs: numberOf(body, "vrrp_startup_delay") ?? 0,
    delayAfterBootUs: numberOf(body, "vrrp_delay_after_boot") ?? 0,
    minGarp: flagOf(body, "vrrp_min_garp") ?? false,
    garp: {
      delayUs: numberOf(body, "vrrp_garp_master_delay") ?? 5_000_000,
      repeat: positive("vrrp_garp_master_repeat", 5),
      refreshUs: numberOf(body, "vrrp_garp_master_refresh") ?? 0,
      refreshRepeat: positive("vrrp_garp_master_refresh_repeat", 1),
      garpIntervalUs: numberOf(body, "vrrp_garp_interval") ?? 0,
      gnaIntervalUs: numberOf(body, "vrrp_gna_interval") ?? 0,
      extraInterfaceUs: numberOf(body, "vrrp_garp_extra_if", 1) ?? 0,
      extraInterfaceAll: textOf(body, "vrrp_garp_extra_if") === "all",
      ...defined({
        lowerPriorityDelayUs: numberOf(body, "vrrp_garp_lower_prio_delay"),
        lowerPriorityRepeat: numberOf(body, "vrrp_garp_lower_prio_repeat"),
      }),
    },
    vmacPrefix: prefix,
    vmacAddressPrefix: textOf(body, "vmac_addr_prefix") ?? prefix,
    receiveBuffer: readReceiveBuffer(body, report),
    commandBuffer: readBuffer(body, "vrrp_netlink_cmd_rcv_bufs"),
    monitorBuffer: readBuffer(body, "vrrp_netlink_monitor_rcv_bufs"),
    processMonitorBuffer: readBuffer(body, "process_monitor_rcv_bufs"),
  };
}

function readReceiveBuffer(body: Body, report: Report): VrrpDefaults["receiveBuffer"] {
  const multiplier = numberOf(body, "vrrp_rx_bufs_multiplier") ?? 3;
  const text = textOf(body, "vrrp_rx_bufs_policy");
  if (text === undefined) return { multiplier };
  if (text === "MTU" || text === "ADVERT") {
    return { policy: text === "MTU" ? "mtu" : "advert", multiplier };
  }
  if (/^[0-9]+$/.test(text) && Number(text) <= 4294967295) {
    return { policy: Number(text), multiplier };
  }
  const at = last(body, "vrrp_rx_bufs_policy")?.words[1]?.at;
  const message = `Invalid vrrp_rx_bufs_policy ${
    clip(text)
  } (range MTU, ADVERT or 0 to 4294967295)`;
  if (at !== undefined) report({ severity: "error", code: "invalid-value", message, at });
  return { multiplier };
}
