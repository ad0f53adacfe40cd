import { basename } from "node:path";
import process from "node:process";

const roles = ["launcher", "parent", "check", "vrrp", "bfd"] as const;

/** What a process of this program is for. `launcher` starts `parent` in the background; `parent` starts the others. */
export type Role = (typeof roles)[number];

/** Environment variable that tells a re-executed copy its role. */
const roleVariable = "KEEPALIVED_ROLE";

/** The role of this process; a program that a person starts is the launcher. */
export function ownRole(): Role {
  return roles.find((role) => role === process.env[roleVariable]) ?? "launcher";
}

/** The environment of a copy of this program in another role. */
export function environmentOf(role: Role): NodeJS.ProcessEnv {
  return { ...process.env, [roleVariable]: role };
}

/** Variables that a program that we run must not have from us: our own, and those that change how others work. */
const withheld = [roleVariable, "IFS", "LD_PRELOAD", "LD_LIBRARY_PATH"];

/** The environment of programs that the daemon runs. */
export function programEnvironment(): Readonly<Record<string, string>> {
  const kept = Object.entries(process.env).filter(([name, value]) =>
    value !== undefined && !withheld.includes(name)
  );
  return Object.fromEntries(kept) as Readonly<Record<string, string>>;
}

/** How to run this program again: with its runtime and script, or alone where it is one compiled file. */
export function selfCommand(): { readonly command: string; readonly args: readonly string[] } {
  if (isSingleExecutable()) return { command: process.execPath, args: [] };
  const runtime = basename(process.execPath);
  const script = process.argv[1] ?? "";
  if (runtime.startsWith("deno")) {
    return { command: process.execPath, args: ["run", "--quiet", "--allow-all", script] };
  }
  if (runtime.startsWith("node")) {
    return { command: process.execPath, args: [...process.execArgv, script] };
  }
  return { command: process.execPath, args: [] };
}

/** Whether this is Node with the daemon in it, whatever the file is called. */
function isSingleExecutable(): boolean {
  // Not imported: Deno has no such module.
  const sea = process.getBuiltinModule("node:sea") as { readonly isSea: () => boolean } | undefined;
  return sea?.isSea() === true;
}

/** Whether this was called by a link named `genhash`: the program itself sees it, or the starter tells. */
export function isCalledGenhash(): boolean {
  return basename(process.argv0) === "genhash" || process.env["KEEPALIVED_CALLED"] === "genhash";
}

/**
 * Has Node write the modules that it compiled to its cache now, so that even a process that is killed leaves it behind.
 *
 * Without the cache a start takes twice the time and memory. Deno keeps its own cache.
 */
export function keepCompiledModules(): void {
  const module = process.getBuiltinModule("node:module") as {
    readonly flushCompileCache?: () => void;
  };
  module.flushCompileCache?.();
}
