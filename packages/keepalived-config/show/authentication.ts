import type { Authentication } from "../model.ts";
import { type Entries, words } from "./entry.ts";

type Secret = Exclude<Authentication, { readonly kind: "none" }>;

/** `authentication` of an instance that has one. */
export const AUTHENTICATION: Entries<Secret> = {
  auth_type: ({ kind }) => words(kind === "ah" ? "AH" : "PASS"),
  auth_pass: ({ secret }) => words(secret),
};
