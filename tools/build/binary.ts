/**
 * The daemon as one program that needs nothing else: Node, with the daemon in it.
 *
 *     npm run build:binary [-- FILE]    (default: dist/keepalived)
 */

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Bundle, bundleDaemon, root } from "./bundle.ts";

/** The same words for Node as in `bin/keepalived`. A program of one purpose takes none from outside. */
const nodeOptions = [
  "--max-semi-space-size=1",
  "--disable-sigusr1",
  "--disable-warning=ExperimentalWarning",
];

/**
 * Makes the program from the Node that runs this, which must be of version 26 or later.
 *
 * @param file path of the program
 * @throws Error with what a step of it said
 */
export async function buildBinary(file: string): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-binary-"));
  try {
    const bundle = await bundleDaemon(join(folder, "keepalived.mjs"));
    const node = join(folder, "node");
    copyFileSync(process.execPath, node);
    strip(node);
    const configuration = join(folder, "sea.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      configuration,
      JSON.stringify({
        main: bundle.file,
        mainFormat: "module",
        executable: node,
        output: file,
        disableExperimentalSEAWarning: true,
        useCodeCache: true,
        execArgv: nodeOptions,
        execArgvExtension: "none",
      }),
    );
    run(process.execPath, ["--build-sea", configuration]);
    return bundle;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Takes out what only debuggers read, a fifth of the size; a machine without `strip` has the larger program. */
function strip(file: string): void {
  const { error, status, stderr } = spawnSync("strip", [file], { encoding: "utf8" });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return;
  if (error !== undefined || status !== 0) throw error ?? new Error(`strip: ${stderr}`);
}

function run(program: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${[program, ...args].join(" ")}: ${stderr}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = resolve(process.argv[2] ?? join(root, "dist/keepalived"));
  await buildBinary(file);
  const megabytes = Math.round(statSync(file).size / 1e6);
  console.log(`${relative(process.cwd(), file)}: ${megabytes} MB, Node ${process.versions.node}`);
}
