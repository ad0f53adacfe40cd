import type { ProcessEnd } from "./event.ts";

export type WatchdogAction =
  /** Start the process; `ended` is told in any case. */
  | { readonly kind: "start" }
  /** Ask the process to end. */
  | { readonly kind: "terminate" }
  /** End the process by force: it missed so many heartbeats, or did not end when asked to. */
  | { readonly kind: "kill"; readonly reason: "hung" | "not-ended"; readonly afterUs: number }
  /** It has ended and starts anew; now, if the delay is 0. */
  | { readonly kind: "restart"; readonly end: ProcessEnd; readonly delayUs: number }
  /** It has ended and will not be restarted. */
  | {
    readonly kind: "give-up";
    readonly end: ProcessEnd;
    readonly reason: "permanent" | "restarts";
  }
  /** It has ended as wanted. */
  | { readonly kind: "stopped" };
