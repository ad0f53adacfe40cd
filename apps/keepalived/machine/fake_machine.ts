import type { FileStatus, Machine } from "./machine.ts";

/** A file of a machine that is not there: owner 0, group 0 and mode 0755 if nothing else is said. */
export type FakeFile = Partial<FileStatus> & { readonly link?: string };

/** A machine for tests, with the users root, nobody and web (also a group), and with `/` and the given files. */
export function fakeMachine(
  files: Readonly<Record<string, FakeFile>>,
  more: Partial<Machine> = {},
): Machine {
  const all: Readonly<Record<string, FakeFile>> = { "/": { type: "directory" }, ...files };
  const real = (path: string): string | undefined => {
    let found = "/";
    for (const part of path.split("/").filter((part) => part !== "")) {
      const next = `${found === "/" ? "" : found}/${part}`;
      const file = Object.hasOwn(all, next) ? all[next] : undefined;
      if (file === undefined) return undefined;
      const target = file.link === undefined ? next : real(file.link);
      if (target === undefined) return undefined;
      found = target;
    }
    return found;
  };
  const users: Readonly<Record<string, { uid: number; gid: number }>> = {
    root: { uid: 0, gid: 0 },
    nobody: { uid: 65534, gid: 65534 },
    web: { uid: 33, gid: 33 },
  };
  return {
    daemon: { uid: 0, gid: 0 },
    searchPath: ["/usr/bin", "/bin"],
    userOf: (name) => Object.hasOwn(users, name) ? users[name] : undefined,
    groupIdOf: (name) => Object.hasOwn(users, name) ? users[name]?.gid : undefined,
    realPath: (path) => {
      const found = real(path);
      return found === undefined ? { code: "ENOENT" } : { path: found };
    },
    status: (path) => {
      const file = all[real(path) ?? ""];
      return file && { uid: 0, gid: 0, mode: 0o755, type: "file", ...file };
    },
    ...more,
  };
}
