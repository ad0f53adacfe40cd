import type { Secret, WebhookConfig } from "../model_global.ts";
import { type Entries, onOff, seconds, words } from "./entry.ts";

/** `notify_webhook`. */
export const WEBHOOK: Entries<WebhookConfig> = {
  timeout: (it) => words(seconds(it.timeoutUs)),
  retry: (it) => words(it.retries),
  header: (it) => it.headers.flatMap(({ name, value }) => words(name, secretText(value))),
  ca: (it) => words(it.trust.caFile),
  verify_certificate: (it) => onOff(it.trust.verify),
};

export function secretText(secret: Secret): string;
export function secretText(secret: Secret | undefined): string | undefined;
/** How a secret is written. */
export function secretText(secret: Secret | undefined): string | undefined {
  if (secret === undefined) return undefined;
  return "file" in secret ? `file:${secret.file}` : secret.text;
}
