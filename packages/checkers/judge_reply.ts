import type { Judgement } from "./probe.ts";

/** What UDP_CHECK wants as a reply. */
export type UdpDemand = {
  readonly minLength: number;
  readonly maxLength: number;
  /** The reply and `mask` must be this, as far as both go. */
  readonly data: Uint8Array;
  readonly mask: Uint8Array;
};

/** @param demand undefined: any reply will do */
export function judgeUdpReply(demand: UdpDemand | undefined, reply: Uint8Array): Judgement {
  if (demand === undefined) return "good";
  const { minLength, maxLength, data, mask } = demand;
  if (reply.length < minLength || reply.length > maxLength) {
    const text = `reply of ${reply.length} bytes, not of ${minLength} to ${maxLength}`;
    return { code: "reply", text };
  }
  const length = Math.min(data.length, reply.length);
  for (let i = 0; i < length; i++) {
    if (((reply[i] ?? 0) & (mask[i] ?? 0xff)) !== data[i]) {
      return { code: "reply", text: `reply differs from what is wanted at byte ${i}` };
    }
  }
  return "good";
}

/** What counts of a DNS message (RFC 1035 §4.1.1). */
export type DnsHeader = {
  readonly id: number;
  readonly isReply: boolean;
  readonly responseCode: number;
};

/** @param id of the question. @param reply undefined: not even a header */
export function judgeDnsReply(id: number, reply: DnsHeader | undefined): Judgement {
  if (reply === undefined || !reply.isReply || reply.id !== id) return "foreign";
  const { responseCode } = reply;
  if (responseCode === 0) return "good";
  const name = responseCodes[responseCode];
  const text = `response code ${responseCode}${name === undefined ? "" : ` (${name})`}`;
  return { code: "reply", text };
}

/** RFC 1035 §4.1.1, RFC 2136 §2.2. */
const responseCodes: readonly (string | undefined)[] = [
  "no error",
  "format error",
  "server failure",
  "no such name",
  "not implemented",
  "refused",
  "name exists",
  "record set exists",
  "no such record set",
  "not authoritative",
  "not in the zone",
];
