import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { ExitError, exitStatus } from "./exit_status.ts";
import { helpText, type Options, parseOptions } from "./options.ts";
import { environmentOf, selfCommand } from "./self.ts";

/** What a person starts: answers `--help` and `--version`, tests a configuration, or starts the daemon. */
export async function runLauncher(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(words);
  if (!parsed.ok) {
    process.stderr.write(`keepalived: ${parsed.problem}\nTry 'keepalived --help'.\n`);
    return exitStatus.fatal;
  }
  const { options } = parsed;
  if (options.count("help") > 0) {
    process.stdout.write(helpText());
    return exitStatus.ok;
  }
  if (options.count("version") > 0) {
    process.stderr.write((await import("./version.ts")).versionText());
    return exitStatus.ok;
  }
  if (options.count("configTest") > 0) return (await import("./config_check.ts")).runTest(options);
  if (options.count("foreground") > 0) {
    return await (await import("./parent/main.ts")).runParent(words);
  }
  return await daemonize(words, options);
}

/** Time that the daemon has to write its pid file before the launcher gives up waiting. */
const startLimitMs = 10_000;

/**
 * Starts the parent in the background, and ends once it runs: its pid file is there with its number.
 *
 * A JavaScript runtime cannot fork, so the daemon is a new process in its own session.
 */
async function daemonize(words: readonly string[], options: Options): Promise<number> {
  const { pidFileOf } = await import("./pid_file.ts");
  const { command, args } = selfCommand();
  const child = spawn(command, [...args, ...words], {
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
    env: environmentOf("parent"),
    cwd: process.cwd(),
  });
  const pidFile = pidFileOf(options, "pidFile");
  const ended = new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => resolve(code ?? exitStatus.fatal));
    child.once("error", reject);
  });
  const running = waitFor(() =>
    existsSync(pidFile) && readFileSync(pidFile, "utf8").trim() === String(child.pid)
  );
  const status = await Promise.race([ended, running.then(() => undefined)]);
  if (status !== undefined) return status;
  child.unref();
  return exitStatus.ok;
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < startLimitMs; waitedMs += 10) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new ExitError(exitStatus.fatal, "The daemon did not start within 10 s");
}
