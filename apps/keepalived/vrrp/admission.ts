import { compareIp, isMulticast } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { Received } from "@keepalived/inet-codec";
import {
  type Authentication,
  type AuthenticationFault,
  checkAuthentication,
  type ReceivedAdvertisement,
  simpleText,
} from "@keepalived/vrrp-codec";

/** Why an advertisement that is well formed is not for this virtual router. Counter names too. */
export type Refusal =
  | "version-mismatch"
  | AuthenticationFault
  | "checksum"
  | "interval-mismatch"
  | "delivery-mismatch"
  | "owner-advert-ignored"
  | "unknown-unicast-source"
  | "hop-limit";

/**
 * What depends on the configuration, in the order in which keepalived checks it.
 *
 * @returns the first check that refuses, or undefined to accept
 */
export function refusalOf(
  config: VrrpInstanceConfig,
  advertisement: ReceivedAdvertisement,
  received: Received,
): Refusal | undefined {
  if (!hopLimitAllowed(config, received)) return "hop-limit";
  if (advertisement.version !== config.version) return "version-mismatch";
  const authentication = checkAuthentication(
    advertisement.authentication,
    authenticationOf(config),
  );
  if (authentication !== undefined) return authentication;
  if (
    advertisement.checksumForm !== "pseudo-header" && config.checksumForm === "pseudo-header" &&
    config.version === 3
  ) {
    return "checksum";
  }
  const interval = advertisement.maxAdvertiseIntervalUs;
  if (config.version === 2 && interval !== config.advertisementIntervalUs) {
    return "interval-mismatch";
  }
  if (isMulticast(received.destination) === (config.unicast !== undefined)) {
    return "delivery-mismatch";
  }
  if (config.ownerIgnoreAdverts && config.priority === 255) return "owner-advert-ignored";
  if (config.unicast?.checkSource === true && peerOf(config, received) === undefined) {
    return "unknown-unicast-source";
  }
  return undefined;
}

/** Whether the advertised addresses are ours: a difference is told to operators, the advertisement counts. */
export function hasSameAddresses(
  config: VrrpInstanceConfig,
  advertisement: ReceivedAdvertisement,
): boolean {
  const own = config.addresses.map(({ address }) => address).sort(compareIp);
  const theirs = [...advertisement.addresses].sort(compareIp);
  return own.length === theirs.length && own.every((address, i) => address === theirs[i]);
}

/** 255 for multicast (RFC 9568 §7.1); for unicast the limits of the peer, 0–255 unless configured. */
function hopLimitAllowed(config: VrrpInstanceConfig, received: Received): boolean {
  if (config.unicast === undefined) return received.hopLimit === 255;
  const peer = peerOf(config, received);
  if (peer === undefined) return true;
  return received.hopLimit >= peer.minTtl && received.hopLimit <= peer.maxTtl;
}

type UnicastPeer = NonNullable<VrrpInstanceConfig["unicast"]>["peers"][number];

function peerOf(config: VrrpInstanceConfig, received: Received): UnicastPeer | undefined {
  return config.unicast?.peers.find(({ address }) => address === received.source);
}

/** What a configuration puts into advertisements of version 2 (RFC 2338 §5.3.6); version 3 has none. */
export function authenticationOf(config: VrrpInstanceConfig): Authentication | undefined {
  if (config.version === 3 || config.authentication.kind !== "pass") return undefined;
  return simpleText(config.authentication.secret);
}
