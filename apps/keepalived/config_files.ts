import { accessSync, constants, globSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { LoadedFile, Loader } from "@keepalived/keepalived-config";

/** Where the configuration is read from when the command line names none. */
export const defaultConfigFile = "/etc/keepalived/keepalived.conf";

/**
 * Finds and reads configuration files.
 *
 * A pattern is relative to the folder of the file that includes it. Of what an include matches, only regular files that
 * are not executable count; an unreadable file is reported with the system's reason.
 */
export const loadFiles: Loader = (pattern, fromFile) => {
  const base = fromFile === undefined ? "." : dirname(fromFile);
  const path = isAbsolute(pattern) ? pattern : resolve(base, pattern);
  if (fromFile === undefined) return [readOne(pattern, path)];
  const paths = /[*?[]/.test(path) ? globSync(path).sort() : [path];
  return paths.filter((found) => statSync(found, { throwIfNoEntry: false }) !== undefined)
    .flatMap((found) => isData(found) ? [readOne(found, found)] : []);
};

function readOne(shown: string, path: string): LoadedFile {
  try {
    return { path: shown, text: readFileSync(path, "utf8") };
  } catch (error) {
    return { path: shown, error: reason(error as NodeJS.ErrnoException) };
  }
}

/** Backups, directories and scripts beside a configuration are not part of it. */
function isData(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  return (statSync(path).mode & 0o111) === 0;
}

/** Whether a file can be read by this process. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "No such file or directory";
    case "EACCES":
      return "Permission denied";
    case "EISDIR":
      return "Is a directory";
    default:
      return error.code ?? error.message;
  }
}
