/** What the tests vary of a `vrrp_instance`. */
export type InstanceConf = {
  readonly name?: string;
  readonly interface?: string;
  readonly virtualRouterId?: number;
  readonly priority?: number;
  readonly version?: 2 | 3;
  /** Seconds. */
  readonly interval?: number;
  readonly addresses?: readonly string[];
  /** More lines of the block. */
  readonly lines?: readonly string[];
};

/** A `vrrp_instance` block; quick by default: version 3, an advertisement each 0.1 s. */
export function instanceConf(conf: InstanceConf = {}): string {
  const {
    name = "VI_1",
    interface: device = "eth0",
    virtualRouterId = 51,
    priority = 100,
    version = 3,
    interval = 0.1,
    addresses = ["192.0.2.100/24"],
    lines = [],
  } = conf;
  return `vrrp_instance ${name} {
  version ${version}
  interface ${device}
  virtual_router_id ${virtualRouterId}
  priority ${priority}
  advert_int ${interval}
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${addresses.join("\n    ")}
  }
}
`;
}
