import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

const guest = fileURLToPath(new URL("../../tools/guest/run", import.meta.url));
const bench = fileURLToPath(new URL("main.ts", import.meta.url));

/** Whether this kernel is one for tests, with IPVS. */
export const isGuest: boolean = process.env["KEEPALIVED_GUEST"] === "1";

/** Runs a bench in a guest kernel. @returns its exit status */
export async function runInGuest(name: string, args: readonly string[]): Promise<number> {
  const command = [process.execPath, bench, name, ...args];
  const child = spawn(guest, ["--timeout", "3600", "--memory", "2048", "--", ...command], {
    stdio: "inherit",
  });
  const [status] = await once(child, "exit");
  return Number(status ?? 1);
}
