import { loadConfig, type VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import type { Datagram } from "../datagram.ts";

/** The configuration of an instance whose block has these lines besides the usual ones. @throws Error if it has errors */
export function instanceOf(...lines: readonly string[]): VrrpInstanceConfig {
  const usual = [
    ["interface", "interface eth0"],
    ["virtual_router_id", "virtual_router_id 51"],
    ["virtual_ipaddress", "virtual_ipaddress { 192.0.2.100/24\n192.0.2.101/24\n }"],
    ["version", "version 3"],
  ].filter(([name = ""]) => !lines.some((line) => line.startsWith(name))).map(([, line]) => line);
  const text = `vrrp_instance VI {\n${[...usual, ...lines].join("\n")}\n}\n`;
  const { config, diagnostics } = loadConfig(
    (path) => [{ path, text }],
    "keepalived.conf",
    { hostName: "host" },
  );
  const error = diagnostics.find(({ severity }) => severity === "error");
  const [instance] = config?.instances ?? [];
  if (instance === undefined || error !== undefined) {
    throw new Error(`No instance: ${error?.message}`);
  }
  return instance;
}

/** What a peer of {@linkcode instanceOf} sends. */
export function advertisementOf(
  fields: Partial<ReceivedAdvertisement> = {},
): ReceivedAdvertisement {
  return {
    version: 3,
    virtualRouterId: 51,
    priority: 100,
    maxAdvertiseIntervalUs: 1_000_000,
    addresses: ["192.0.2.100", "192.0.2.101"],
    checksumForm: "pseudo-header",
    ...fields,
  };
}

/** How it comes. */
export function datagramOf(fields: Partial<Datagram> = {}): Datagram {
  return {
    source: "192.0.2.2",
    destination: "224.0.0.18",
    hopLimit: 255,
    message: new Uint8Array(),
    ...fields,
  };
}

/** The lines of a unicast instance with these peers. */
export function unicastWith(...peers: readonly string[]): readonly string[] {
  return ["unicast_src_ip 192.0.2.1", `unicast_peer {\n${peers.join("\n")}\n}`];
}
