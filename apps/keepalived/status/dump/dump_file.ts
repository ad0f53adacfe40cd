import { constants, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/**
 * The folder of dumps: `TMPDIR` if it is one, else `/tmp`.
 *
 * @param environment the daemon's
 */
export function dumpFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const folder = environment["TMPDIR"] ?? "";
  const isFolder = folder !== "" && statSync(folder, { throwIfNoEntry: false })?.isDirectory();
  return isFolder === true ? folder : "/tmp";
}

/**
 * Replaces a file at once, readable by its owner alone: who reads it sees the old text or the new one, and no symbolic link
 * leads the writing astray.
 *
 * @throws Error if the folder or disk does not take it, or a directory is in the place
 */
export async function writeDump(path: string, text: string): Promise<void> {
  // In the same folder, for only there it can be renamed; with a number of ours, for two daemons may write at once.
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    rmSync(temporary, { force: true });
    throw new Error(`Cannot write ${path}: it is a directory`);
  }
  renameSync(temporary, path);
}

/** The path of a dump: an absolute name stays, any other is in the folder. */
export function dumpPath(folder: string, name: string): string {
  return name.startsWith("/") ? name : join(folder, name);
}
