import { clip, type Report } from "@keepalived/conf-parser";
import type { Statement } from "../bind.ts";
import { last, numberOf, textOf } from "../body.ts";
import { type Checked, ONE_SECOND, times } from "./checked.ts";
import { inherit, type Inherited } from "./inheritance.ts";
import type { CheckerConfig, DnsChecker, DnsRecordType, UdpChecker } from "../model_checker.ts";
import { readConnection, saysConnection } from "./connection.ts";

/** `UDP_CHECK` */
export function readUdp(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body } = statement;
  const connection = readConnection(statement, server, server.report);
  if (connection === undefined) return [];
  const payload = readHex(last(body, "payload"), "payload", server.report)?.data;
  const wanted = last(body, "require_reply");
  const bytes = wanted !== undefined && wanted.words.length === 1
    ? { data: "", mask: "" }
    : readHex(wanted, "reply", server.report);
  const minLength = numberOf(body, "min_reply_length") ?? 0;
  const maxLength = numberOf(body, "max_reply_length") ?? 255;
  if (minLength > maxLength) {
    const message = `UDP_CHECK min_reply length ${minLength} > max_reply_length ${maxLength}` +
      " - will always fail";
    const at = last(body, "min_reply_length")?.words[0].at ?? statement.words[0].at;
    server.report({ severity: "warning", code: "contradiction", message, at });
  }
  const checker: UdpChecker = {
    kind: "udp",
    ...times(statement, server, ONE_SECOND),
    connection,
    ...(payload === undefined ? {} : { payload }),
    ...(bytes === undefined ? {} : { reply: { minLength, maxLength, ...bytes } }),
  };
  return [checker];
}

/**
 * Hexadecimal digits in words of any length: `Ab12f 3` is AB 12 0F 03. X is any digit, which `mask` leaves out.
 *
 * @returns undefined without a statement, and after a report
 */
function readHex(
  statement: Statement | undefined,
  what: "payload" | "reply",
  report: Report,
): { readonly data: string; readonly mask: string } | undefined {
  if (statement === undefined) return undefined;
  const words = statement.words.slice(1).flatMap(({ text }) => text.trim().split(/\s+/));
  const digits = what === "reply" ? /^(?:0x)?[0-9a-fx]+$/i : /^(?:0x)?[0-9a-f]+$/i;
  let text = "";
  for (const word of words) {
    const bare = word.replace(/^0x(?=[0-9a-f])/i, "");
    if (!digits.test(bare)) {
      const message = `Invalid hex string for UDP_CHECK ${what}`;
      const at = statement.words[1]?.at ?? statement.words[0].at;
      report({ severity: "error", code: "invalid-value", message, at });
      return undefined;
    }
    const odd = bare.length % 2;
    text += odd === 1 ? `${bare.slice(0, -1)}0${bare.slice(-1)}` : bare;
  }
  const lower = text.toLowerCase();
  return {
    data: lower.replaceAll("x", "0"),
    mask: lower.replace(/[^x]/g, "f").replaceAll("x", "0"),
  };
}

/** `DNS_CHECK` */
export function readDns(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body } = statement;
  const connection = readConnection(statement, server, server.report);
  if (connection === undefined) return [];
  const habits = { retry: 3, delayBeforeRetryUs: undefined };
  const checker: DnsChecker = {
    kind: "dns",
    ...times(statement, server, habits),
    connection,
    recordType: (textOf(body, "type") ?? "SOA") as DnsRecordType,
    name: readDomain(body, server.report),
  };
  return [checker];
}

/** The name to ask for: labels of 1–63 bytes, 255 in all (RFC 1035 §3.1). */
function readDomain(body: Statement["body"], report: Report): string {
  const name = textOf(body, "name") ?? ".";
  if (name === ".") return name;
  const labels = name.replace(/\.$/, "").split(".");
  const longest = Math.max(...labels.map(byteLength));
  const fault = labels.includes("")
    ? "has empty label"
    : longest > 63
    ? "has a label of more than 63 bytes"
    : byteLength(labels.join(".")) > 253
    ? "is longer than 253 bytes"
    : undefined;
  if (fault === undefined) return name;
  const word = last(body, "name")?.words[1];
  const message = `DNS_CHECK name '${clip(name)}' ${fault} - ignoring`;
  if (word !== undefined) {
    report({ severity: "error", code: "invalid-value", message, at: word.at });
  }
  return ".";
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** `SMTP_CHECK`: one checker for each deprecated `host` block, and one for what the block itself says. */
export function readSmtp(statement: Statement, server: Checked): readonly CheckerConfig[] {
  const { body } = statement;
  const heloName = textOf(body, "helo_name") ?? "smtpchecker.keepalived.org";
  const hosts = body.statements.get("host") ?? [];
  const inherited = inherit(body, server.inherited);
  const targets: (readonly [Statement, Inherited])[] = [
    ...(hosts.length === 0 || saysConnection(statement)
      ? [[statement, server.inherited] as const]
      : []),
    ...hosts.map((host) => [host, inherited] as const),
  ];
  return targets.flatMap(([target, inherited]): readonly CheckerConfig[] => {
    const connection = readConnection(target, { ...server, inherited }, server.report);
    if (connection === undefined) return [];
    const schedule = times(target, { ...server, inherited }, ONE_SECOND);
    return [{ kind: "smtp", ...schedule, connection, heloName }];
  });
}
