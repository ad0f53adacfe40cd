/** How a process ended. */
export type ProcessEnd =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "killed"; readonly signal: string }
  /** It could not even be started. */
  | { readonly kind: "not-started"; readonly reason: string };

export type WatchdogEvent =
  /** The process is wanted, and at once if it waits for a restart. */
  | { readonly kind: "start" }
  /** A heartbeat was heard. */
  | { readonly kind: "kick" }
  /** In the last interval it was let run too little to give a heartbeat: that one does not count. */
  | { readonly kind: "starved" }
  /** The process has ended, whyever. */
  | { readonly kind: "ended"; readonly end: ProcessEnd }
  /** The process is not wanted any more. */
  | { readonly kind: "stop" };
