import type { Body } from "./bind.ts";
import { last, textOf } from "./body.ts";
import type { Authentication } from "./model.ts";
import type { Say } from "./read_instance.ts";

/** `authentication`, where the version has it. */
export function resolveAuthentication(body: Body, version: 2 | 3, say: Say): Authentication {
  const block = last(body, "authentication");
  const type = block === undefined ? undefined : textOf(block.body, "auth_type");
  const given = block === undefined ? undefined : textOf(block.body, "auth_pass");
  if (block === undefined || type === undefined) return { kind: "none" };
  const at = block.words[0].at;
  if (version === 3) {
    const message = "VRRP version 3 does not support authentication. Ignoring.";
    say("warning", "adjusted", message, at, "nothing is protected: use auth_hmac, or remove it");
    return { kind: "none" };
  }
  if (given === undefined) {
    say("warning", "adjusted", "Authentication specified but no password given. Ignoring", at);
    return { kind: "none" };
  }
  return { kind: type === "AH" ? "ah" : "pass", secret: truncateSecret(given) };
}

/** The first characters that fit in eight bytes of UTF-8. */
function truncateSecret(text: string): string {
  let secret = "";
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > 8) return secret;
    secret += char;
  }
  return secret;
}

/** Says that a password is longer than the packet takes; the place is that of the word. */
export function checkSecret(body: Body, say: Say): void {
  for (const block of body.statements.get("authentication") ?? []) {
    for (const { words, values } of block.body.statements.get("auth_pass") ?? []) {
      const secret = String(values[0]);
      if (truncateSecret(secret) === secret) continue;
      say("warning", "truncated", "Truncating auth_pass to 8 characters", words[1]?.at);
    }
  }
}
