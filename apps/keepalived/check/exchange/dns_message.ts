import { Writer } from "@keepalived/bytes";
import type { DnsHeader } from "@keepalived/checkers";
import type { DnsRecordType } from "@keepalived/keepalived-config";

/** RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 4034 §§2.1, 3.1. */
const types: Readonly<Record<DnsRecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  RRSIG: 46,
  DNSKEY: 48,
};

const headerBytes = 12;
const recursionDesired = 0x0100;
const internet = 1;

/**
 * A message with one question (RFC 1035 §4.1).
 *
 * @param name labels of 1–63 bytes between dots; `.` is the root
 * @throws RangeError for a name that no message can hold
 */
export function encodeDnsQuestion(id: number, name: string, type: DnsRecordType): Uint8Array {
  const labels = name.replace(/\.$/, "").split(".").filter((label) => label !== "")
    .map((label) => new TextEncoder().encode(label));
  const length = labels.reduce((sum, label) => sum + 1 + label.length, headerBytes + 5);
  const message = new Writer(new Uint8Array(length))
    .u16be(id).u16be(recursionDesired)
    .u16be(1).u16be(0).u16be(0).u16be(0);
  for (const label of labels) {
    if (label.length > 63) throw new RangeError(`Too long for a label: ${name}`);
    message.u8(label.length).put(label);
  }
  return message.u8(0).u16be(types[type]).u16be(internet).finish();
}

/** What counts of a message; undefined if there is no header. The answers in it do not count. */
export function decodeDnsHeader(message: Uint8Array): DnsHeader | undefined {
  if (message.length < headerBytes) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const flags = view.getUint16(2);
  return { id: view.getUint16(0), isReply: (flags & 0x8000) !== 0, responseCode: flags & 0x000f };
}
