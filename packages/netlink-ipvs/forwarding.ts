import type { AttributeValues } from "@keepalived/netlink-codec";
import { type NameIn, nameOf, numberOf } from "./registry.ts";

/** How packets get to a destination. */
export type Forwarding =
  | { readonly method: Exclude<NameIn<typeof methods>, "tunnel"> }
  | { readonly method: "tunnel"; readonly tunnel: Tunnel };

/** Encapsulation of tunnelled packets. */
export type Tunnel = {
  readonly type: NameIn<typeof tunnelTypes>;
  /** UDP port of gue. */
  readonly port?: number;
  readonly checksum: NameIn<typeof checksums>;
};

/** IP_VS_CONN_F_*; the kernel uses `local` and `bypass` itself. */
const methods = { masquerade: 0, local: 1, tunnel: 2, "direct-route": 3, bypass: 4 } as const;
/** IP_VS_CONN_F_TUNNEL_TYPE_* */
const tunnelTypes = { ipip: 0, gue: 1, gre: 2 } as const;
/** IP_VS_TUNNEL_ENCAP_FLAG_* */
const checksums = { none: 0, checksum: 1, "remote-checksum": 2 } as const;

/** The attributes of a method, of which each message has all. */
export const forwardingTable = {
  method: { number: 3, type: "u32" },
  weight: { number: 4, type: "u32" },
  tunnelType: { number: 13, type: "u8" },
  tunnelPort: { number: 14, type: "u16", order: "network" },
  tunnelFlags: { number: 15, type: "u16" },
} as const;

type Values = AttributeValues<typeof forwardingTable>;

/** The attributes of a method. */
export function encodeForwarding(
  forwarding: Forwarding,
): Required<Omit<Values, "weight" | "unknown">> {
  const method = numberOf(methods, forwarding.method);
  if (!("tunnel" in forwarding)) return { method, tunnelType: 0, tunnelPort: 0, tunnelFlags: 0 };
  const { type, port = 0, checksum } = forwarding.tunnel;
  return {
    method,
    tunnelType: numberOf(tunnelTypes, type),
    tunnelPort: port,
    tunnelFlags: numberOf(checksums, checksum),
  };
}

/** The method in attributes. Kernels before 5.3 know no other tunnel than ipip. */
export function decodeForwarding(values: Values): Forwarding | undefined {
  if (values.method === undefined) return undefined;
  const method = nameOf(methods, values.method);
  if (method !== "tunnel") return { method };
  const { tunnelType = 0, tunnelPort = 0, tunnelFlags = 0 } = values;
  return {
    method,
    tunnel: {
      type: nameOf(tunnelTypes, tunnelType),
      ...tunnelPort !== 0 && { port: tunnelPort },
      checksum: nameOf(checksums, tunnelFlags),
    },
  };
}

const options: { readonly [method: string]: string } = {
  masquerade: "-m",
  tunnel: "-i",
  "direct-route": "-g",
};
const checksumOptions: { readonly [checksum: string]: string } = {
  none: "--tun-nocsum",
  checksum: "--tun-csum",
  "remote-checksum": "--tun-remcsum",
};

/** `-m`, `-g`, `-i` */
export function describeMethod({ method }: Forwarding): string {
  return options[method] ?? `--method ${method}`;
}

/** ` --tun-type gue --tun-port 6080 --tun-csum`; nothing for other methods. */
export function describeTunnel(forwarding: Forwarding): string {
  if (!("tunnel" in forwarding)) return "";
  const { type, port, checksum } = forwarding.tunnel;
  const flags = type === "ipip" && checksum === "none"
    ? ""
    : ` ${checksumOptions[checksum] ?? `--tun-flags ${checksum}`}`;
  return ` --tun-type ${type}${port === undefined ? "" : ` --tun-port ${port}`}${flags}`;
}
