import { createHmac, createSecretKey } from "node:crypto";
import { encodeSealedIpv4, ipProtocol, isSealIntact, type Seal } from "@keepalived/inet-codec";
import { ipToBytes, isMulticast } from "@keepalived/ip-address";
import { checkAuthentication, headerAuthentication } from "@keepalived/vrrp-codec";
import type { Authenticator } from "./authenticator.ts";
import type { AuthenticationMemory } from "./memory.ts";

const classSelector6 = 0xc0;

/**
 * `auth_type AH`: the message in an Authentication Header with HMAC-MD5-96 (RFC 2338 §5.3.6.3, RFC 2402, RFC 2403).
 *
 * As keepalived does it, all routers of a virtual router share one sequence: each goes on from the highest number that it
 * has heard, and refuses what is not above it. A router that has just started and does not hear the others is not
 * believed until it has: so a takeover by it may take one advertisement of the others more.
 */
export function headerAuthenticator(secret: string, memory: AuthenticationMemory): Authenticator {
  const key = createSecretKey(new TextEncoder().encode(secret));
  const digest = (bytes: Uint8Array): Uint8Array => createHmac("md5", key).update(bytes).digest();
  const multicast: Seal = { digest, coversHopLimit: true };
  const unicast: Seal = { digest, coversHopLimit: false };
  const authentication = headerAuthentication();
  return {
    isUnique: true,
    sign: (advertisement) => ({ ...advertisement, authentication }),
    wrap(message, { source, destination, hopLimit }) {
      // Past the last number it begins anew, as there is no agreement on keys that would prevent it.
      const sequenceNumber = memory.sequenceNumber = memory.sequenceNumber % 0xffff_ffff + 1;
      const packet = {
        typeOfService: classSelector6,
        // Never 0: the kernel would fill in one that the seal does not cover.
        identification: (sequenceNumber - 1) % 0xffff + 1,
        hopLimit,
        protocol: ipProtocol.vrrp,
        source,
        destination,
        payload: message,
      };
      const securityParametersIndex = new DataView(ipToBytes(source).buffer).getUint32(0);
      return encodeSealedIpv4(
        packet,
        { securityParametersIndex, sequenceNumber },
        isMulticast(destination) ? multicast : unicast,
      );
    },
    check(advertisement, { seal, destination }) {
      if (seal === undefined) return "authentication-type-mismatch";
      const fault = checkAuthentication(advertisement.authentication, authentication);
      if (fault !== undefined) return fault;
      const intact = isSealIntact(seal.packet, isMulticast(destination) ? multicast : unicast);
      if (!intact) return "authentication-failure";
      const { sequenceNumber } = seal;
      if (sequenceNumber <= memory.sequenceNumber) return "authentication-replay";
      memory.sequenceNumber = sequenceNumber;
      return undefined;
    },
  };
}
