/**
 * A BFD session (RFC 5880 §6) in asynchronous mode as a pure machine.
 *
 * The host gives it the packets that it received for this session, and sends those that it is told to.
 *
 * @example
 * ```ts
 * import { session } from "@keepalived/bfd-fsm";
 *
 * const config = {
 *   localDiscriminator: 0x1a,
 *   desiredMinTxIntervalUs: 100_000,
 *   requiredMinRxIntervalUs: 100_000,
 *   idleTxIntervalUs: 1_000_000,
 *   detectMult: 3,
 *   passive: false,
 * };
 * const { state, actions } = session.step(config, session.start(config, 0), { kind: "startup" }, 0);
 * state.kind; // "down"
 * actions.map(({ kind }) => kind); // ["send-packet", "state-changed"]
 * ```
 *
 * @module
 */

export type { SessionAction, SessionPacket } from "./action.ts";
export type { SessionConfig } from "./config.ts";
export { describeSession } from "./describe.ts";
export type { SessionEvent } from "./event.ts";
export { type Remote, session, type SessionKind, type SessionState } from "./session.ts";
export { detectionTimeUs, transmitIntervalUs } from "./timers.ts";
