import type { SessionKind } from "./session.ts";

/** What a control packet says; all that is not here is 0 (RFC 5880 §6.8.7). */
export type SessionPacket = {
  readonly state: SessionKind;
  readonly diagnostic: number;
  readonly poll: boolean;
  readonly final: boolean;
  readonly detectMult: number;
  readonly myDiscriminator: number;
  /** 0: nobody was heard. */
  readonly yourDiscriminator: number;
  readonly desiredMinTxIntervalUs: number;
  readonly requiredMinRxIntervalUs: number;
};

export type SessionAction =
  | { readonly kind: "send-packet"; readonly packet: SessionPacket }
  /** Intervals have changed, and the other side is asked to say that it has heard so. */
  | { readonly kind: "poll-started" }
  | {
    readonly kind: "state-changed";
    readonly from: SessionKind;
    readonly to: SessionKind;
    /** Why (§4.1). */
    readonly diagnostic: number;
    /** What the other side said last of its own state. */
    readonly remoteDiagnostic: number;
  };
