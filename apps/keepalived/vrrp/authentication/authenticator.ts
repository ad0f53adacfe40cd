import type { IpAddress } from "@keepalived/ip-address";
import type {
  Advertisement,
  AuthenticationFault,
  ReceivedAdvertisement,
} from "@keepalived/vrrp-codec";
import type { Datagram } from "../datagram.ts";

/** Why an advertisement proves not to come from a router that knows our secret. Counter names too. */
export type AuthenticationRefusal =
  | AuthenticationFault
  /** The sequence number of its Authentication Header was there before. */
  | "authentication-replay"
  | "hmac-missing"
  | "hmac-malformed"
  | "hmac-unknown-key"
  | "hmac-stale"
  | "hmac-invalid"
  | "hmac-replay";

/** How the advertisements of a virtual router prove where they come from. */
export type Authenticator = {
  /** Whether every advertisement is another one, so that none may be kept and sent again. */
  readonly isUnique: boolean;
  /** An advertisement with all that proves it, for all its destinations. */
  readonly sign: (advertisement: Advertisement, source: IpAddress) => Advertisement;
  /** The whole IPv4 packet around a message, if that has to be made here. */
  readonly wrap?: (message: Uint8Array, route: Route) => Uint8Array;
  /** Why an advertisement is refused; undefined if it is not. Remembers it, so that the same one is refused next time. */
  readonly check: (
    advertisement: ReceivedAdvertisement,
    datagram: Datagram,
  ) => AuthenticationRefusal | undefined;
};

/** What the IPv4 header around a message says. */
export type Route = {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
};
