import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The program as a person starts it: what KEEPALIVED_PROGRAM names, or bin/keepalived of this tree. */
export const program: string = process.env["KEEPALIVED_PROGRAM"] ??
  fileURLToPath(new URL("../../bin/keepalived", import.meta.url));

/** How a run of the program ended. */
export type Run = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs a command to its end; killed after 20 s, which shows as status -1. */
function run(words: readonly string[], cwd?: string): Promise<Run> {
  const [command = "", ...args] = words;
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: 20_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
  });
}

/** Runs the program to its end, in a network of its own that has an interface `eth0`. */
export function keepalived(args: readonly string[], cwd?: string): Promise<Run> {
  const network = 'ip link add eth0 type veth peer name other && exec "$0" "$@"';
  return run(["unshare", "--net", "sh", "-c", network, program, ...args], cwd);
}

/** A folder with files, gone when disposed. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), "keepalived-app-"));

  /** Writes a file and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
