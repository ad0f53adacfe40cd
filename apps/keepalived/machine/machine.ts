import { realpathSync, statSync } from "node:fs";
import process from "node:process";
import { groupIdOf, userOf } from "./accounts.ts";

/** What scripts are checked against: files and accounts of this machine. */
export type Machine = {
  /** Identity of the daemon. */
  readonly daemon: Identity;
  /** Folders in which a command without a path is looked for. */
  readonly searchPath: readonly string[];
  readonly userOf: (name: string) => Identity | undefined;
  readonly groupIdOf: (name: string) => number | undefined;
  /** The path with symbolic links resolved, or the system's reason why there is none (`ENOENT`). */
  readonly realPath: (path: string) => { readonly path: string } | { readonly code: string };
  /** Undefined if there is no such file, or none that can be seen. */
  readonly status: (path: string) => FileStatus | undefined;
};

/** User and group that a script runs as. */
export type Identity = { readonly uid: number; readonly gid: number };

export type FileStatus = {
  readonly uid: number;
  readonly gid: number;
  /** Permissions, with the bits of set-user-id, set-group-id and sticky. */
  readonly mode: number;
  readonly type: "file" | "directory" | "other";
};

/** The machine that this runs on. */
export const thisMachine: Machine = {
  daemon: { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 },
  searchPath: (process.env["PATH"] ?? "/usr/bin:/bin").split(":").filter((part) => part !== ""),
  userOf,
  groupIdOf,
  realPath: (path) => {
    try {
      return { path: realpathSync(path) };
    } catch (error) {
      return { code: (error as NodeJS.ErrnoException).code ?? "EIO" };
    }
  },
  status: (path) => {
    try {
      const found = statSync(path);
      const type = found.isFile() ? "file" : found.isDirectory() ? "directory" : "other";
      return { uid: found.uid, gid: found.gid, mode: found.mode & 0o7777, type };
    } catch {
      return undefined; // realPath() has the reason.
    }
  },
};
