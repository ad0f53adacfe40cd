import type { ProcessSnapshot } from "./process_snapshot.ts";

/** The parent at one moment, and what it knows of the others. */
export type ParentSnapshot = {
  readonly process: ProcessSnapshot;
  readonly version: string;
  /** `Node 26.10.0` */
  readonly runtime: string;
  readonly hostName: string;
  readonly routerId: string;
  /** `net_namespace` and `instance`. */
  readonly networkNamespace?: string;
  readonly instance?: string;
  readonly configurationFile: string;
  /** Whether virtual routers and checks stay away because an operator wants it. */
  readonly maintenance: boolean;
  /** The last reload; absent: there was none. */
  readonly reload?: {
    readonly at: number;
    readonly ok: boolean;
    /** Why it was refused. */
    readonly problem?: string;
  };
  /** Mails and webhooks; absent: there was nothing to tell. */
  readonly deliveries?: readonly DeliverySnapshot[];
  readonly children: readonly ChildSnapshot[];
};

/** What became of what others were told over the network. */
export type DeliverySnapshot = {
  /** `mail`, or scheme and host of a webhook. */
  readonly to: string;
  readonly delivered: number;
  readonly failed: number;
  /** Those that found no room. */
  readonly dropped: number;
  readonly waiting: number;
};

/** A child process as the parent sees it. */
export type ChildSnapshot = {
  /** What operators call it: `VRRP`. */
  readonly name: string;
  /** Absent: it does not run now. */
  readonly pid?: number;
  readonly startedAt?: number;
  /** How often it was started again. */
  readonly restarts: number;
  /** Why it told nothing of itself, though it runs. */
  readonly problem?: string;
};
