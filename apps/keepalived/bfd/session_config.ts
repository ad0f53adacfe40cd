import type { SessionConfig } from "@keepalived/bfd-fsm";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";

/** A `bfd_instance` as the machine sees it. */
export function sessionConfig(
  config: BfdInstanceConfig,
  localDiscriminator: number,
): SessionConfig {
  const { desiredMinTxIntervalUs, requiredMinRxIntervalUs, idleTxIntervalUs } = config;
  const { detectMult, passive } = config;
  return {
    localDiscriminator,
    desiredMinTxIntervalUs,
    requiredMinRxIntervalUs,
    idleTxIntervalUs,
    detectMult,
    passive,
  };
}

/** Whether a session goes on with another configuration: the one at the other end is the same. */
export function isSameSession(one: BfdInstanceConfig, other: BfdInstanceConfig): boolean {
  return one.name === other.name && one.neighborAddress === other.neighborAddress &&
    one.multihop === other.multihop;
}

/** Whether packets go out in another way. */
export function sendsAlike(one: BfdInstanceConfig, other: BfdInstanceConfig): boolean {
  return one.sourceAddress === other.sourceAddress && one.hopLimit === other.hopLimit;
}
