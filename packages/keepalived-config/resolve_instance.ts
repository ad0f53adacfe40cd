import type { Report } from "@keepalived/conf-parser";
import { type Body, type Statement } from "./bind.ts";
import { defined, flagOf, has, last, numberOf, textOf } from "./body.ts";
import type { Unicast, VirtualAddress, VrrpInstanceConfig } from "./model.ts";
import { checkSecret, resolveAuthentication } from "./authentication.ts";
import { resolveElection, resolveTimerExpired } from "./election.ts";
import type { GlobalConfig } from "./model_global.ts";
import { resolveHmac } from "./hmac.ts";
import { roomFor } from "./packet_room.ts";
import { readTracking, type Trackable } from "./tracking/lists.ts";
import type { RoutingNames } from "./routing/names.ts";
import type { Routes } from "./routing/routing.ts";
import { makeStrict } from "./strict.ts";
import {
  flagOr,
  type RawInstance,
  readAnnouncement,
  readInstance,
  readIpvlan,
  readNotify,
  readVmac,
  type Say,
  sayer,
} from "./read_instance.ts";

/** The longest interval that twelve bits of centiseconds hold. */
const LONGEST_V3_US = 40_950_000;

/** What an instance is resolved with besides its own block. */
export type InstanceContext = {
  readonly global: GlobalConfig;
  readonly report: Report;
  readonly trackable: Trackable;
  /** Routes and rules by the statement of their instance. */
  readonly routes: ReadonlyMap<Statement, Routes>;
  /** The longest packet of an interface; undefined: not known. */
  readonly mtuOf: (name: string) => number | undefined;
  /** Names that iproute2 knows. */
  readonly names: RoutingNames;
};

/**
 * One `vrrp_instance` with its defaults and the rules between its keywords applied.
 *
 * @returns undefined after an error report if the instance cannot run
 */
export function resolveInstance(
  statement: Statement,
  context: InstanceContext,
): VrrpInstanceConfig | undefined {
  const { global, report } = context;
  const raw = readInstance(statement, global, report);
  const { body } = raw;
  const say = sayer(raw.name, raw.at, report);
  const strict = flagOr(body, "strict_mode", global.vrrp.strict);
  const version = resolveVersion(raw, global, say);
  const election = resolveElection(body, strict, say);
  const unicast = resolveUnicast(raw, global, say);
  const advertisementIntervalUs = resolveInterval(body, version, say);
  const authentication = resolveAuthentication(body, version, say);
  const hmac = resolveHmac(body, advertisementIntervalUs, say);
  const room = roomFor({
    family: raw.family,
    version,
    authentication: authentication.kind,
    hmac: hmac !== undefined,
    mtu: raw.interface === undefined ? undefined : context.mtuOf(raw.interface),
  });
  const fits = splitAddresses(raw, room, say);
  const virtualRouterId = numberOf(body, "virtual_router_id");
  const announcement = readAnnouncement(body, global, say);
  const layered = unicast === undefined || raw.interface !== undefined;
  if (!layered && (has(body, "use_vmac") || has(body, "use_ipvlan"))) {
    const message = "Cannot use VMAC/ipvlan with unicast and no interface - clearing use_vmac";
    say("warning", "adjusted", message);
  }
  const vmac = layered ? readVmac(body, unicast !== undefined, context.names, say) : undefined;
  const ipvlan = layered ? readIpvlan(body, context.names, say) : undefined;
  const config: VrrpInstanceConfig = {
    name: raw.name,
    at: raw.at,
    interface: raw.interface,
    virtualRouterId: virtualRouterId ?? 0,
    version,
    family: raw.family,
    ...election,
    advertisementIntervalUs,
    downTimerAdverts: numberOf(body, "down_timer_adverts") ?? global.vrrp.downTimerAdverts,
    startupDelayUs: global.vrrp.startupDelayUs,
    delayAfterBootUs: global.vrrp.delayAfterBootUs,
    ...fits,
    ...context.routes.get(statement) ?? { routes: [], rules: [] },
    tracking: readTracking(body, context.trackable, say),
    promoteSecondaries: has(body, "promote_secondaries"),
    multicastGroup: raw.multicastGroup,
    trackSourceAddress: has(body, "track_src_ip"),
    authentication,
    checksumForm: (flagOf(body, "v3_checksum_as_v2") ??
        global.vrrp.checksumForm === "message-only")
      ? "message-only"
      : "pseudo-header",
    announcement,
    lowerPriorityNoAdvert: flagOr(body, "lower_prio_no_advert", global.vrrp.lowerPriorityNoAdvert),
    higherPrioritySendAdvert: flagOr(
      body,
      "higher_prio_send_advert",
      global.vrrp.higherPrioritySendAdvert,
    ),
    ownerIgnoreAdverts: flagOr(body, "owner_ignore_adverts", global.vrrp.ownerIgnoreAdverts),
    skipAddressCheck: flagOr(body, "skip_check_adv_addr", global.vrrp.skipAddressCheck),
    trackPrimary: !has(body, "dont_track_primary"),
    strict,
    accept: resolveAccept(body, strict && election.priority !== 255),
    vmacAddresses: has(body, "use_vmac_addr"),
    notify: readNotify(body),
    notifyDeleted: has(body, "notify_deleted"),
    notifyContested: has(body, "notify_contested"),
    notifyPriorityChanges: flagOr(
      body,
      "notify_priority_changes",
      global.vrrp.notifyPriorityChanges,
    ),
    smtpAlert: flagOr(body, "smtp_alert", global.smtp.alertVrrp ?? global.smtp.alert ?? false),
    debug: numberOf(body, "debug") ?? 0,
    linkbeatPolling: has(body, "linkbeat_use_polling") || global.linkbeatPolling,
    ...defined({
      vrf: textOf(body, "vrf"),
      timerExpiredBackup: resolveTimerExpired(body, election.preempt),
      unicast,
      hmac,
      sourceAddress: raw.sourceAddress,
      vmac,
      ipvlan,
      receiveBufferBytes: numberOf(body, "kernel_rx_buf_size"),
    }),
  };
  const runs = canRun(raw, virtualRouterId, config, say);
  return runs ? (strict ? makeStrict(config, body, say) : config) : undefined;
}

function resolveVersion({ body, family }: RawInstance, global: GlobalConfig, say: Say): 2 | 3 {
  const wanted = numberOf(body, "version");
  if (family === 6) {
    if (wanted === 2) {
      const at = last(body, "version")?.words[1]?.at;
      say("warning", "adjusted", "IPv6 requires VRRP version 3 - setting version 3", at);
    }
    return 3;
  }
  return (wanted ?? global.vrrp.version) === 3 ? 3 : 2;
}

function resolveInterval(body: Body, version: 2 | 3, say: Say): number {
  const wanted = numberOf(body, "advert_int") ?? 1_000_000;
  const at = last(body, "advert_int")?.words[1]?.at;
  const shown = (wanted / 1e6).toFixed(6);
  if (version === 2) {
    if (wanted % 1_000_000 === 0) return wanted;
    say(
      "warning",
      "adjusted",
      `VRRPv2 advertisement interval ${shown}s must be an integer. rounding`,
      at,
    );
    return Math.max(1, Math.round(wanted / 1_000_000)) * 1_000_000;
  }
  if (wanted > LONGEST_V3_US) {
    const message = `VRRPv3 advertisement interval ${(wanted / 1e6).toFixed(2)}s is out of range.` +
      " Must be less than 40.96s. Setting to 40.95s";
    say("warning", "adjusted", message, at);
    return LONGEST_V3_US;
  }
  if (wanted % 10_000 === 0) return wanted;
  say(
    "warning",
    "adjusted",
    `VRRPv3 advertisement interval ${shown}s must be in units of 10ms - rounding`,
    at,
  );
  return Math.max(1, Math.round(wanted / 10_000)) * 10_000;
}

function resolveUnicast(raw: RawInstance, global: GlobalConfig, say: Say): Unicast | undefined {
  const { body, peers, family } = raw;
  const faultWithoutPeer = has(body, "unicast_fault_no_peer");
  if (peers.length === 0) {
    const keyword = ["unicast_peer", "unicast_src_ip", "unicast_fault_no_peer"]
      .map((name) => last(body, name)).find((statement) => statement !== undefined);
    const ttl = last(body, "unicast_ttl");
    if (ttl !== undefined && !faultWithoutPeer) {
      const message = "Cannot use unicast_ttl without unicast peers - resetting";
      say("warning", "adjusted", message, ttl.words[0].at);
    }
    if (keyword === undefined) return undefined;
    if (!faultWithoutPeer) {
      const message = "A unicast keyword has been specified without any unicast peers." +
        " Defaulting to multicast. This usage is deprecated - please update your configuration.";
      say("deprecation", "deprecated", message, keyword.words[0].at);
      return undefined;
    }
  }
  const old = last(body, "old_unicast_checksum");
  return {
    peers,
    ttl: numberOf(body, "unicast_ttl") ?? (family === 4 ? 255 : undefined),
    checkSource: has(body, "check_unicast_src") || global.vrrp.checkUnicastSource,
    faultWithoutPeer,
    oldChecksum: old === undefined ? "detect" : old.values[0] === "never" ? "never" : "always",
  };
}

function splitAddresses(raw: RawInstance, most: number, say: Say): {
  addresses: readonly VirtualAddress[];
  excludedAddresses: readonly VirtualAddress[];
} {
  const { addresses, excludedAddresses } = raw;
  if (addresses.length <= most) return { addresses, excludedAddresses };
  const message = `Number of VIPs (${addresses.length}) exceeds maximum/space available in packet` +
    ` (max ${most} addresses) - excess moved to eVIPs`;
  say("warning", "adjusted", message, last(raw.body, "virtual_ipaddress")?.words[0].at);
  const rest = addresses.slice(most).map((one) => ({ ...one, advertised: false }));
  return {
    addresses: addresses.slice(0, most),
    excludedAddresses: [...rest, ...excludedAddresses],
  };
}

/** The last of `accept` and `no_accept`; without both, strict mode refuses. */
function resolveAccept(body: Body, refuse: boolean): boolean {
  const order = body.order.filter(({ name }) => name === "accept" || name === "no_accept");
  const chosen = order.at(-1);
  return chosen === undefined ? !refuse : chosen.name === "accept";
}

/** What an instance cannot be without. */
function canRun(
  raw: RawInstance,
  virtualRouterId: number | undefined,
  config: VrrpInstanceConfig,
  say: Say,
): boolean {
  let runs = true;
  const { dropped } = raw.body;
  // What was there and wrong has been reported at its place.
  const refuse = (code: string, message: string, hint: string, keyword = "") => {
    if (!dropped.has(keyword)) say("error", code, message, undefined, hint);
    runs = false;
  };
  checkSecret(raw.body, say);
  if (virtualRouterId === undefined) {
    const message = "the virtual router id must be set";
    refuse("missing-vrid", message, "add virtual_router_id 1..255", "virtual_router_id");
  }
  if (raw.interface === undefined) {
    if (config.unicast === undefined) {
      refuse("missing-interface", "Unknown interface!", "add interface NAME", "interface");
    } else if (raw.sourceAddress === undefined) {
      const message = "Unicast instances must have unicast_src_ip or interface";
      refuse("missing-interface", message, "add interface NAME or unicast_src_ip ADDRESS");
    }
  }
  if (config.addresses.length === 0) {
    if (config.version === 3 || config.strict) {
      const message = "No VIP specified; at least one is required";
      refuse("missing-address", message, "add a virtual_ipaddress block", "virtual_ipaddress");
    } else if (
      !has(raw.body, "no_virtual_ipaddress") && !has(raw.body, "virtual_ipaddress") &&
      !dropped.has("virtual_ipaddress")
    ) {
      say("warning", "no-address", "No VIP specified; at least one is sensible");
    }
  }
  if (config.ipvlan !== undefined && needsSource(config)) {
    const message = "IPv4 ipvlan requires a source ip address to be configured";
    refuse("missing-address", message, "write use_ipvlan ADDRESS");
  }
  if (config.strict && config.unicast !== undefined) {
    const message = "Unicast peers are not supported in strict mode";
    refuse("strict", message, "remove unicast_peer, or strict mode");
  }
  return runs;
}

function needsSource({ family, ipvlan, sourceAddress }: VrrpInstanceConfig): boolean {
  return family === 4 && ipvlan?.address === undefined && sourceAddress === undefined;
}
