import { createHash } from "node:crypto";

/** An input that breaks a law. */
export type Finding = {
  /** The same for inputs that break the same law at the same place. */
  readonly key: string;
  readonly input: Uint8Array;
  /** What was thrown. */
  readonly text: string;
};

/** Where and with what an input ended: kind and place of an error without the values in it. */
export function keyOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${typeof error}`;
  const places = (error.stack ?? "").split("\n")
    .map((line) => /(?:packages|apps|test)\/[^:)]+:\d+/.exec(line)?.[0])
    .filter((place) => place !== undefined);
  const first = error.message.split("\n", 1)[0] ?? "";
  return [
    error.name,
    first.replace(/\d+|'[^']*'|"[^"]*"/g, "…").slice(0, 80),
    ...places.slice(0, 2),
  ]
    .join(" | ");
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** A short name for an input. */
export function nameOf(input: Uint8Array): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 12);
}
