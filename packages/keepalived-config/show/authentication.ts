import type { Authentication, Hmac } from "../model.ts";
import { type Entries, seconds, words } from "./entry.ts";

type Secret = Exclude<Authentication, { readonly kind: "none" }>;

/** `authentication` of an instance that has one. */
export const AUTHENTICATION: Entries<Secret> = {
  auth_type: ({ kind }) => words(kind === "ah" ? "AH" : "PASS"),
  auth_pass: ({ secret }) => words(secret),
};

/** `auth_hmac`. */
export const AUTH_HMAC: Entries<Hmac> = {
  key: ({ keys }) =>
    keys.flatMap((key) =>
      words(key.id, key.kind === "file" ? `file:${key.path}` : `hex:${key.hex}`)
    ),
  active_key: (it) => words(it.activeKey),
  // It takes whole seconds up to 300: others can only come from the interval of advertisements.
  time_window: ({ timeWindowUs: us }) =>
    us % 1_000_000 === 0 && us <= 300_000_000 ? words(seconds(us)) : [],
  anti_replay: (it) => words(it.antiReplay),
  mode: (it) => words(it.mode),
};
