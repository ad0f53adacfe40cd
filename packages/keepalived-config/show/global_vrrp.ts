import type { GlobalConfig } from "../model_global.ts";
import { command, type Entries, flag, onOff, positiveSeconds, seconds, words } from "./entry.ts";
import { fifo } from "./fifo.ts";
import { bufferEntries, processEntries } from "./process.ts";

/** Keywords of `global_defs` for the VRRP process. */
export const GLOBAL_VRRP: Entries<GlobalConfig> = {
  ...processEntries("vrrp"),
  smtp_alert_vrrp: (it) => onOff(it.smtp.alertVrrp),
  no_email_faults: (it) => flag(it.smtp.noFaults),
  default_interface: (it) => words(it.defaultInterface),
  dynamic_interfaces: ({ dynamicInterfaces }) =>
    dynamicInterfaces === "allow-changes"
      ? words("allow_if_changes")
      : flag(dynamicInterfaces === "yes"),
  disable_local_igmp: (it) => flag(it.disableLocalIgmp),
  vrrp_version: (it) => words(it.vrrp.version),
  vrrp_strict: (it) => onOff(it.vrrp.strict),
  v3_checksum_as_v2: (it) => onOff(it.vrrp.checksumForm === "message-only"),
  vrrp_mcast_group4: (it) => words(it.vrrp.multicastGroup4),
  vrrp_mcast_group6: (it) => words(it.vrrp.multicastGroup6),
  vrrp_down_timer_adverts: (it) => words(it.vrrp.downTimerAdverts),
  vrrp_startup_delay: (it) => positiveSeconds(it.vrrp.startupDelayUs),
  vrrp_delay_after_boot: (it) => positiveSeconds(it.vrrp.delayAfterBootUs),
  vrrp_check_unicast_src: (it) => flag(it.vrrp.checkUnicastSource),
  vrrp_skip_check_adv_addr: (it) => onOff(it.vrrp.skipAddressCheck),
  vrrp_lower_prio_no_advert: (it) => onOff(it.vrrp.lowerPriorityNoAdvert),
  vrrp_higher_prio_send_advert: (it) => onOff(it.vrrp.higherPrioritySendAdvert),
  vrrp_owner_ignore_adverts: (it) => onOff(it.vrrp.ownerIgnoreAdverts),
  vrrp_notify_priority_changes: (it) => onOff(it.vrrp.notifyPriorityChanges),
  log_unknown_vrids: (it) => flag(it.vrrp.logUnknownVrids),

  vrrp_min_garp: (it) => onOff(it.vrrp.minGarp),
  vrrp_garp_master_delay: (it) => words(seconds(it.vrrp.garp.delayUs)),
  vrrp_garp_master_repeat: (it) => words(it.vrrp.garp.repeat),
  vrrp_garp_master_refresh: (it) => words(seconds(it.vrrp.garp.refreshUs)),
  vrrp_garp_master_refresh_repeat: (it) => words(it.vrrp.garp.refreshRepeat),
  vrrp_garp_lower_prio_delay: ({ vrrp: { garp: { lowerPriorityDelayUs } } }) =>
    words(lowerPriorityDelayUs === undefined ? undefined : seconds(lowerPriorityDelayUs)),
  vrrp_garp_lower_prio_repeat: (it) => words(it.vrrp.garp.lowerPriorityRepeat),
  vrrp_garp_interval: (it) => positiveSeconds(it.vrrp.garp.garpIntervalUs),
  vrrp_gna_interval: (it) => positiveSeconds(it.vrrp.garp.gnaIntervalUs),
  vrrp_garp_extra_if: ({ vrrp: { garp: { extraInterfaceAll, extraInterfaceUs } } }) =>
    extraInterfaceUs === 0
      ? []
      : extraInterfaceAll
      ? words("all", seconds(extraInterfaceUs))
      : words(seconds(extraInterfaceUs)),

  vmac_prefix: (it) => words(it.vrrp.vmacPrefix),
  vmac_addr_prefix: (it) => words(it.vrrp.vmacAddressPrefix),
  vrrp_notify_fifo: (it) => fifo(it.fifos.vrrp),
  vrrp_notify_fifo_script: (it) => command(it.fifos.vrrp?.script),
  fifo_write_vrrp_states_on_reload: (it) => onOff(it.fifos.writeStatesOnReload),
  vrrp_iptables: ({ firewall: { iptables } }) =>
    iptables === undefined ? [] : [{ arguments: iptables }],
  vrrp_ipsets: ({ firewall: { ipsets } }) => ipsets === undefined ? [] : [{ arguments: ipsets }],
  nftables: (it) => words(it.firewall.nftables),
  nftables_priority: (it) => words(it.firewall.nftablesPriority),
  nftables_ifindex: (it) => flag(it.firewall.nftablesIfindex),

  vrrp_rx_bufs_policy: ({ vrrp: { receiveBuffer: { policy } } }) =>
    words(typeof policy === "string" ? policy.toUpperCase() : policy),
  vrrp_rx_bufs_multiplier: (it) => words(it.vrrp.receiveBuffer.multiplier),
  ...bufferEntries("vrrp_netlink_cmd_rcv_bufs", (it) => it.vrrp.commandBuffer),
  ...bufferEntries("vrrp_netlink_monitor_rcv_bufs", (it) => it.vrrp.monitorBuffer),
  ...bufferEntries("process_monitor_rcv_bufs", (it) => it.vrrp.processMonitorBuffer),
  json_version: (it) => words(it.files.jsonVersion),
  iproute_usr_dir: (it) => words(it.files.iprouteUsrDir),
  iproute_etc_dir: (it) => words(it.files.iprouteEtcDir),
};
