import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** User and group of a name; undefined if there is no such user. */
export function userOf(name: string): { readonly uid: number; readonly gid: number } | undefined {
  const [, , uid, gid] = lineOf("passwd", name) ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

/** Number of a group; undefined if there is no such group. */
export function groupIdOf(name: string): number | undefined {
  const gid = lineOf("group", name)?.[2];
  return gid === undefined ? undefined : Number(gid);
}

/** The fields of an account: from the file, else from where the system has accounts besides (LDAP and its likes). */
function lineOf(database: "passwd" | "group", name: string): readonly string[] | undefined {
  const found = readFileSync(`/etc/${database}`, "utf8").split("\n")
    .map((line) => line.split(":")).find(([first]) => first === name);
  return found ?? askSystem(database, name);
}

function askSystem(database: string, name: string): readonly string[] | undefined {
  // getent takes a number for an id, which a name in the configuration never is.
  if (!/^[A-Za-z_]/.test(name)) return undefined;
  const { status, stdout } = spawnSync("getent", [database, name], {
    encoding: "utf8",
    timeout: 5000,
  });
  // Another status: not found, or no getent here and so no accounts besides those of the file.
  return status === 0 ? stdout.trim().split(":") : undefined;
}
