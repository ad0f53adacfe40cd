import { clip } from "@keepalived/conf-parser";
import { formatIp, type IpFamily, parseIp } from "@keepalived/ip-address";
import type { Body } from "../bind.ts";
import { defined, has, numberOf, textOf } from "../body.ts";
import type { Persistence } from "../model_lvs.ts";
import type { Say } from "./say.ts";

/** How long a client keeps its server, if nothing is said. */
const TIMEOUT_US = 360_000_000;

/**
 * Persistence of a virtual server: what its keywords say; a service for all ports cannot be without.
 *
 * @param portless whether one of its services is for all ports
 */
export function readPersistence(
  body: Body,
  family: IpFamily | "both",
  portless: boolean,
  name: string,
  say: Say,
): Persistence | undefined {
  const granularity = readGranularity(body, family, say);
  const wanted = has(body, "persistence_timeout") || granularity !== undefined;
  if (portless && !wanted) {
    const message = "zero port only valid for persistent services - setting";
    const hint = "add persistence_timeout, or a port";
    say("warning", "adjusted", `Virtual server ${name}: ${message}`, undefined, hint);
  }
  if (!wanted && !portless) return undefined;
  return {
    timeoutUs: numberOf(body, "persistence_timeout") ?? TIMEOUT_US,
    ...defined({ engine: textOf(body, "persistence_engine"), granularity }),
  };
}

/** A mask, or a length of 0–32 (IPv4) or 1–128 (IPv6). */
function readGranularity(
  body: Body,
  family: IpFamily | "both",
  say: Say,
): string | number | undefined {
  const text = textOf(body, "persistence_granularity");
  if (text === undefined) return undefined;
  const length = /^[0-9]{1,3}$/.test(text) ? Number(text) : undefined;
  if (family === 4) {
    const mask = length === undefined ? parseIp(text) : length <= 32 ? maskOf(length) : undefined;
    if (mask !== undefined && !mask.includes(":")) return mask;
  } else if (length !== undefined && length >= 1 && length <= 128) return length;
  const shown = family === 4 ? "IPv4" : "IPv6";
  const message = `Invalid ${shown} persistence_granularity specified - ${clip(text)}`;
  const hint = family === 4 ? "write a netmask, or 0 to 32" : "write 1 to 128";
  say("error", "invalid-value", message, "persistence_granularity", hint);
  return undefined;
}

function maskOf(length: number): string {
  const bits = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return formatIp(Uint8Array.of(bits >>> 24, bits >>> 16, bits >>> 8, bits));
}
