import type { VrrpVersion } from "@keepalived/vrrp-fsm";

/** A kind of advertisement that both daemons must agree on. */
export type Format = {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly intervalUs: number;
  /** Own addresses of the two hosts, beside the link-local ones. */
  readonly hosts: readonly [string, string];
  /** Virtual addresses with prefix lengths. */
  readonly virtual: readonly string[];
  /** More lines of the instance. */
  readonly lines: readonly string[];
};

/** What is tried, each with both daemons both ways round. */
export const formats: readonly Format[] = [
  {
    name: "v2 PASS",
    version: 2,
    intervalUs: 1_000_000,
    hosts: ["192.0.2.1/24", "192.0.2.2/24"],
    virtual: ["192.0.2.100/24"],
    lines: ["authentication {", "  auth_type PASS", "  auth_pass s3cret12", "}"],
  },
  {
    name: "v3 IPv4",
    version: 3,
    intervalUs: 200_000,
    hosts: ["192.0.2.1/24", "192.0.2.2/24"],
    virtual: ["192.0.2.100/24", "192.0.2.101/24"],
    lines: [],
  },
  {
    name: "v3 IPv6",
    version: 3,
    intervalUs: 200_000,
    hosts: ["2001:db8::1/64", "2001:db8::2/64"],
    virtual: ["fe80::100/64", "2001:db8::100/64"],
    lines: [],
  },
];

/** A configuration that both daemons read. */
export function configOf(format: Format, priority: number): string {
  return `vrrp_instance VI_1 {
  version ${format.version}
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${format.intervalUs / 1_000_000}
  ${format.lines.join("\n  ")}
  virtual_ipaddress {
    ${format.virtual.join("\n    ")}
  }
}
`;
}
