import type { Report } from "@keepalived/conf-parser";
import { familyOf, isLinkLocal } from "@keepalived/ip-address";
import type { Statement } from "../bind.ts";
import { defined, has, last, numberOf, textOf } from "../body.ts";
import { inherit, type Inherited } from "./inheritance.ts";
import type { Connection } from "../model_checker.ts";

/** How long a connection may take, if nothing is said. */
const TIMEOUT_US = 5_000_000;

/** Keywords that make a target of a checker block that also has `host` blocks. */
const OWN = [
  "connect_ip",
  "connect_port",
  "bindto",
  "bind_port",
  "bind_if",
  "connect_timeout",
  "fwmark",
];

/** Whether a checker block says anything about its connection. */
export function saysConnection({ body }: Statement): boolean {
  return OWN.some((name) => has(body, name));
}

/**
 * Where a checker connects to: the real server, if it says nothing else.
 *
 * @returns undefined after a report if it can never connect
 */
export function readConnection(
  { body, words }: Statement,
  server: { readonly address: string; readonly port: number; readonly inherited: Inherited },
  report: Report,
): Connection | undefined {
  const address = textOf(body, "connect_ip") ?? server.address;
  const device = textOf(body, "bind_if");
  if (familyOf(address) === 6 && isLinkLocal(address) && device === undefined) {
    const message = `Checker link local address ${address} requires a bind_if`;
    const at = last(body, "connect_ip")?.words[1]?.at ?? words[0].at;
    const hint = "add bind_if INTERFACE";
    report({ severity: "error", code: "missing-interface", message, at, hint });
    return undefined;
  }
  let source = textOf(body, "bindto");
  if (source !== undefined && familyOf(source) !== familyOf(address)) {
    const message =
      `bindto address ${source} does not match address family of connect_ip - skipping`;
    const at = last(body, "bindto")?.words[1]?.at ?? words[0].at;
    report({ severity: "error", code: "family", message, at });
    source = undefined;
  }
  return {
    address,
    port: numberOf(body, "connect_port") ?? server.port,
    mark: numberOf(body, "fwmark") ?? 0,
    timeoutUs: inherit(body, server.inherited).timeoutUs ?? TIMEOUT_US,
    ...defined({
      sourceAddress: source,
      sourcePort: numberOf(body, "bind_port"),
      interface: device,
    }),
  };
}
