import type { Body } from "../bind.ts";
import { last } from "../body.ts";
import type { SorryServer } from "../model_lvs.ts";
import { familyFits, forwardingOf, ownPortOf, serverName, type Service } from "./real_server.ts";

/** `sorry_server` with the keywords about it, which stand behind it. */
export function readSorryServer(body: Body, service: Service): SorryServer | undefined {
  const statement = last(body, "sorry_server");
  const { name, report, kind, members } = service;
  const first = body.order.findIndex(({ name }) => name === "sorry_server");
  /** A keyword about the sorry server, or undefined if it stands before it. */
  const behind = (keyword: string, message: string) => {
    const found = last(body, keyword);
    if (found === undefined) return undefined;
    if (first >= 0 && body.order.indexOf(found) > first) return found;
    if (body.dropped.has("sorry_server")) return undefined;
    const hint = "write it behind sorry_server";
    report({ severity: "warning", code: "adjusted", message, at: found.words[0].at, hint });
    return undefined;
  };
  const inhibit = behind(
    "sorry_server_inhibit",
    "Ignoring sorry_server inhibit used before or without sorry_server",
  ) !== undefined;
  const method = behind(
    "sorry_server_lvs_method",
    "sorry_server forwarding used without sorry_server",
  );
  if (statement === undefined) return undefined;
  const { values, words } = statement;
  const address = String(values[0]);
  const forwarding = forwardingOf(method, "sorry server", service.forwarding, report);
  const at = words[1]?.at ?? words[0].at;
  if (!familyFits(address, forwarding, service)) {
    const message = `Address family of virtual server and sorry server ${address}` +
      " don't match - skipping sorry server.";
    report({ severity: "error", code: "family", message, at });
    return undefined;
  }
  const given = typeof values[1] === "number" ? values[1] : 0;
  const own = kind === "address" ? members[0]?.port ?? 0 : 0;
  const free = forwarding.method === "masquerade";
  const port = free && given !== 0 ? given : own;
  if (!free && given !== 0 && (kind !== "address" || given !== own)) {
    const what = kind === "address"
      ? `virtual server ${name} and sorry server ports don't match - resetting`
      : kind === "fwmark"
      ? `virtual server ${name}, sorry server has port specified - clearing`
      : `virtual server ${name}, sorry server has port specified - port will be ignored`;
    report({ severity: "warning", code: "adjusted", message: `WARNING - ${what}`, at });
  }
  const ownPort = ownPortOf(given, port, service);
  return {
    name: serverName(address, service.protocol, ownPort),
    address,
    port,
    ownPort,
    forwarding,
    inhibit,
  };
}
