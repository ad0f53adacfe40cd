import { type Decoded, fault, ok } from "@keepalived/bytes";
import { decodeBody, type IpvsFault, type IpvsRequest, request } from "./message.ts";

/** What the kernel's IPVS is. */
export type Information = {
  /** `1.2.1` */
  readonly version: string;
  /** Buckets of the table of connections. */
  readonly connectionTableSize: number;
};

const table = {
  version: { number: 1, type: "u32" },
  connectionTableSize: { number: 2, type: "u32" },
} as const;

/** The first line of `ipvsadm -Ln` */
export function getInformation(): IpvsRequest {
  return request({ words: "-Ln", command: "getInformation", table, values: {} });
}

/** `ipvsadm -C`: all services and destinations go. */
export function flush(): IpvsRequest {
  return request({ words: "-C", command: "flush", table, values: {} });
}

/** What an answer to {@linkcode getInformation} says. */
export function decodeInformation(body: Uint8Array): Decoded<Information, IpvsFault> {
  const decoded = decodeBody(table, body, "setInformation");
  if (!decoded.ok) return decoded;
  const { version, connectionTableSize } = decoded.value;
  if (version === undefined || connectionTableSize === undefined) {
    return fault("ipvs-incomplete", body.length);
  }
  const parts = [version >>> 16 & 0xff, version >>> 8 & 0xff, version & 0xff];
  return ok({ version: parts.join("."), connectionTableSize });
}
