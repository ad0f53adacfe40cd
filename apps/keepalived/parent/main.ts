import { release, version as kernelVersion } from "node:os";
import { type Config, isMissingFile } from "@keepalived/keepalived-config";
import { closeOnExec, setProcessName } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { configFileOf, loadOf, problemsOf } from "../config_load.ts";
<<<<<<< main
import type { ConfigurationMessage, RoleOptions, ServerOrder } from "../control.ts";
=======
import { cpuUsage } from "../cpu_usage.ts";
>>>>>>> local
import { ExitError, exitStatus } from "../exit_status.ts";
import { enterNetworkNamespace, isolateRunFolder } from "../isolation.ts";
import { type Log, openLog, withEndLogged } from "../log.ts";
import { logOptionsOf, logSettingsOf } from "../log/settings.ts";
import { type Options, parseOptions } from "../options.ts";
import { PidFile } from "../pid_file.ts";
import { pidFileOf, suffixOf } from "../run_names.ts";
import { runtimeName, version } from "../version.ts";
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
    // Before the pid file tells others where to send them.
    using signals = new Signals(options.count("ignoreInterrupt") > 0 ? ["SIGINT"] : []);
    using dumpSignals = new DumpSignals(log);
    // What our own starter left open is not for children and scripts.
    closeOnExec();
    introduce(options, words, log);
    const config = await start(options, log);
    const { global } = config;
    setProcessName(global.parentName ?? "keepalived");
    const logSettings = logSettingsOf(options, suffixOf(global));
    if (logSettings.suffix !== "") {
      log("info", `Changing syslog ident to ${ident}${logSettings.suffix}`);
      opened[Symbol.dispose]();
      opened = openLog(logOptionsOf(logSettings, ident));
    }
    using _limits = new ProcessLimits(options, global.umask, log);
    using _pidFile = new PidFile(pidFileOf(options, "pidFile", global));
    using reactor = new Reactor();
    using parent = new Parent({ reactor, options, config, log, logSettings, manager, onRunning });
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
  log("info", `Running on Linux ${release()} ${kernelVersion()}`);
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
async function start(options: Options, log: Log): Promise<Config> {
  const given = options.value("namespace");
  if (given !== undefined) enterNetworkNamespace(given);
  const file = configFileOf(options);
  log("info", `Opening file '${file}'.`);
  let loaded = await loadOf(options);
  const wanted = loaded.config?.global.netNamespace;
  if (wanted !== undefined) {
    if (given === undefined) {
      enterNetworkNamespace(wanted);
      loaded = await loadOf(options); // Other interfaces are there.
    }
    isolateRunFolder(wanted);
  }
  // The first line has the place and the message; `keepalived -t` shows the line itself and a hint.
  for (const problem of problemsOf(loaded)) log("warning", problem.split("\n", 1)[0] ?? "");
<<<<<<< main
}

type ParentOptions = {
  readonly reactor: Reactor;
  readonly options: Options;
  readonly config: Config;
  readonly log: Log;
  readonly manager: ServiceManager;
  readonly onRunning: () => void;
};

class Parent {
  readonly #reactor: Reactor;
  readonly #options: Options;
  readonly #log: Log;
  readonly #manager: ServiceManager;
  /** In the order in which they were started. */
  readonly #children = new Map<ChildKind, SupervisedChild>();
  /** Those that do not run the current configuration yet. */
  readonly #awaited = new Set<ChildKind>();
  /** What is to be done when all run it. */
  #onConfigured: () => void = () => {};
  #config: Config;
  readonly #onRunning: () => void;
  #status: number = exitStatus.ok;
  #maintenance = false;
  #orders: readonly ServerOrder[] = [];
  #isStopping = false;
  #reloads: Promise<unknown> = Promise.resolve();
  #lastReload: ParentSnapshot["reload"];
  readonly #desk: Desk;

  constructor({ reactor, options, config, log, manager, onRunning }: ParentOptions) {
    this.#manager = manager;
    this.#reactor = reactor;
    this.#onRunning = onRunning;
    this.#options = options;
    this.#config = config;
    this.#log = log;
    const pidFile = pidFileOf(options, "pidFile");
    this.#desk = new Desk({ reactor, log, premises: this.#premises(), pidFile });
  }

  [Symbol.dispose](): void {
    this.#desk[Symbol.dispose]();
  }

  /** Runs until a signal or a permanent error of a child; returns the exit status. */
  async run(signals: Signals, dumpSignals: DumpSignals): Promise<number> {
    this.#desk.configure();
    this.#configureChildren(() => {
      this.#log("info", "Startup complete");
      this.#manager.ready();
      this.#onRunning();
    });
    signals.handOver((signal) => this.#onSignal(signal));
    dumpSignals.handOver(
      this.#reactor,
      (signal) => void this.#desk.dump(signal === "JSON" ? "json" : "stats-clear"),
    );
    await this.#reactor.run();
    return this.#status;
  }

  /** Whether a child hangs and cannot even be killed. */
  isStuck(): boolean {
    return [...this.#children.values()].some((child) => child.isStuck());
  }

  #onSignal(signal: Signal): void {
    switch (signal) {
      case "SIGTERM":
      case "SIGINT":
        return this.#stop(exitStatus.ok);
      case "SIGHUP":
        return void this.#queueReload(false);
      case "SIGUSR1":
        return void this.#desk.dump("data");
      case "SIGUSR2":
        return void this.#desk.dump("stats");
    }
  }

  /** What those may ask and do who ask the daemon. */
  #premises(): Premises {
    return {
      config: () => this.#config,
      snapshot: () => this.#snapshot(),
      children: () =>
        [...this.#children].flatMap(([{ role: name, title }, child]) => {
          const { pid } = child.status;
          return pid === undefined
            ? []
            : [{ name, title, pid, ask: (question) => child.ask(question) }];
        }),
      reload: (dryRun) => this.#queueReload(dryRun),
      setMaintenance: (on) => this.#setMaintenance(on),
      orders: () => this.#orders,
      setOrders: (orders) => this.#orders = orders,
    };
  }

  #snapshot(): ParentSnapshot {
    const { routerId, netNamespace, instanceName } = this.#config.global;
    return {
      process: processSnapshot(),
      version,
      runtime: runtimeName(),
      hostName: hostname(),
      routerId,
      ...(netNamespace === undefined ? {} : { networkNamespace: netNamespace }),
      ...(instanceName === undefined ? {} : { instance: instanceName }),
      configurationFile: configFileOf(this.#options),
      maintenance: this.#maintenance,
      ...(this.#lastReload === undefined ? {} : { reload: this.#lastReload }),
      children: [...this.#children].map(([{ title }, child]) => ({ name: title, ...child.status })),
    };
  }

  /** Children that are started later are told with their configuration. */
  #setMaintenance(on: boolean): void {
    if (this.#maintenance === on) return;
    this.#maintenance = on;
    this.#log("notice", on ? "Maintenance: everything is given away" : "Maintenance is over");
    for (const child of this.#children.values()) {
      child.ask({ what: "maintenance", on }).catch((error: Error) =>
        this.#log("warning", error.message)
      );
    }
  }

  /** Starts the children that the configuration needs now, and hands it to all. @param onConfigured when all run it */
  #configureChildren(onConfigured: () => void): void {
    const needed = childrenFor(this.#config, this.#options);
    const running = [...this.#children.keys()];
    if (needed.length + running.length === 0) {
      const what = "no virtual server and no VRRP instance that could start";
      this.#log("warning", `Nothing to run: the configuration has ${what}`);
      return onConfigured();
    }
    const added = needed.filter((kind) => !this.#children.has(kind));
    for (const kind of [...running, ...added]) this.#awaited.add(kind);
    this.#onConfigured = onConfigured;
    // All are known before the first gets its message, which depends on who else there is.
    for (const kind of added) this.#children.set(kind, this.#childOf(kind));
    for (const kind of running) this.#children.get(kind)?.configure(this.#patience());
    for (const kind of added) this.#children.get(kind)?.start();
  }

  #childOf(kind: ChildKind): SupervisedChild {
    return new SupervisedChild({
      title: kind.title,
      program: { ...selfCommand(), env: environmentOf(kind.role) },
      scheduler: this.#reactor,
      log: this.#log,
      patience: this.#patience(),
      configuration: () => this.#messageFor(kind),
      onGiveUp: (status) => this.#stop(status),
      onReady: () => {
        keepCompiledModules();
        if (this.#awaited.delete(kind) && this.#awaited.size === 0) this.#onConfigured();
      },
    });
  }

  #patience(): Patience {
    const graceUs = this.#config.global.childWaitTimeUs;
    return this.#options.count("noRespawn") > 0 ? { graceUs, restartsAtMost: 0 } : { graceUs };
  }

  #messageFor(kind: ChildKind): ConfigurationMessage {
    return {
      kind: "configuration",
      config: this.#configFor(kind),
      maintenance: this.#maintenance,
      orders: this.#orders,
      options: {
        console: this.#options.count("console") > 0,
        detail: this.#options.count("detail"),
        syslog: this.#options.count("noSyslog") === 0,
        pidFile: pidFileOf(this.#options, kind.pidFile),
        ...this.#addressesAtEnd(),
        ...this.#ipvs(),
      },
    };
  }

  /** All children write to the FIFO that they share, and the first of them runs the script that reads it. */
  #configFor(kind: ChildKind): Config {
    const { global } = this.#config;
    const { all } = global.fifos;
    const [first] = this.#children.keys();
    if (all?.script === undefined || kind === first) return this.#config;
    const { script: _, ...rest } = all;
    return { ...this.#config, global: { ...global, fifos: { ...global.fifos, all: rest } } };
  }

  #addressesAtEnd(): Pick<RoleOptions, "addressesAtEnd"> {
    if (this.#options.count("keepVrrp") > 0) return { addressesAtEnd: "keep" };
    return this.#options.count("releaseVips") > 0 ? { addressesAtEnd: "release" } : {};
  }

  #ipvs(): Pick<RoleOptions, "ipvs"> {
    if (this.#options.count("noIpvs") > 0) return { ipvs: "off" };
    return this.#options.count("keepIpvs") > 0 ? { ipvs: "keep" } : {};
  }

  /** One after the other: what a second request wants may have been written after the first was served. */
  #queueReload(dryRun: boolean): Promise<ReloadReport> {
    const reload = this.#reloads.then(() => dryRun ? this.#rehearse() : this.#reload());
    this.#reloads = reload;
    return reload;
  }

  /** What a reload would do. */
  async #rehearse(): Promise<ReloadReport> {
    const { report } = await readAgain(this.#options, this.#config);
    return report;
  }

  async #reload(): Promise<ReloadReport> {
    this.#log("info", "Reloading ...");
    this.#manager.reloading();
    const { config, report } = await readAgain(this.#options, this.#config);
    if (this.#isStopping) return report;
    for (const problem of report.problems) this.#log("warning", problem.split("\n", 1)[0] ?? "");
    const at = Date.now() / 1000;
    if (config === undefined) {
      const { refusal = "" } = report;
      this.#log("error", `Reload refused: ${refusal}`);
      this.#lastReload = { at, ok: false, problem: refusal };
      this.#manager.ready();
      return report;
    }
    this.#lastReload = { at, ok: true };
    this.#config = config;
    this.#desk.configure();
    this.#configureChildren(() => {
      this.#log("info", "Reload complete");
      this.#manager.ready();
    });
    return { ...report, applied: true };
=======
  if (loaded.config === undefined) {
    const problem = loaded.sources.size === 0 ? "Config files missing" : "No configuration in";
    throw new ExitError(exitStatus.noConfiguration, `${problem} '${file}'.`);
>>>>>>> local
  }
  if (loaded.diagnostics.some((diagnostic) => isMissingFile(diagnostic))) {
    throw new ExitError(exitStatus.noConfiguration, `Files that '${file}' includes are missing`);
  }
  return loaded.config;
}
