/**
 * The daemon as one program that needs nothing else: Deno, with the daemon in it.
 *
 *     deno task compile [FILE]    (default: dist/keepalived-deno)
 *
 * `deno compile` downloads the program that it puts the daemon into once; `DENORT_BIN` names one that is here already.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { bundleDaemon, root } from "./bundle.ts";

/** Runs `deno compile` over the bundle, which is all that goes in, and returns its exit status. */
async function compile(file: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-compile-"));
  try {
    const { file: source } = await bundleDaemon(join(folder, "keepalived.mjs"));
    const deno = basename(process.execPath).startsWith("deno") ? process.execPath : "deno";
    // Types are checked in the gate; no configuration, so that no folder of packages goes in.
    const options = ["--no-config", "--no-check", "--allow-all", "--output", file];
    const { status, error } = spawnSync(deno, ["compile", ...options, source], {
      stdio: "inherit",
    });
    if (error !== undefined) throw error;
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.exitCode = await compile(resolve(process.argv[2] ?? join(root, "dist/keepalived-deno")));
