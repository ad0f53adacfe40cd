import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TlsClient } from "@keepalived/keepalived-config";

/** What SSL_GET shows to servers, and whom it trusts: what the `SSL` block names, read once for all attempts. */
export type TlsIdentity = {
  readonly ca?: string;
  readonly cert?: string;
  /** Not encrypted any more. */
  readonly key?: string;
};

/** The identity, and one sentence for each file that is of no use; without that it goes on. */
export function readTlsIdentity(
  client: TlsClient | undefined,
): { readonly identity: TlsIdentity; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const read = (path: string | undefined, use = (text: string) => text): string | undefined => {
    if (path === undefined) return undefined;
    try {
      return use(readFileSync(path, "utf8"));
    } catch (error) {
      problems.push(`Cannot use ${path} of the SSL block: ${(error as Error).message}`);
      return undefined;
    }
  };
  const ca = read(client?.ca);
  const cert = read(client?.certificate);
  // A certificate without a key of its own may have it in the same file.
  const key = read(client?.key ?? client?.certificate, (text) => decrypted(text, client?.password));
  const identity = {
    ...(ca === undefined ? {} : { ca }),
    // One is of no use without the other.
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
  return { identity, problems };
}

/** The first key of a file, which may hold more. */
function decrypted(text: string, password: string | undefined): string {
  const [key = text] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----/s.exec(text) ?? [];
  const secret = password === undefined ? {} : { passphrase: password };
  const opened = createPrivateKey({ key, format: "pem", ...secret });
  return String(opened.export({ type: "pkcs8", format: "pem" }));
}
