import { execFileSync } from "node:child_process";
import process from "node:process";
import { root } from "./bundle.ts";

/** Seconds since 1970 that count as the time of the build: SOURCE_DATE_EPOCH, or the time of the last commit. */
export function releaseSeconds(): number {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined) return Number(given);
  return Number(
    execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" }),
  );
}

/** The day of it, `2026-01-31`. */
export function releaseDate(): string {
  return new Date(releaseSeconds() * 1000).toISOString().slice(0, 10);
}
