import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readTlsIdentity } from "./tls_identity.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const plain = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const locked = String(
  privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" }),
);

function inFolder(use: (file: (name: string, text: string) => string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-tls-"));
  try {
    use((name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("readTlsIdentity(): without an SSL block there is nothing", () => {
  assert.deepEqual(readTlsIdentity(undefined), { identity: {}, problems: [] });
});

test("readTlsIdentity(): a key is decrypted once, and may be in the file of the certificate", () => {
  inFolder((file) => {
    const certificate = file("crt", "a certificate");
    const key = file("key", locked);
    const client = { ca: file("ca", "an authority"), certificate, key, password: "open" };
    assert.deepEqual(readTlsIdentity(client), {
      identity: { ca: "an authority", cert: "a certificate", key: plain },
      problems: [],
    });
    const both = file("both", `${plain}a certificate`);
    assert.deepEqual(readTlsIdentity({ certificate: both }).identity, {
      cert: `${plain}a certificate`,
      key: plain,
    });
  });
});

test("readTlsIdentity(): what is of no use is told, and left out", () => {
  inFolder((file) => {
    const certificate = file("crt", "a certificate");
    const key = file("key", locked);
    const wrong = readTlsIdentity({ certificate, key, password: "shut" });
    assert.deepEqual(wrong.identity, {});
    assert.match(wrong.problems.join(), /^Cannot use \S+\/key of the SSL block: .*decrypt/i);
    const missing = readTlsIdentity({ ca: "/nonexistent/ca", certificate, key, password: "open" });
    assert.deepEqual(Object.keys(missing.identity), ["cert", "key"]);
    assert.match(missing.problems.join(), /^Cannot use \/nonexistent\/ca of the SSL block: ENOENT/);
  });
});
