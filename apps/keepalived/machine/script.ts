import { resolve } from "node:path";
import type { FileStatus, Identity, Machine } from "./machine.ts";

/** What is known of a script before it runs. */
export type ScriptVerdict = {
  /** The file, symbolic links resolved; what was asked for where there is none. */
  readonly path: string;
  /** Why it cannot run. */
  readonly fault?: {
    readonly kind: "not-found" | "wrong-type" | "not-executable";
    readonly message: string;
    readonly reason: string;
  };
  /** Who else than root could change what root would run: the first such place on the path. */
  readonly unsafe?: string;
  /** It was found in a folder of PATH. */
  readonly searched: boolean;
};

/**
 * Looks at the file of a script as the one who would run it.
 *
 * For root, no one else may be able to change the file or any folder on the way to it.
 */
export function examineScript(
  program: string,
  identity: Identity,
  machine: Machine,
  keepLinks = false,
): ScriptVerdict {
  const searched = !program.includes("/");
  const found = searched ? search(program, machine) : resolve(program);
  if (found === undefined) {
    const message = `Cannot find script ${program} in path - disabling`;
    const reason = `it is in none of ${machine.searchPath.join(", ")}`;
    return { path: program, searched, fault: { kind: "not-found", message, reason } };
  }
  const real = machine.realPath(found);
  if ("code" in real) return { path: found, searched, fault: missing(found, real.code, machine) };
  const { path } = real;
  const status = machine.status(path);
  const closed = foldersOf(path).find((folder) => !mayEnter(identity, machine.status(folder)));
  if (closed !== undefined || status === undefined) {
    const message = `Script ${path} cannot be accessed - Permission denied`;
    const reason = `${closed ?? path} does not let uid ${identity.uid} in`;
    return { path, searched, fault: { kind: "not-found", message, reason } };
  }
  if (status.type !== "file") {
    const message = `Wrong file type found in script path '${path}'.`;
    const reason = status.type === "directory" ? "it is a directory" : "it is no regular file";
    return { path, searched, fault: { kind: "wrong-type", message, reason } };
  }
  if (!mayExecute(identity, status)) {
    const { uid, gid } = identity;
    const message = `WARNING - script '${path}' is not executable for uid:gid ${uid}:${gid}` +
      " - disabling.";
    const reason = `its mode is ${modeOf(status)}`;
    return { path, searched, fault: { kind: "not-executable", message, reason } };
  }
  const places = keepLinks ? [...foldersOf(found), ...foldersOf(path)] : foldersOf(path);
  const unsafe = runsAsRoot(identity, status)
    ? [...places, path].map((place) => unsafety(place, machine)).find((one) => one !== undefined)
    : undefined;
  return { path, searched, ...(unsafe === undefined ? {} : { unsafe }) };
}

function search(program: string, machine: Machine): string | undefined {
  return machine.searchPath.map((folder) => `${folder}/${program}`)
    .find((path) => machine.status(path)?.type === "file");
}

function missing(path: string, code: string, machine: Machine) {
  const texts: Readonly<Record<string, string>> = {
    ENOENT: "No such file or directory",
    EACCES: "Permission denied",
    ENOTDIR: "Not a directory",
    ELOOP: "Too many levels of symbolic links",
  };
  const message = `Script ${path} cannot be accessed - ${texts[code] ?? code}`;
  const first = [...foldersOf(path), path].find((place) => machine.status(place) === undefined);
  const isAbsent = first !== undefined && (code === "ENOENT" || code === "ENOTDIR");
  const reason = isAbsent ? `there is no ${first}` : `the system says ${code} of ${first ?? path}`;
  return { kind: "not-found", message, reason } as const;
}

/** The folders on the way to an absolute path, the root first. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/") || "/");
}

/** Root may enter every folder. */
function mayEnter(identity: Identity, status: FileStatus | undefined): boolean {
  return status !== undefined && (identity.uid === 0 || mayExecute(identity, status));
}

/** Root may run what anybody may. */
function mayExecute({ uid, gid }: Identity, status: FileStatus): boolean {
  if (uid === 0) return (status.mode & 0o111) !== 0;
  const shift = status.uid === uid ? 6 : status.gid === gid ? 3 : 0;
  return (status.mode >> shift & 1) !== 0;
}

function runsAsRoot({ uid }: Identity, status: FileStatus): boolean {
  return uid === 0 || (status.uid === 0 && (status.mode & 0o4000) !== 0) ||
    (status.gid === 0 && (status.mode & 0o2000) !== 0);
}

/** Who else than root can change what stands at a place. A sticky folder protects what others have in it. */
function unsafety(place: string, machine: Machine): string | undefined {
  const status = machine.status(place);
  if (status === undefined) return undefined;
  const { uid, gid, mode, type } = status;
  if (uid !== 0) return `${place} belongs to uid ${uid}, not to root`;
  if ((mode & 0o020) !== 0 && gid !== 0) {
    return `${place} can be written by gid ${gid} (mode ${modeOf(status)})`;
  }
  if ((mode & 0o002) !== 0 && !(type === "directory" && (mode & 0o1000) !== 0)) {
    return `${place} can be written by everybody (mode ${modeOf(status)})`;
  }
  return undefined;
}

function modeOf({ mode }: FileStatus): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}
