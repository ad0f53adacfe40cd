import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { exitStatus } from "./exit_status.ts";
import type { CommandWords } from "./rights.ts";
import { environmentOf, isCalledGenhash, selfCommand } from "./self.ts";

/**
 * What a person starts: answers `--help` and `--version`, tests a configuration, or starts the daemon. Each loads only
 * what it needs: whoever asks for the status waits for it.
 */
export async function runLauncher(words: readonly string[]): Promise<number> {
  const asksForGenhash = words[0] === "--genhash" || words[0] === "-T";
  if (asksForGenhash || isCalledGenhash()) {
    const { runGenhash } = await import("./genhash/main.ts");
    const called = isCalledGenhash() ? "genhash" : "keepalived --genhash";
    return await runGenhash(asksForGenhash ? words.slice(1) : words, called);
  }
  if (words[0] === "config") {
    return await (await import("./config/main.ts")).runConfig(words.slice(1));
  }
  if (words[0] !== undefined && !words[0].startsWith("-")) {
    const { isClientCommand, runClientCommand } = await import("./status/client/commands.ts");
    if (isClientCommand(words[0])) return await runClientCommand(words[0], words.slice(1));
  }
  const { helpText, parseOptions } = await import("./options.ts");
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
  const signal = options.value("signalNumber");
  if (signal !== undefined) return await printSignal(signal);
  if (options.count("configTest") > 0) {
    return await (await import("./config_check.ts")).runTest(options);
  }
  if (options.count("foreground") > 0) {
    await startAgainWithFewerRights(words);
    return await (await import("./parent/main.ts")).runParent(words);
  }
  return await daemonize(words);
}

async function printSignal(name: string): Promise<number> {
  const { signalNumbers } = await import("./signal_numbers.ts");
  const number = Object.hasOwn(signalNumbers, name) ? signalNumbers[name] : undefined;
  if (number === undefined) process.stderr.write(`Unknown sigfunc ${name}\n`);
  else process.stdout.write(`${number}\n`);
  return number === undefined ? exitStatus.fatal : exitStatus.ok;
}

/**
 * Whoever is to stay becomes itself again, with the rights of the parent and no more: nothing else takes them from all
 * of the runtime's threads.
 */
async function startAgainWithFewerRights(words: readonly string[]): Promise<void> {
  const { becomeProgram } = await import("@keepalived/linux");
  const { command, args } = await parentCommand();
  const path = pathOf(command);
  if (command === selfCommand().command || path === undefined) return;
  becomeProgram(path, [command, ...args, ...words], process.env as Record<string, string>);
}

async function parentCommand(): Promise<CommandWords> {
  const { Rights } = await import("./rights.ts");
  // The parent says so itself if its children cannot have less either.
  return new Rights(() => {}).commandFor("parent", selfCommand());
}

function pathOf(command: string): string | undefined {
  const folders = (process.env["PATH"] ?? "/usr/bin:/bin").split(":");
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}

/**
 * Starts the parent in the background, and ends once it runs or cannot.
 *
 * A JavaScript runtime cannot fork, so the daemon is a new process in its own session. Until it runs, its complaints are
 * passed on; from then on it has no terminal any more.
 */
async function daemonize(words: readonly string[]): Promise<number> {
  const { command, args } = await parentCommand();
  const { spawn } = await import("node:child_process");
  // The daemon must not keep what its starter left open, such as a lock.
  (await import("@keepalived/linux")).closeOnExec();
  const daemon = spawn(command, [...args, ...words], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: environmentOf("parent"),
  });
  daemon.stderr.on("data", (bytes: Uint8Array) => process.stderr.write(bytes));
  return await new Promise((resolve, reject) => {
    daemon.stdout.once("data", () => resolve(exitStatus.ok));
    // "close" comes after the last of its complaints.
    daemon.once("close", (code) => resolve(code ?? exitStatus.fatal));
    daemon.once("error", reject);
  });
}
