import type { IpAddress } from "@keepalived/ip-address";
import type { Command } from "./model.ts";

/** One checker of a real server, everything that it inherits applied. */
export type CheckerConfig =
  | (Scheduled & { readonly kind: "tcp" | "ping"; readonly connection: Connection })
  | UdpChecker
  | DnsChecker
  | SmtpChecker
  | HttpChecker
  | MiscChecker
  | FileChecker
  | BfdChecker;

/** When a checker runs. */
export type Scheduled = {
  /** Between two checks. */
  readonly delayLoopUs: number;
  /** Further attempts after the first failure of a server that is up. */
  readonly retry: number;
  /** Successes that bring a server up; at least 1. */
  readonly rise: number;
  /** Between two attempts. */
  readonly delayBeforeRetryUs: number;
  /** Longest random delay of the first check. */
  readonly warmupUs: number;
  /** Down until the first success. */
  readonly alpha: boolean;
  readonly logAllFailures: boolean;
};

/** Where a checker connects to, and from. */
export type Connection = {
  readonly address: IpAddress;
  readonly port: number;
  readonly sourceAddress?: IpAddress;
  readonly sourcePort?: number;
  readonly interface?: string;
  /** 0: none. */
  readonly mark: number;
  readonly timeoutUs: number;
};

export type UdpChecker = Scheduled & {
  readonly kind: "udp";
  readonly connection: Connection;
  /** Hexadecimal; absent: 32 bytes of filler. */
  readonly payload?: string;
  /** Present: a reply must come. */
  readonly reply?: {
    readonly minLength: number;
    readonly maxLength: number;
    /** Hexadecimal: the reply and `mask` is `data`, as far as both go. */
    readonly data: string;
    readonly mask: string;
  };
};

export type DnsChecker = Scheduled & {
  readonly kind: "dns";
  readonly connection: Connection;
  readonly recordType: DnsRecordType;
  /** `.` is the root. */
  readonly name: string;
};

export type DnsRecordType =
  | "A"
  | "NS"
  | "CNAME"
  | "SOA"
  | "MX"
  | "TXT"
  | "AAAA"
  | "RRSIG"
  | "DNSKEY";

export type SmtpChecker = Scheduled & {
  readonly kind: "smtp";
  readonly connection: Connection;
  readonly heloName: string;
};

/** `HTTP_GET` and `SSL_GET`. */
export type HttpChecker = Scheduled & {
  readonly kind: "http";
  readonly connection: Connection;
  readonly tls: boolean;
  /** TLS: the certificate must be good. */
  readonly verify: boolean;
  /** `1.0C`: 1.0 with `Connection: close`. */
  readonly version: "1.0" | "1.0C" | "1.1";
  /** While down, all urls at once. */
  readonly fastRecovery: boolean;
  /** In the order of the file; not empty. */
  readonly urls: readonly HttpUrl[];
};

export type HttpUrl = {
  readonly method: string;
  readonly path: string;
  /** Further headers of the request. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of the request. */
  readonly body?: string;
  /** Host header; absent: address and port. */
  readonly host?: string;
  /** TLS server name. */
  readonly serverName?: string;
  /** Wait for the peer's close_notify. */
  readonly closeNotify: boolean;
  /** MD5 of the body: 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  /** First and last code of each range; not empty. */
  readonly statusCodes: readonly (readonly [number, number])[];
  readonly regex?: Regex;
  /** What the body of the answer must contain. */
  readonly text?: string;
  /** What the JSON of the answer must have at a pointer (RFC 6901). */
  readonly json?: { readonly pointer: string; readonly value: string };
};

export type Regex = {
  readonly pattern: string;
  /** The body must not match. */
  readonly negated: boolean;
  /** Names of PCRE2 compile options. */
  readonly options: readonly string[];
  /** Bytes of the body. */
  readonly minOffset: number;
  readonly maxOffset?: number;
  readonly stack?: { readonly startBytes: number; readonly maxBytes: number };
};

export type MiscChecker = Scheduled & {
  readonly kind: "misc";
  /** Absent user: that of `script_user`. */
  readonly command: Command;
  readonly timeoutUs: number;
  /** Exit status 2–255 sets the weight. */
  readonly dynamic: boolean;
};

export type FileChecker = {
  readonly kind: "file";
  /** Name of a `track_file`. */
  readonly trackFile: string;
  /** Multiplier; 0: any number but 0 means down. */
  readonly weight: number;
  readonly reverse: boolean;
  readonly alpha: boolean;
};

export type BfdChecker = {
  readonly kind: "bfd";
  /** Name of a `bfd_instance`. */
  readonly session: string;
  readonly alpha: boolean;
};
