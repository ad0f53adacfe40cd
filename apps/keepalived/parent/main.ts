import { type Config, isMissingFile } from "@keepalived/keepalived-config";
import { closeOnExec, setProcessName } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { configFileOf } from "../config_load.ts";
import { ConfigReader } from "../config_reader.ts";
import { cpuUsage } from "../cpu_usage.ts";
import { ExitError, exitStatus } from "../exit_status.ts";
import { enterNetworkNamespace, isolateRunFolder } from "../isolation.ts";
import { type Log, openLog, withEndLogged } from "../log.ts";
import { logOptionsOf, logSettingsOf } from "../log/settings.ts";
import { type Options, parseOptions } from "../options.ts";
import { PidFile } from "../pid_file.ts";
import { settleRights } from "../rights.ts";
import { pidFileOf, suffixOf } from "../run_names.ts";
import { kernelName, runtimeName, version } from "../version.ts";
import { DumpSignals } from "./dump_signals.ts";
import { KeepAlive } from "./keep_alive.ts";
import { ProcessLimits } from "./limits.ts";
import { complaintsOf } from "./option_complaints.ts";
import { Parent } from "./parent.ts";
import { ServiceManager } from "./service_manager.ts";
import { Signals } from "./signals.ts";

const ident = "Keepalived";

/**
 * The parent: reads the configuration once, hands it to its children, restarts them, and forwards signals.
 *
 * It holds no network state, so that nothing it does can delay an advertisement.
 *
 * @param onRunning called when the children run their first configuration
 */
export async function runParent(
  words: readonly string[],
  onRunning: () => void = () => {},
): Promise<number> {
  const parsed = parseOptions(words);
  if (!parsed.ok) throw new ExitError(exitStatus.fatal, parsed.problem);
  const { options } = parsed;
  let opened = openLog(logOptionsOf(logSettingsOf(options, ""), ident));
  const log: Log = (severity, text) => opened(severity, text);
  const manager = new ServiceManager(log);
  const tellManager = (error: unknown) => {
    if (error instanceof ExitError) manager.failed(error.status);
    throw error;
  };
  return await withEndLogged(log, () => options.count("console") > 0, async () => {
    settleRights();
    // Before the pid file tells others where to send them.
    using signals = new Signals(options.count("ignoreInterrupt") > 0 ? ["SIGINT"] : []);
    using dumpSignals = new DumpSignals(log);
    // What our own starter left open is not for children and scripts.
    closeOnExec();
    introduce(options, words, log);
    const reader = new ConfigReader(options);
    const config = await start(options, reader, log);
    const { global } = config;
    setProcessName(global.parentName ?? "keepalived");
    const logSettings = logSettingsOf(options, suffixOf(global));
    if (logSettings.suffix !== "") {
      log("info", `Changing syslog ident to ${ident}${logSettings.suffix}`);
      opened[Symbol.dispose]();
      opened = openLog(logOptionsOf(logSettings, ident));
    }
    using _limits = new ProcessLimits(options, global.umask, log);
    using _pidFile = new PidFile(pidFileOf(options, "pidFile", global), log);
    using reactor = new Reactor();
    using parent = new Parent({
      reactor,
      options,
      config,
      reader,
      log,
      logSettings,
      manager,
      onRunning,
    });
    using _keepAlive = new KeepAlive({
      scheduler: reactor,
      log,
      manager,
      device: deviceOf(options),
      isWell: () => !parent.isStuck(),
    });
    const status = await parent.run(signals, dumpSignals);
    takeLeave(options, log);
    return status;
  }).catch(tellManager);
}

function introduce(options: Options, words: readonly string[], log: Log): void {
  log("info", `Starting Keepalived v${version} on ${runtimeName()}`);
  log("info", `Running on ${kernelName()}`);
  log("info", `Command line: ${["keepalived", ...words].map((word) => `'${word}'`).join(" ")}`);
  for (const complaint of complaintsOf(options)) log("warning", complaint);
}

function takeLeave(options: Options, log: Log): void {
  if (options.count("detail") > 0) {
    const { user, system, childUser, childSystem } = cpuUsage();
    log(
      "info",
      `CPU usage (self/children) user: ${user}/${childUser} system: ${system}/${childSystem}`,
    );
  }
  log("info", `Stopped Keepalived v${version}`);
}

function deviceOf(options: Options): string | undefined {
  if (options.count("watchdogDevice") === 0) return undefined;
  return options.value("watchdogDevice") ?? "/dev/watchdog";
}

/** The configuration to start with, in the network namespace that it names. @throws ExitError if there is none */
async function start(options: Options, reader: ConfigReader, log: Log): Promise<Config> {
  const given = options.value("namespace");
  if (given !== undefined) enterNetworkNamespace(given);
  const file = configFileOf(options);
  log("info", `Opening file '${file}'.`);
  let read = await reader.read();
  const wanted = read.config?.global.netNamespace;
  if (wanted !== undefined) {
    if (given === undefined) {
      enterNetworkNamespace(wanted);
      read = await reader.read(); // Other interfaces are there.
    }
    isolateRunFolder(wanted);
  }
  // The first line has the place and the message; `keepalived -t` shows the line itself and a hint.
  for (const problem of read.problems) log("warning", problem.split("\n", 1)[0] ?? "");
  if (read.config === undefined) {
    const problem = read.found ? "No configuration in" : "Config files missing";
    throw new ExitError(exitStatus.noConfiguration, `${problem} '${file}'.`);
  }
  if (read.diagnostics.some((diagnostic) => isMissingFile(diagnostic))) {
    throw new ExitError(exitStatus.noConfiguration, `Files that '${file}' includes are missing`);
  }
  return read.config;
}
