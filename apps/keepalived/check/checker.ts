import type { CheckerWeight } from "@keepalived/lvs-pool";
import type { CheckerConfig } from "@keepalived/keepalived-config";

/** What a checker has to say of its server. */
export type CheckerReport = {
  readonly verdict: (up: boolean) => void;
  readonly weight: (weight: CheckerWeight | null) => void;
};

/** How a checker is doing. */
export type CheckerStatus = {
  readonly id: string;
  readonly config: CheckerConfig;
  readonly up: boolean;
  /** Nobody has seen it up or down yet. */
  readonly assumed: boolean;
  /** When an attempt last ended, on the monotonic clock. */
  readonly checkedAtUs?: number;
  /** When the next one is due. */
  readonly nextAtUs?: number;
  /** Since when one runs. */
  readonly runningSinceUs?: number;
  readonly attempts: number;
  readonly failures: number;
  /** Why the last attempt that failed did so. */
  readonly lastFailure?: string;
};

/** One checker of a real server. */
export type Checker = Disposable & {
  readonly status: CheckerStatus;
  /** The same checker with other settings. */
  readonly configure: (config: CheckerConfig) => void;
  /** No attempts for now, or again. What is known stays. */
  readonly suspend: (suspended: boolean) => void;
  /** Begins to count attempts and failures from 0 again. */
  readonly clearCounters: () => void;
};

/** What the keyword of a checker is. */
export function keywordOf(checker: CheckerConfig): string {
  switch (checker.kind) {
    case "http":
      return checker.tls ? "SSL_GET" : "HTTP_GET";
    case "tcp":
      return "TCP_CHECK";
    case "udp":
      return "UDP_CHECK";
    case "dns":
      return "DNS_CHECK";
    case "smtp":
      return "SMTP_CHECK";
    case "ping":
      return "PING_CHECK";
    case "misc":
      return "MISC_CHECK";
    case "file":
      return "FILE_CHECK";
    case "bfd":
      return "BFD_CHECK";
  }
}
