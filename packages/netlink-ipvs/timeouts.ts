import { type Decoded, fault, ok } from "@keepalived/bytes";
import { decodeBody, type IpvsFault, type IpvsRequest, request } from "./message.ts";

/** How long the kernel remembers a connection that is silent; whole seconds. */
export type Timeouts = {
  /** Established TCP. */
  readonly tcpUs: number;
  /** TCP after a FIN. */
  readonly tcpFinUs: number;
  readonly udpUs: number;
};

const table = {
  tcp: { number: 4, type: "u32" },
  tcpFin: { number: 5, type: "u32" },
  udp: { number: 6, type: "u32" },
} as const;

/** `ipvsadm --set 900 120 300`: what is absent or 0 stays as it is */
export function setTimeouts(timeouts: Partial<Timeouts>): IpvsRequest {
  const { tcpUs = 0, tcpFinUs = 0, udpUs = 0 } = timeouts;
  const tcp = tcpUs / 1_000_000;
  const tcpFin = tcpFinUs / 1_000_000;
  const udp = udpUs / 1_000_000;
  return request({
    words: `--set ${tcp} ${tcpFin} ${udp}`,
    command: "setConfig",
    table,
    values: { tcp, tcpFin, udp },
  });
}

/** `ipvsadm -L --timeout` */
export function getTimeouts(): IpvsRequest {
  return request({ words: "-L --timeout", command: "getConfig", table, values: {} });
}

/** The timeouts in an answer to {@linkcode getTimeouts}; 0 for a protocol that this kernel lacks. */
export function decodeTimeouts(body: Uint8Array): Decoded<Timeouts, IpvsFault> {
  const decoded = decodeBody(table, body, "setConfig");
  if (!decoded.ok) return decoded;
  const { tcp, tcpFin, udp } = decoded.value;
  if (tcp === undefined && tcpFin === undefined && udp === undefined) {
    return fault("ipvs-incomplete", body.length);
  }
  const us = (value = 0) => value * 1_000_000;
  return ok({ tcpUs: us(tcp), tcpFinUs: us(tcpFin), udpUs: us(udp) });
}
