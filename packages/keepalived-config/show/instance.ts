import { lowerPriorityBurst } from "../lower_priority_burst.ts";
import type { Config, UnicastPeer, VrrpInstanceConfig } from "../model.ts";
import { showAddress } from "./address.ts";
import { AUTH_HMAC, AUTHENTICATION } from "./authentication.ts";
import {
  block,
  command,
  type Entries,
  flag,
  lines,
  onOff,
  type Said,
  seconds,
  words,
} from "./entry.ts";
import { showRoute } from "./route.ts";
import { showRule } from "./rule.ts";
import { trackingEntries } from "./tracking.ts";

/** An instance in its configuration: what is inherited counts for what must be said. */
export type InInstance = { readonly config: Config; readonly it: VrrpInstanceConfig };

/** `vrrp_instance`. */
export const INSTANCE: Entries<InInstance> = {
  // An owner must say MASTER, also if it begins as BACKUP because its sync group does.
  state: ({ it }) =>
    words(it.initialState === "active" || it.priority === 255 ? "MASTER" : "BACKUP"),
  interface: ({ it }) => words(it.interface),
  vrf: ({ it }) => words(it.vrf),
  virtual_router_id: ({ it }) => words(it.virtualRouterId),
  version: ({ it }) => words(it.version),
  native_ipv6: { never: "the family is that of the addresses" },
  priority: ({ it }) => words(it.priority),
  advert_int: ({ it }) => words(seconds(it.advertisementIntervalUs)),
  down_timer_adverts: ({ it }) => words(it.downTimerAdverts),
  preempt: ({ it }) => flag(it.preempt),
  nopreempt: ({ it }) => flag(!it.preempt),
  preempt_delay: ({ it }) => words(seconds(it.preemptDelayUs)),
  timer_expired_backup: ({ it }) => words(it.timerExpiredBackup),
  strict_mode: ({ it }) => onOff(it.strict),
  accept: ({ it }) => flag(it.accept),
  no_accept: ({ it }) => flag(!it.accept),
  skip_check_adv_addr: ({ it }) => onOff(it.skipAddressCheck),
  v3_checksum_as_v2: ({ it }) => onOff(it.checksumForm === "message-only"),
  lower_prio_no_advert: ({ it }) => onOff(it.lowerPriorityNoAdvert),
  higher_prio_send_advert: ({ it }) => onOff(it.higherPrioritySendAdvert),
  owner_ignore_adverts: ({ it }) => onOff(it.ownerIgnoreAdverts),

  mcast_dst_ip: ({ it }) => words(it.multicastGroup),
  mcast_src_ip: ({ it }) => it.unicast === undefined ? words(it.sourceAddress) : [],
  unicast_src_ip: ({ it }) => it.unicast === undefined ? [] : words(it.sourceAddress),
  track_src_ip: ({ it }) => flag(it.trackSourceAddress),
  unicast_peer: ({ it }) => lines((it.unicast?.peers ?? []).map(peerWords)),
  unicast_fault_no_peer: ({ it }) => flag(it.unicast?.faultWithoutPeer === true),
  unicast_ttl: ({ it }) => words(it.unicast?.ttl),
  check_unicast_src: ({ it }) => flag(it.unicast?.checkSource === true),
  old_unicast_checksum: ({ it: { unicast } }) =>
    unicast?.oldChecksum === "never" ? words("never") : flag(unicast?.oldChecksum === "always"),

  virtual_ipaddress: ({ it }) => lines(it.addresses.map(showAddress)),
  no_virtual_ipaddress: ({ it }) => flag(it.addresses.length === 0),
  virtual_ipaddress_excluded: ({ it }) => lines(it.excludedAddresses.map(showAddress)),
  virtual_routes: ({ it }) => lines(it.routes.map(showRoute)),
  virtual_rules: ({ it }) => lines(it.rules.map(showRule)),
  promote_secondaries: ({ it }) => flag(it.promoteSecondaries),
  use_vmac: ({ it }) => vmacWords(it),
  vmac_xmit_base: ({ it }) => flag(it.vmac?.transmitOnBase === true),
  use_vmac_addr: ({ it }) => flag(it.vmacAddresses),
  use_ipvlan: ({ it }) => ipvlanWords(it),

  ...trackingEntries<InInstance>(({ it }) => it.tracking),
  dont_track_primary: ({ it }) => flag(!it.trackPrimary),
  linkbeat_use_polling: ({ config, it }) =>
    flag(it.linkbeatPolling && !config.global.linkbeatPolling),
  authentication: ({ it: { authentication } }) =>
    authentication.kind === "none" ? [] : [block(AUTHENTICATION, authentication)],
  auth_hmac: ({ it: { hmac } }) => hmac === undefined ? [] : [block(AUTH_HMAC, hmac)],

  garp_master_delay: ({ it }) => words(seconds(it.announcement.delayUs)),
  garp_master_repeat: ({ it }) => words(it.announcement.repeat),
  garp_master_refresh: ({ it }) => words(seconds(it.announcement.refreshUs)),
  garp_master_refresh_repeat: ({ it }) => words(it.announcement.refreshRepeat),
  garp_lower_prio_delay: (one) =>
    inheritsLowerPriority(one) ? [] : words(seconds(one.it.announcement.lowerPriorityDelayUs)),
  garp_lower_prio_repeat: (one) =>
    inheritsLowerPriority(one) ? [] : words(one.it.announcement.lowerPriorityRepeat),
  garp_extra_if: ({ it: { announcement: { extraInterfaceAll, extraInterfaceUs } } }) =>
    extraInterfaceAll ? words("all", seconds(extraInterfaceUs)) : words(seconds(extraInterfaceUs)),

  notify: ({ it }) => command(it.notify.any),
  notify_master: ({ it }) => command(it.notify.active),
  notify_backup: ({ it }) => command(it.notify.backup),
  notify_fault: ({ it }) => command(it.notify.fault),
  notify_stop: ({ it }) => command(it.notify.stop),
  notify_deleted: ({ it }) =>
    it.notify.deleted === undefined ? flag(it.notifyDeleted) : command(it.notify.deleted),
  notify_contested: ({ it }) =>
    it.notify.contested === undefined ? flag(it.notifyContested) : command(it.notify.contested),
  notify_master_rx_lower_pri: ({ it }) => command(it.notify.lowerPriorityReceived),
  notify_priority_changes: ({ it }) => onOff(it.notifyPriorityChanges),
  smtp_alert: ({ it }) => onOff(it.smtpAlert),
  kernel_rx_buf_size: ({ it }) => words(it.receiveBufferBytes),
  lvs_sync_daemon_interface: { never: "it is deprecated and does nothing" },
  debug: ({ it }) => words(it.debug),
};

function peerWords({ address, minTtl, maxTtl }: UnicastPeer): readonly string[] {
  return [address, "min_ttl", String(minTtl), "max_ttl", String(maxTtl)];
}

/** Words behind a keyword that may stand alone. */
function options(...parts: readonly (readonly (string | undefined)[] | false)[]): readonly Said[] {
  const given = parts.flatMap((part) => part === false || part.includes(undefined) ? [] : part);
  return [{ arguments: given.map(String) }];
}

function vmacWords({ vmac, virtualRouterId }: VrrpInstanceConfig): readonly Said[] {
  if (vmac === undefined) return [];
  const { name, mac, netlinkNotify, group } = vmac;
  // Five octets are completed by the VRID; only so may they be those of RFC 9568.
  const last = `:${virtualRouterId.toString(16).padStart(2, "0")}`;
  const octets = mac?.endsWith(last) === true ? mac.slice(0, -last.length) : mac;
  return options(
    ["name", name],
    [octets],
    netlinkNotify && ["netlink_notify_msg"],
    ["group", group?.toString()],
  );
}

function ipvlanWords({ ipvlan }: VrrpInstanceConfig): readonly Said[] {
  if (ipvlan === undefined) return [];
  const { name, address, mode, group } = ipvlan;
  const prefix = address && `${address.address}/${address.prefixLength}`;
  return options(["name", name], [prefix], [mode], ["group", group?.toString()]);
}

/** Strict mode refuses to be told about announcements against lower priorities, whatever is said. */
function inheritsLowerPriority({ config: { global }, it }: InInstance): boolean {
  const { lowerPriorityRepeat, lowerPriorityDelayUs } = it.announcement;
  const { repeat, delayUs } = lowerPriorityBurst(global.vrrp);
  return it.strict && lowerPriorityRepeat === repeat && lowerPriorityDelayUs === delayUs;
}
