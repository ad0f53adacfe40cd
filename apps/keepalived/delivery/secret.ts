import { readFileSync } from "node:fs";
import type { Secret, Trust } from "@keepalived/keepalived-config";

/** A secret as it is now: a file may change while the daemon runs. @throws Error if it cannot be read */
export function readSecret(secret: Secret): string {
  if ("text" in secret) return secret.text;
  return readFileSync(secret.file, "utf8").split(/\r?\n/, 1)[0] ?? "";
}

/** What a TLS connection has to know of whom it trusts. @throws Error if the certificates cannot be read */
export function tlsOptionsOf(
  { verify, caFile }: Trust,
): { readonly rejectUnauthorized: boolean; readonly ca?: string } {
  return {
    rejectUnauthorized: verify,
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, "utf8") }),
  };
}
