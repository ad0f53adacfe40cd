/**
 * BFD control packets (RFC 5880 §4) as values.
 *
 * @example
 * ```ts
 * import { decodeControlPacket, describeControlPacket, encodeControlPacket } from "@keepalived/bfd-codec";
 *
 * const message = encodeControlPacket({
 *   state: "up",
 *   diagnostic: 0,
 *   poll: true,
 *   final: false,
 *   controlPlaneIndependent: false,
 *   demand: false,
 *   detectMult: 3,
 *   myDiscriminator: 0x1a,
 *   yourDiscriminator: 0x2b,
 *   desiredMinTxIntervalUs: 100_000,
 *   requiredMinRxIntervalUs: 100_000,
 *   requiredMinEchoRxIntervalUs: 0,
 * });
 * const decoded = decodeControlPacket(message);
 * if (decoded.ok) describeControlPacket(decoded.value); // "BFD up poll mult 3 my 0x1a your 0x2b tx 100 ms rx 100 ms"
 * ```
 *
 * @module
 */

export {
  type ControlPacket,
  type ControlPacketFault,
  decodeControlPacket,
  describeControlPacket,
  encodeControlPacket,
} from "./control_packet.ts";
export { type AuthenticationSection, authenticationType } from "./authentication.ts";
export { diagnosticCode } from "./diagnostic.ts";
export { type BfdState, bfdStates } from "./state.ts";
export { bfdPort, sourcePorts } from "./ports.ts";
