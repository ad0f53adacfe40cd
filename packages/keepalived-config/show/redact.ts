import type { PlainStatement } from "../plain.ts";

/** What stands in the place of a secret. */
export const REDACTED = "********";

/** Which argument of a keyword is secret, by the block that it stands in. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  authentication: { auth_pass: 0 },
  auth_hmac: { key: 1 },
  SSL: { password: 0 },
  global_defs: { smtp_password: 0 },
  notify_webhook: { header: 1 },
};

/** Statements without the secrets in them. */
export function redact(
  statements: readonly PlainStatement[],
  parent = "",
): readonly PlainStatement[] {
  return statements.map((statement) => {
    const { name, block } = statement;
    const secret = SECRETS[parent]?.[name];
    const shown = statement.arguments.map((one, i) => i === secret ? REDACTED : one);
    return {
      ...statement,
      arguments: shown,
      ...(block === undefined ? {} : { block: redact(block, name) }),
    };
  });
}
