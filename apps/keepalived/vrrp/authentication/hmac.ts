import { timingSafeEqual } from "node:crypto";
import type { Hmac } from "@keepalived/keepalived-config";
import {
  aheadUs,
  checkAuthentication,
  decodeHmacTrailer,
  hmacTag,
  hmacTrailerBytes,
  nextStamp,
  signAdvertisement,
  type Stamp,
} from "@keepalived/vrrp-codec";
import type { Authenticator } from "./authenticator.ts";
import type { KeyRing } from "./hmac_keys.ts";
import type { AuthenticationMemory } from "./memory.ts";

/**
 * `auth_hmac`: a trailer that only those with a shared key can make, and that is good for one advertisement only.
 *
 * A stamp that is too far from our clock is refused before its tag is looked at, which costs more. With `anti_replay
 * monotonic` clocks need not agree, and an old advertisement is new to a router that has just started.
 *
 * After a clock was set back, stamps that lie too far ahead count no more: those that we sent, or nobody would believe
 * us, and those that we remember, or we would believe nobody.
 *
 * @param unixUs the wall clock, microseconds
 */
export function hmacAuthenticator(
  hmac: Hmac,
  digests: KeyRing["digests"],
  memory: AuthenticationMemory,
  unixUs: () => number,
): Authenticator {
  const { activeKey, mode, timeWindowUs } = hmac;
  const timed = hmac.antiReplay === "time";
  const digest = digests.get(activeKey);
  const signs = mode !== "receive-only";

  const isTooFarAhead = (stamp: Stamp, nowUs: number): boolean =>
    timed && aheadUs(stamp, nowUs) > timeWindowUs;

  return {
    isUnique: signs,
    sign(advertisement, source) {
      if (!signs) return advertisement;
      if (digest === undefined) throw new RangeError(`Cannot sign: key ${activeKey} is not there`);
      const nowUs = unixUs();
      const last = memory.lastStamp;
      const stamp = nextStamp(
        last !== undefined && isTooFarAhead(last, nowUs) ? undefined : last,
        nowUs,
      );
      memory.lastStamp = stamp;
      return signAdvertisement(advertisement, source, { keyId: activeKey, stamp, digest });
    },
    check({ trailer: bytes, authentication }, { message, source, seal }) {
      if (seal !== undefined) return "authentication-type-mismatch";
      if (bytes?.length !== hmacTrailerBytes) {
        return mode === "enforce" ? "hmac-missing" : checkAuthentication(authentication, undefined);
      }
      const trailer = decodeHmacTrailer(bytes);
      if (!trailer.ok) return "hmac-malformed";
      const { keyId, stamp, tag } = trailer.value;
      const key = digests.get(keyId);
      if (key === undefined) return "hmac-unknown-key";
      const nowUs = unixUs();
      if (timed && Math.abs(aheadUs(stamp, nowUs)) > timeWindowUs) return "hmac-stale";
      if (!timingSafeEqual(hmacTag(message, source, key), tag)) return "hmac-invalid";
      const isNew = memory.marks.pass(source, stamp, (mark) => isTooFarAhead(mark, nowUs));
      return isNew ? checkAuthentication(authentication, undefined) : "hmac-replay";
    },
  };
}
