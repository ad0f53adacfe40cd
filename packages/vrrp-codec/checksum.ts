import { ipProtocol, isIntact, sumPseudoHeader, sumWords } from "@keepalived/inet-codec";
import { familyOf, type IpAddress, isMulticast } from "@keepalived/ip-address";
import { vrrpGroup } from "./group.ts";

/**
 * What the checksum of a version 3 message over IPv4 covers besides the message.
 *
 * - `pseudo-header`: source, destination, protocol and length (RFC 5798 §5.2.8). keepalived sends and requires it
 *   (testdata/v3_ipv4.txt, v3_unicast4.txt).
 * - `message-only`: nothing (RFC 9568 §5.2.8); keepalived's `v3_checksum_as_v2` (testdata/v3_ipv4_v2cksum.txt).
 * - `group-pseudo-header`: the pseudo-header with 224.0.0.18 as destination although the packet goes to a unicast
 *   address; keepalived's `old_unicast_checksum` (testdata/v3_unicast4_oldcksum.txt).
 *
 * Version 2 knows only `message-only` (RFC 3768 §5.3.8), and IPv6 only `pseudo-header` (RFC 9568 §5.2.8).
 */
export type ChecksumForm = "pseudo-header" | "message-only" | "group-pseudo-header";

/** The addresses that a pseudo-header holds. */
export type Addresses = { readonly source: IpAddress; readonly destination: IpAddress };

/** The sum that a message of `length` bytes starts from. */
export function startSum(
  form: ChecksumForm,
  { source, destination }: Addresses,
  length: number,
): number {
  if (form === "message-only") return 0;
  return sumPseudoHeader({
    source,
    destination: form === "group-pseudo-header" ? vrrpGroup[4] : destination,
    protocol: ipProtocol.vrrp,
    length,
  });
}

/** The form in which a message, checksum included, is intact; undefined if in none. */
export function intactForm(
  version: 2 | 3,
  covered: Uint8Array,
  addresses: Addresses,
): ChecksumForm | undefined {
  const sum = sumWords(covered);
  return formsOf(version, addresses).find((form) =>
    isIntact(sum + startSum(form, addresses, covered.length))
  );
}

/** The forms that the addresses allow, most usual first. */
function formsOf(version: 2 | 3, { source, destination }: Addresses): readonly ChecksumForm[] {
  if (version === 2) return ["message-only"];
  if (familyOf(source) === 6) return ["pseudo-header"];
  if (isMulticast(destination)) return ["pseudo-header", "message-only"];
  return ["pseudo-header", "message-only", "group-pseudo-header"];
}
