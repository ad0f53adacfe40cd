import { clip, type Report } from "@keepalived/conf-parser";
import { familyOf } from "@keepalived/ip-address";
import type { Body } from "../bind.ts";
import { defined, flagOf, has, last, numberOf, textOf } from "../body.ts";
import type { BfdInstanceConfig } from "../model_tracking.ts";
import type { Say } from "../read_instance.ts";
import { type Definition, definitionsOf, readWeight } from "./definitions.ts";

/** All `bfd_instance` blocks that can run: one for each neighbour. */
export function readBfdInstances(root: Body, report: Report): readonly BfdInstanceConfig[] {
  const owners = new Map<string, string>();
  return definitionsOf(root, "bfd_instance", report).flatMap((definition) => {
    const { statement: { words: [keyword, word] }, name } = definition;
    const at = word?.at ?? keyword.at;
    const say: Say = (severity, code, message, place = at, hint) =>
      report({
        severity,
        code,
        message: `BFD instance ${clip(name)}${message}`,
        at: place,
        ...(hint === undefined ? {} : { hint }),
      });
    const read = readSession(definition, say);
    if (read === undefined) return [];
    const owner = owners.get(read.neighborAddress);
    if (owner !== undefined) {
      const message = ` has duplicate neighbor address ${read.neighborAddress}, ignoring instance`;
      say("error", "duplicate", message, undefined, `${clip(owner)} has it`);
      return [];
    }
    owners.set(read.neighborAddress, read.name);
    return [{ ...read, at }];
  });
}

function readSession(
  { statement: { body }, name }: Definition,
  say: Say,
): Omit<BfdInstanceConfig, "at"> | undefined {
  const neighborAddress = textOf(body, "neighbor_ip");
  const sourceAddress = textOf(body, "source_ip");
  if (neighborAddress === undefined) {
    if (body.dropped.has("neighbor_ip")) return undefined;
    const message = " has no neighbor address set, disabling instance";
    say("error", "missing-value", message, undefined, "add neighbor_ip ADDRESS");
    return undefined;
  }
  if (sourceAddress !== undefined && familyOf(sourceAddress) !== familyOf(neighborAddress)) {
    const message = ` source address ${sourceAddress} and neighbor address ${neighborAddress}` +
      " are not of the same family, disabling instance";
    say("error", "family", message, last(body, "source_ip")?.words[1]?.at);
    return undefined;
  }
  const hopLimit = numberOf(body, "ttl") ?? (familyOf(neighborAddress) === 4 ? 255 : 64);
  const both = has(body, "vrrp") === has(body, "checker");
  return {
    name,
    neighborAddress,
    requiredMinRxIntervalUs: readInterval(body, "min_rx", 10_000, say),
    desiredMinTxIntervalUs: readInterval(body, "min_tx", 10_000, say),
    idleTxIntervalUs: readInterval(body, "idle_tx", 1_000_000, say),
    detectMult: readMultiplier(body, say),
    passive: has(body, "passive"),
    hopLimit,
    maxHops: readMaxHops(body, hopLimit, say),
    multihop: flagOf(body, "multihop") ?? false,
    ...readWeight(body, 0),
    notifies: { vrrp: both || has(body, "vrrp"), checker: both || has(body, "checker") },
    ...defined({ sourceAddress }),
  };
}

/** Longer than this detects nothing in time. */
const SENSIBLE_US = 10_000_000;

function readInterval(body: Body, name: string, fallback: number, say: Say): number {
  const interval = numberOf(body, name) ?? fallback;
  const word = last(body, name)?.words[1];
  if (interval > SENSIBLE_US && word !== undefined) {
    const message = ` ${name} value ${clip(word.text)} is larger than max sensible (10000)`;
    say("warning", "slow-detection", message, word.at);
  }
  return interval;
}

function readMultiplier(body: Body, say: Say): number {
  const multiplier = numberOf(body, "multiplier") ?? 5;
  if (multiplier > 10) {
    const message = ` multiplier value ${multiplier} is larger than max sensible (10)`;
    say("warning", "slow-detection", message, last(body, "multiplier")?.words[1]?.at);
  }
  return multiplier;
}

function readMaxHops(body: Body, hopLimit: number, say: Say): number {
  const hops = numberOf(body, "max_hops") ?? 0;
  if (hops <= hopLimit) return hops;
  const message = ": max_hops exceeds ttl/hoplimit - setting to ttl/hoplimit";
  say("warning", "adjusted", message, last(body, "max_hops")?.words[0].at);
  return hopLimit;
}
