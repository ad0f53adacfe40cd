import { globSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
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
  if (fromFile === undefined) return [readOne(normalize(pattern))];
  const path = isAbsolute(pattern) ? normalize(pattern) : join(dirname(fromFile), pattern);
  const paths = /[*?[]/.test(path) ? globSync(path).sort() : [path];
  return paths.filter((found) => isData(found)).map((found) => readOne(found));
};

function readOne(path: string): LoadedFile {
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch (error) {
    return { path, error: reason(error as NodeJS.ErrnoException) };
  }
}

/** Backups, directories and scripts beside a configuration are not part of it. */
function isData(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && (status.mode & 0o111) === 0;
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
