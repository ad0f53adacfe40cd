import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { qemu } from "./qemu.ts";
import { uml } from "./uml.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Exit status for a command that took too long. */
export const guestTimedOut = 124;
/** Exit status where the command was not run, or its end is not known. */
export const guestFailed = 125;

/** What to run in which guest. */
export type GuestOptions = {
  readonly command: readonly string[];
  readonly memoryMb: number;
  readonly timeoutS: number;
  /** Folders in which what is written stays. */
  readonly writable: readonly string[];
  /** Absent: the first that works. */
  readonly backend?: "uml" | "qemu";
  /** The kernel's console on standard error. */
  readonly verbose: boolean;
};

/** One run of a guest. */
export type Boot = {
  readonly memoryMb: number;
  /** Shared with the guest. The backend may put files of its own there. */
  readonly folder: string;
  readonly writable: readonly string[];
  /** What the guest is told, as words `name=value` on the kernel's command line. */
  readonly parameters: readonly string[];
  /** Standard streams for the backend: console on 1 and 2, the command's output on 3, its errors on 4. */
  readonly stdio: readonly ("ignore" | "pipe" | number)[];
};

/** A way to run a guest kernel. */
export type Backend = {
  readonly name: "uml" | "qemu";
  /** Debian packages that it needs and this machine lacks. */
  readonly missing: () => readonly string[];
  /** Starts it. @throws GuestError */
  readonly start: (boot: Boot) => ChildProcess;
  readonly bootTimeoutS: number;
};

/** There is no guest, and why. */
export class GuestError extends Error {
  override readonly name = "GuestError";
}

/** Runs a command in a guest; its output goes to ours. @returns its exit status. @throws GuestError */
export async function runInGuest(options: GuestOptions): Promise<number> {
  const reasons: string[] = [];
  for (const backend of [uml, qemu]) {
    if (options.backend !== undefined && options.backend !== backend.name) continue;
    const missing = backend.missing();
    if (missing.length > 0) {
      reasons.push(`${backend.name} needs: apt-get install ${missing.join(" ")}`);
      continue;
    }
    const status = await attempt(backend, options);
    if (typeof status === "number") return status;
    reasons.push(`${backend.name} failed, ${status}`);
  }
  throw new GuestError(`No guest kernel can be started: ${reasons.join("; ")}`);
}

/** @returns the exit status, or why the guest did not come up */
async function attempt(backend: Backend, options: GuestOptions): Promise<number | string> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "keepalived-guest-"));
  const writable = options.writable.map((path) => realpathSync(path));
  for (const path of [folder, here, ...writable]) requirePlain(path);
  const consoleFile = openSync(join(folder, "console"), "a");
  const share = join(folder, "share");
  mkdirSync(share);
  writeFileSync(join(share, "command"), scriptOf(options.command), { mode: 0o700 });
  let guest: ChildProcess | undefined;
  let outcome: number | string | undefined;
  const end = (): void => void (guest !== undefined && killGroup(guest));
  const interrupt = (signal: number) => (): void => {
    end();
    rmSync(folder, { recursive: true, force: true });
    process.exit(128 + signal);
  };
  const onSigint = interrupt(constants.signals.SIGINT);
  const onSigterm = interrupt(constants.signals.SIGTERM);
  process.once("SIGINT", onSigint).once("SIGTERM", onSigterm);
  // Nobody reads on, as after `| head`.
  for (const stream of [process.stdout, process.stderr]) {
    stream.once("error", interrupt(constants.signals.SIGPIPE));
  }
  try {
    guest = backend.start({
      memoryMb: options.memoryMb,
      folder,
      writable,
      parameters: [
        `guest_share=${share}`,
        `guest_tools=${join(here, "inside")}`,
        `guest_writable=${writable.join(":")}`,
        // Should this program be killed, the guest ends by itself.
        `guest_limit=${Math.ceil(options.timeoutS) + 60}`,
      ],
      stdio: ["ignore", consoleFile, consoleFile, "pipe", "pipe"],
    });
    return outcome = await outcomeOf(guest, {
      ...options,
      share,
      bootTimeoutS: backend.bootTimeoutS,
    });
  } finally {
    process.off("SIGINT", onSigint).off("SIGTERM", onSigterm);
    end();
    closeSync(consoleFile);
    const text = readFileSync(join(folder, "console"), "utf8");
    sayConsole(text, options.verbose || typeof outcome !== "number");
    rmSync(folder, { recursive: true, force: true });
  }
}

type Watched = {
  readonly share: string;
  readonly timeoutS: number;
  readonly bootTimeoutS: number;
};

async function outcomeOf(guest: ChildProcess, options: Watched): Promise<number | string> {
  const { share, timeoutS, bootTimeoutS } = options;
  const [, , , output, errors] = guest.stdio;
  // Not ended by the guest's end: they are this program's own.
  (output as NodeJS.ReadableStream).pipe(process.stdout, { end: false });
  (errors as NodeJS.ReadableStream).pipe(process.stderr, { end: false });
  let isOver = false;
  const closed = once(guest, "close").finally(() => isOver = true);
  const startedMs = performance.now();
  const isBooted = () => existsSync(join(share, "booted"));
  while (!isOver) {
    const passedS = (performance.now() - startedMs) / 1000;
    if (passedS > timeoutS) {
      process.stderr.write(`guest: not done within ${timeoutS} s\n`);
      return guestTimedOut;
    }
    if (passedS > bootTimeoutS && !isBooted()) return `not up within ${bootTimeoutS} s`;
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  const status = join(share, "status");
  if (existsSync(status)) return Number(readFileSync(status, "utf8"));
  if (!isBooted()) return "it ended before it was up";
  throw new GuestError("The guest ended before the command did");
}

/** Folder, environment and words of the command, for a shell. */
function scriptOf(command: readonly string[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const names = Object.keys(process.env).filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return [
    `cd ${quote(process.cwd())} || exit ${guestFailed}`,
    ...names.map((name) => `export ${name}=${quote(process.env[name] ?? "")}`),
    "export KEEPALIVED_GUEST=1",
    `exec ${command.map(quote).join(" ")}`,
    "",
  ].join("\n");
}

/** Paths that are words of kernel command lines and mount options. */
function requirePlain(path: string): void {
  if (/^[\w./+@-]+$/.test(path)) return;
  throw new GuestError(`Cannot give this folder to a guest, because of its name: ${path}`);
}

/** Ends a guest and what belongs to it. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, "SIGKILL");
}

function sayConsole(text: string, isWanted: boolean): void {
  const lines = text.split("\n").map((line) => line.trimEnd()).filter(Boolean);
  if (isWanted) process.stderr.write(lines.map((line) => `[console] ${line}\n`).join(""));
  // User Mode Linux maps each page of a process by itself.
  if (text.includes("max_map_count")) {
    process.stderr.write(
      "guest: a process in it was killed, because this machine's limit vm.max_map_count is too low for it\n",
    );
  }
}
