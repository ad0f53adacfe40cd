import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { ExitError } from "../../exit_status.ts";
import { pidFolder } from "../../run_names.ts";
import { clientStatus } from "./exit.ts";
import { usualSocket } from "./socket_path.ts";

/**
 * The control socket of the one daemon that can be meant: at the usual place, or else the only one of this machine, or of
 * a network namespace. A daemon in a namespace has a folder of its own.
 *
 * @throws ExitError that names them all if there are several
 */
export function onlySocket(namespace: string | undefined, folder: string = pidFolder): string {
  const usual = namespace === undefined ? join(folder, usualSocket) : join(folder, namespace);
  if (namespace === undefined && existsSync(usual)) return usual;
  const pattern = namespace === undefined ? "{*,*/*}.sock" : `${namespace}/*.sock`;
  const found = globSync(pattern, { cwd: folder }).map((path) => join(folder, path)).sort();
  const [only = usual] = found;
  if (found.length <= 1) return only;
  throw new ExitError(
    clientStatus.usage,
    `Several daemons run: choose one with --socket: ${found.join(", ")}`,
  );
}
