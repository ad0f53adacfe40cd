import { familyOf, formatIp, type IpAddress, ipToBytes } from "@keepalived/ip-address";
import {
  IP_PKTINFO,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  SO_TIMESTAMPNS_NEW,
  SOL_SOCKET,
} from "./socket_options.ts";

/** `struct cmsghdr` of 64-bit Linux: length (8 bytes), level, type; the next one begins at a multiple of 8. */
const CMSGHDR_BYTES = 16;

/** What the kernel says beside a packet. */
export type Control = {
  readonly destination: IpAddress | undefined;
  readonly interfaceIndex: number | undefined;
  readonly hopLimit: number | undefined;
  /** CLOCK_REALTIME in integer microseconds. */
  readonly stampUs: number | undefined;
};

/** Ancillary data as `recvmsg` wrote it. Entries that we did not ask for are passed over. */
export function decodeControl(bytes: Uint8Array): Control {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let destination: IpAddress | undefined;
  let interfaceIndex: number | undefined;
  let hopLimit: number | undefined;
  let stampUs: number | undefined;
  let at = 0;
  while (at + CMSGHDR_BYTES <= bytes.length) {
    const length = view.getUint32(at, true);
    if (length < CMSGHDR_BYTES || at + length > bytes.length) break;
    const level = view.getInt32(at + 8, true);
    const type = view.getInt32(at + 12, true);
    const body = at + CMSGHDR_BYTES;
    if (level === IPPROTO_IP && type === IP_PKTINFO && length >= CMSGHDR_BYTES + 12) {
      interfaceIndex = view.getInt32(body, true);
      destination = formatIp(bytes.subarray(body + 8, body + 12));
    } else if (level === IPPROTO_IPV6 && type === IPV6_PKTINFO && length >= CMSGHDR_BYTES + 20) {
      destination = formatIp(bytes.subarray(body, body + 16));
      interfaceIndex = view.getInt32(body + 16, true);
    } else if (
      length >= CMSGHDR_BYTES + 4 &&
      (level === IPPROTO_IP && type === IP_TTL || level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT)
    ) {
      hopLimit = view.getInt32(body, true);
    } else if (
      level === SOL_SOCKET && type === SO_TIMESTAMPNS_NEW && length >= CMSGHDR_BYTES + 16
    ) {
      const seconds = view.getUint32(body, true);
      stampUs = seconds * 1_000_000 + Math.floor(view.getUint32(body + 8, true) / 1000);
    }
    at += (length + 7) & ~7;
  }
  return { destination, interfaceIndex, hopLimit, stampUs };
}

/** Ancillary data that chooses the source address, and optionally the interface, of one packet. */
export function encodeSource(source: IpAddress, interfaceIndex = 0): Uint8Array {
  const family = familyOf(source);
  const length = CMSGHDR_BYTES + (family === 4 ? 12 : 20);
  const bytes = new Uint8Array((length + 7) & ~7);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setInt32(8, family === 4 ? IPPROTO_IP : IPPROTO_IPV6, true);
  view.setInt32(12, family === 4 ? IP_PKTINFO : IPV6_PKTINFO, true);
  view.setInt32(CMSGHDR_BYTES + (family === 4 ? 0 : 16), interfaceIndex, true);
  bytes.set(ipToBytes(source), CMSGHDR_BYTES + (family === 4 ? 4 : 0));
  return bytes;
}
