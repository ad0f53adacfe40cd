import type { Command } from "@keepalived/keepalived-config";
import type { StateKind } from "@keepalived/vrrp-fsm";

/** A state that others are told of. */
export type ToldState = Exclude<StateKind, "initialize">;

/** Something that scripts and readers of FIFOs may want to hear. */
export type NotifyEvent = VrrpEvent | LvsEvent;

/** What becomes of virtual servers and of the servers behind them. */
export type LvsEvent =
  /** `real_server`: its checkers agree that it is up, or it is down. */
  | {
    readonly kind: "real-server";
    /** `[10.0.0.1]:tcp:80` */
    readonly name: string;
    readonly virtualServer: string;
    readonly up: boolean;
    /** `notify_up` or `notify_down` */
    readonly command?: Command;
    /** Why, if a mail is to say it. */
    readonly mail?: string;
  }
  /** `virtual_server`: it gained or lost its quorum. */
  | {
    readonly kind: "virtual-server";
    readonly name: string;
    readonly up: boolean;
    /** `quorum_up` or `quorum_down` */
    readonly command?: Command;
    /** Why, if a mail is to say it. */
    readonly mail?: string;
  };

/** What becomes of instances and sync groups. Priorities are the effective ones of the moment. */
export type VrrpEvent =
  /** An instance entered a state. */
  | {
    readonly kind: "instance-state";
    readonly name: string;
    readonly state: ToldState;
    readonly priority: number;
  }
  /** All members of a sync group are in a state. */
  | { readonly kind: "group-state"; readonly name: string; readonly state: ToldState }
  /** The priority of an instance changed, and nothing else. */
  | {
    readonly kind: "priority";
    readonly name: string;
    readonly state: ToldState;
    readonly priority: number;
  }
  /** An instance that is MASTER heard one of lower priority. */
  | { readonly kind: "lower-priority-received"; readonly name: string; readonly priority: number }
  /** Two routers are, or may be, MASTER at once; or no longer. */
  | {
    readonly kind: "contested" | "uncontested";
    readonly name: string;
    readonly priority: number;
  }
  /** An instance ends with the process. */
  | { readonly kind: "stopped"; readonly name: string; readonly priority: number }
  /** An instance ends because a reload took it out of the configuration. */
  | { readonly kind: "deleted"; readonly name: string; readonly priority: number }
  /** A sync group ends with the process. */
  | { readonly kind: "group-stopped"; readonly name: string };
