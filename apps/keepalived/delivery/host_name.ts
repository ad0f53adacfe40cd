import { execFile } from "node:child_process";
import { hostname } from "node:os";

const limitMs = 5000;

/** The name of this host with its domain, as the system's resolver knows it; without one if that does not. */
export function fullHostName(): Promise<string> {
  return new Promise((resolve) =>
    execFile("hostname", ["--fqdn"], { timeout: limitMs }, (error, stdout) => {
      const name = stdout.trim();
      // Without an entry for the host the program fails.
      resolve(error === null && name !== "" ? name : hostname());
    })
  );
}
