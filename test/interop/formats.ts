import type { VrrpVersion } from "@keepalived/vrrp-fsm";

/** Who stands on one side: our daemon, the installed C daemon, or FRR's vrrpd. */
export type Peer = "ours" | "c" | "frr";

/** A kind of advertisement, and of what holds the addresses, that both sides must agree on. */
export type Format = {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly intervalUs: number;
  /** Addresses of the two hosts, beside the link-local ones. */
  readonly hosts: readonly [string, string];
  /** Virtual addresses with prefix lengths. */
  readonly virtual: readonly string[];
  /** More lines of a keepalived instance. */
  readonly lines?: readonly string[];
  /** Advertisements go to the other host's address and not to the group. */
  readonly unicast?: true;
  /** Ethernet address of every advertisement; absent: whatever the host has. */
  readonly mac?: string;
  /** How many intervals two masters that meet may take to agree, if not one. */
  readonly intervalsToAgree?: number;
  /** Why a peer cannot take part. */
  readonly impossible?: Partial<Readonly<Record<Peer, string>>>;
};

const secondUs = 1_000_000;
/** Long enough to tell skew from interval on a busy machine. */
const shortUs = 400_000;

const hosts4 = ["192.0.2.1/24", "192.0.2.2/24"] as const;
const hosts6 = ["2001:db8::1/64", "2001:db8::2/64"] as const;
const virtual4 = ["192.0.2.100/24", "192.0.2.101/24"];
const virtual6 = ["fe80::100/64", "2001:db8::100/64"];

const noAuthentication = { frr: "no authentication" };
const noUnicast = { frr: "no unicast" };

export const formats: readonly Format[] = [
  {
    name: "v2 none",
    version: 2,
    intervalUs: secondUs,
    hosts: hosts4,
    virtual: virtual4,
  },
  {
    name: "v2 PASS",
    version: 2,
    intervalUs: secondUs,
    hosts: hosts4,
    virtual: virtual4,
    lines: ["authentication {", "  auth_type PASS", "  auth_pass s3cret12", "}"],
    impossible: noAuthentication,
  },
  {
    name: "v2 AH",
    version: 2,
    intervalUs: secondUs,
    hosts: hosts4,
    virtual: virtual4,
    lines: ["authentication {", "  auth_type AH", "  auth_pass s3cret12", "}"],
    // Until one has sent a number that is above the other's own.
    intervalsToAgree: 3,
    impossible: noAuthentication,
  },
  {
    name: "v3 IPv4",
    version: 3,
    intervalUs: shortUs,
    hosts: hosts4,
    virtual: virtual4,
  },
  {
    name: "v3 IPv6",
    version: 3,
    intervalUs: shortUs,
    hosts: hosts6,
    virtual: virtual6,
  },
  {
    name: "unicast v4",
    version: 3,
    intervalUs: shortUs,
    hosts: hosts4,
    virtual: virtual4,
    unicast: true,
    impossible: noUnicast,
  },
  {
    name: "unicast v6",
    version: 3,
    intervalUs: shortUs,
    hosts: hosts6,
    virtual: virtual6,
    unicast: true,
    impossible: noUnicast,
  },
  {
    name: "VMAC",
    version: 3,
    intervalUs: shortUs,
    hosts: hosts4,
    virtual: virtual4,
    lines: ["use_vmac"],
    mac: "00:00:5e:00:01:33",
  },
];

/** An address without its prefix length. */
export function bare(address: string): string {
  return address.split("/")[0] ?? address;
}
