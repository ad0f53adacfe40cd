import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import {
  authenticationBytes,
  type AuthenticationSection,
  readAuthentication,
  writeAuthentication,
} from "./authentication.ts";
import { type BfdState, bfdStates } from "./state.ts";

/**
 * A control packet of version 1 (RFC 5880 §4.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
 * |                       My Discriminator                        |
 * |                      Your Discriminator                       |
 * |                    Desired Min TX Interval                    |
 * |                   Required Min RX Interval                    |
 * |                 Required Min Echo RX Interval                 |
 * ```
 */
export type ControlPacket = {
  readonly state: BfdState;
  /** 0–31, see `diagnosticCode`. */
  readonly diagnostic: number;
  readonly poll: boolean;
  readonly final: boolean;
  readonly controlPlaneIndependent: boolean;
  readonly demand: boolean;
  /** 1–255. */
  readonly detectMult: number;
  /** Not 0. */
  readonly myDiscriminator: number;
  /** 0: the sender has not heard the receiver yet. */
  readonly yourDiscriminator: number;
  readonly desiredMinTxIntervalUs: number;
  /** 0: the sender wants no periodic packets. */
  readonly requiredMinRxIntervalUs: number;
  /** 0: the sender does not support echo packets. */
  readonly requiredMinEchoRxIntervalUs: number;
  /** Absent: the packet claims no authentication. */
  readonly authentication?: AuthenticationSection;
};

/** Why a packet is to be discarded; the names of the counters too. */
export type ControlPacketFault =
  | "version"
  | "length"
  | "detect-mult"
  | "multipoint"
  | "my-discriminator"
  | "your-discriminator"
  | "authentication";

const version = 1;
const mandatoryBytes = 24;
const flag = {
  poll: 0x20,
  final: 0x10,
  controlPlaneIndependent: 0x08,
  authentication: 0x04,
  demand: 0x02,
  multipoint: 0x01,
} as const;

/**
 * Reads a control packet and checks what every receiver must check, in the order of RFC 5880 §6.8.6.
 *
 * What depends on the session is left to the caller: hop limit, discriminators, authentication.
 *
 * @param message the payload of the UDP datagram; what follows the length that the packet gives is not its part
 */
export function decodeControlPacket(
  message: Uint8Array,
): Decoded<ControlPacket, ControlPacketFault> {
  const reader = new Reader(message);
  const first = reader.u8();
  const second = reader.u8();
  const detectMult = reader.u8();
  const length = reader.u8();
  const myDiscriminator = reader.u32be();
  const yourDiscriminator = reader.u32be();
  const desiredMinTxIntervalUs = reader.u32be();
  const requiredMinRxIntervalUs = reader.u32be();
  const requiredMinEchoRxIntervalUs = reader.u32be();

  if (message.length > 0 && first >> 5 !== version) return fault("version", 0);
  if (reader.failed) return fault("length", message.length);
  const claimsAuthentication = (second & flag.authentication) !== 0;
  if (length < (claimsAuthentication ? mandatoryBytes + 2 : mandatoryBytes)) {
    return fault("length", 3);
  }
  if (length > message.length) return fault("length", 3);
  if (detectMult === 0) return fault("detect-mult", 2);
  if ((second & flag.multipoint) !== 0) return fault("multipoint", 1);
  if (myDiscriminator === 0) return fault("my-discriminator", 4);
  const state = bfdStates[second >> 6] ?? "admin-down";
  if (yourDiscriminator === 0 && state !== "down" && state !== "admin-down") {
    return fault("your-discriminator", 8);
  }
  const authentication = claimsAuthentication
    ? readAuthentication(message.subarray(mandatoryBytes, length))
    : undefined;
  if (claimsAuthentication && authentication === undefined) {
    return fault("authentication", mandatoryBytes);
  }
  return ok({
    state,
    diagnostic: first & 0x1f,
    poll: (second & flag.poll) !== 0,
    final: (second & flag.final) !== 0,
    controlPlaneIndependent: (second & flag.controlPlaneIndependent) !== 0,
    demand: (second & flag.demand) !== 0,
    detectMult,
    myDiscriminator,
    yourDiscriminator,
    desiredMinTxIntervalUs,
    requiredMinRxIntervalUs,
    requiredMinEchoRxIntervalUs,
    ...(authentication === undefined ? {} : { authentication }),
  });
}

/**
 * Writes a control packet: the payload of a UDP datagram.
 *
 * @param target buffer to fill, exactly as long as the packet
 * @throws RangeError for what no receiver may accept
 */
export function encodeControlPacket(
  packet: ControlPacket,
  target: Uint8Array = new Uint8Array(packetBytes(packet)),
): Uint8Array {
  const { state, diagnostic, detectMult, myDiscriminator, authentication } = packet;
  const isNew = state === "down" || state === "admin-down";
  if (
    diagnostic > 31 || detectMult === 0 || myDiscriminator === 0 ||
    packet.yourDiscriminator === 0 && !isNew
  ) {
    throw new RangeError(`Cannot send a packet: ${describeControlPacket(packet)}`);
  }
  const writer = new Writer(target)
    .u8(version << 5 | diagnostic)
    .u8(bfdStates.indexOf(state) << 6 | flagsOf(packet))
    .u8(detectMult)
    .u8(packetBytes(packet))
    .u32be(myDiscriminator)
    .u32be(packet.yourDiscriminator)
    .u32be(packet.desiredMinTxIntervalUs)
    .u32be(packet.requiredMinRxIntervalUs)
    .u32be(packet.requiredMinEchoRxIntervalUs);
  if (authentication !== undefined) writeAuthentication(writer, authentication);
  return writer.finish();
}

/**
 * One line that tells what a packet says; never a password.
 *
 * @example
 * ```ts
 * describeControlPacket(packet); // "BFD down diag 1 mult 3 my 0x1a your 0x0 tx 1000 ms rx 100 ms"
 * ```
 */
export function describeControlPacket(packet: ControlPacket): string {
  const { diagnostic, detectMult, authentication } = packet;
  const hex = (discriminator: number) => `0x${discriminator.toString(16)}`;
  const ms = (us: number) => `${us / 1000} ms`;
  return [
    `BFD ${packet.state}`,
    ...(diagnostic === 0 ? [] : [`diag ${diagnostic}`]),
    ...(packet.poll ? ["poll"] : []),
    ...(packet.final ? ["final"] : []),
    ...(packet.controlPlaneIndependent ? ["independent"] : []),
    ...(packet.demand ? ["demand"] : []),
    `mult ${detectMult} my ${hex(packet.myDiscriminator)} your ${hex(packet.yourDiscriminator)}`,
    `tx ${ms(packet.desiredMinTxIntervalUs)} rx ${ms(packet.requiredMinRxIntervalUs)}`,
    ...(packet.requiredMinEchoRxIntervalUs === 0
      ? []
      : [`echo ${ms(packet.requiredMinEchoRxIntervalUs)}`]),
    ...(authentication === undefined ? [] : [`authentication type ${typeOf(authentication)}`]),
  ].join(" ");
}

function flagsOf(packet: ControlPacket): number {
  return (packet.poll ? flag.poll : 0) | (packet.final ? flag.final : 0) |
    (packet.controlPlaneIndependent ? flag.controlPlaneIndependent : 0) |
    (packet.authentication === undefined ? 0 : flag.authentication) |
    (packet.demand ? flag.demand : 0);
}

function typeOf(section: AuthenticationSection): number {
  return section.kind === "password" ? 1 : section.type;
}

function packetBytes({ authentication }: ControlPacket): number {
  return mandatoryBytes + (authentication === undefined ? 0 : authenticationBytes(authentication));
}
