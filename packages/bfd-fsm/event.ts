import type { SessionKind } from "./session.ts";

export type SessionEvent =
  | { readonly kind: "startup" }
  | { readonly kind: "shutdown" }
  /** A packet that is well-formed, authentic, and for this session. */
  | {
    readonly kind: "packet";
    readonly state: SessionKind;
    readonly diagnostic: number;
    readonly poll: boolean;
    readonly final: boolean;
    readonly demand: boolean;
    readonly detectMult: number;
    readonly myDiscriminator: number;
    readonly desiredMinTxIntervalUs: number;
    readonly requiredMinRxIntervalUs: number;
  };
