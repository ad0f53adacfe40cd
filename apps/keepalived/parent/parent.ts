import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Config } from "@keepalived/keepalived-config";
import { setUmask } from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import { configFileOf } from "../config_load.ts";
import type { ConfigReader } from "../config_reader.ts";
import type { ConfigurationMessage, RoleOptions, ServerOrder, SessionReport } from "../control.ts";
import type { Deliveries } from "../delivery/deliveries.ts";
import { exitStatus } from "../exit_status.ts";
import type { Log } from "../log.ts";
import type { LogSettings } from "../log/settings.ts";
import type { Delivery } from "../notify/delivery.ts";
import type { Options } from "../options.ts";
import { pidFileOf, usualPidFile } from "../run_names.ts";
import { Rights } from "../rights.ts";
import { environmentOf, keepCompiledModules, selfCommand } from "../self.ts";
import { Desk } from "../status/desk.ts";
import type { Premises, ReloadReport } from "../status/premises.ts";
import type { ParentSnapshot } from "../status/snapshot/parent_snapshot.ts";
import { processSnapshot } from "../status/snapshot/process_of.ts";
import { runtimeName, version } from "../version.ts";
import { BfdSessions } from "./bfd_sessions.ts";
import { type ChildKind, childrenFor } from "./children.ts";
import type { DumpSignals } from "./dump_signals.ts";
import { Orphans } from "./orphans.ts";
import { type ReadAgain, readAgain } from "./read_again.ts";
import { markerOf, withMarker } from "./reload_marker.ts";
import { logChanges, serversLogged, writeCheckLog } from "./reload_report.ts";
import { ReloadTimer } from "./reload_timer.ts";
import type { ServiceManager } from "./service_manager.ts";
import type { Signal, Signals } from "./signals.ts";
import type { StartScript } from "./start_script.ts";
import { type Patience, SupervisedChild } from "./supervised_child.ts";

export type ParentOptions = {
  readonly reactor: Reactor;
  readonly options: Options;
  readonly config: Config;
  /** Has read the configuration once. */
  readonly reader: ConfigReader;
  readonly log: Log;
  readonly logSettings: LogSettings;
  readonly manager: ServiceManager;
  readonly onRunning: () => void;
};

/** The children, and what concerns all of them. */
export class Parent {
  readonly #reactor: Reactor;
  readonly #options: Options;
  readonly #reader: ConfigReader;
  readonly #log: Log;
  readonly #logSettings: LogSettings;
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
  readonly #sessions = new BfdSessions();
  #isStopping = false;
  #startup: StartScript | undefined;
  #reloads: Promise<unknown> = Promise.resolve();
  #lastReload: ParentSnapshot["reload"];
  readonly #desk: Desk;
  readonly #reloadTimer: ReloadTimer;
  readonly #orphans: Orphans;
  /** Of nothing, if it could not be loaded. */
  #deliveries: Promise<Deliveries | void> | undefined;
  #loadedDeliveries: Deliveries | undefined;
  readonly #rights: Rights;

  constructor(given: ParentOptions) {
    const { reactor, options, config, reader, log, logSettings, manager, onRunning } = given;
    this.#manager = manager;
    this.#reactor = reactor;
    this.#onRunning = onRunning;
    this.#options = options;
    this.#config = config;
    this.#reader = reader;
    this.#log = log;
    this.#logSettings = logSettings;
    this.#rights = new Rights(log);
    const pidFile = options.value("pidFile") ?? usualPidFile;
    this.#desk = new Desk({ reactor, log, premises: this.#premises(), pidFile });
    this.#orphans = new Orphans({ scheduler: reactor, log });
    this.#reloadTimer = new ReloadTimer({ reactor, log, reload: () => this.#queueReload("log") });
  }

  [Symbol.dispose](): void {
    this.#reloadTimer[Symbol.dispose]();
    this.#orphans[Symbol.dispose]();
    this.#desk[Symbol.dispose]();
  }

  /** Runs until a signal or a permanent error of a child; returns the exit status. */
  async run(signals: Signals, dumpSignals: DumpSignals): Promise<number> {
    signals.handOver((signal) => this.#onSignal(signal));
    dumpSignals.handOver(
      this.#reactor,
      (signal) => void this.#desk.dump(signal === "JSON" ? "json" : "stats-clear"),
    );
    await Promise.all([this.#reactor.run(), this.#begin()]);
    return this.#status;
  }

  async #begin(): Promise<void> {
    this.#startup = await this.#runScript("startup");
    await this.#startup?.ended;
    if (this.#isStopping) return;
    this.#desk.configure();
    this.#reloadTimer.configure(this.#config.global.reload);
    this.#configureChildren(() => {
      this.#log("info", "Startup complete");
      this.#manager.ready();
      this.#onRunning();
      if (this.#options.count("dumpConfig") > 0) void this.#desk.logData();
    });
  }

  /** What runs scripts is loaded only if there is one. */
  async #runScript(which: "startup" | "shutdown"): Promise<StartScript | undefined> {
    const { scripts } = this.#config.global;
    if (scripts[which] === undefined) return undefined;
    const { runStartScript } = await import("./start_script.ts");
    if (this.#isStopping && which === "startup") return undefined;
    return runStartScript(which, scripts, { reactor: this.#reactor, log: this.#log });
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
        return void this.#queueReload("log");
      case "SIGUSR1":
        // Also the way to have a child at once that waits for a restart.
        for (const child of this.#children.values()) child.start();
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
      reload: (dryRun) => this.#queueReload(dryRun ? "rehearsal" : "report"),
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
      ...(this.#loadedDeliveries === undefined
        ? {}
        : { deliveries: this.#loadedDeliveries.counters }),
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
    // Without the process nobody is told of sessions, and they count for nothing.
    this.#sessions.configure(
      needed.some(({ role }) => role === "bfd") ? this.#config.bfdInstances : [],
    );
    const running = [...this.#children.keys()];
    if (needed.length + running.length === 0) {
      const what = "no virtual server, VRRP instance or BFD instance that could start";
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
    const command = this.#rights.commandFor(kind.role, selfCommand(), this.#config.global);
    return new SupervisedChild({
      title: kind.title,
      program: { ...command, env: environmentOf(kind.role) },
      needsCaretaker: kind.role === "vrrp",
      scheduler: this.#reactor,
      log: this.#log,
      patience: this.#patience(),
      configuration: () => this.#messageFor(kind),
      onGiveUp: (status) => this.#stop(status),
      onCrash: () => this.#orphans.endScripts(),
      onDelivery: (delivery) => void this.#deliver(delivery),
      onReady: () => {
        keepCompiledModules();
        if (this.#awaited.delete(kind) && this.#awaited.size === 0) this.#onConfigured();
      },
      ...(kind.role === "bfd" && {
        onSessions: (reports) => this.#tellSessions(this.#sessions.take(reports)),
        onEnded: () => this.#tellSessions(this.#sessions.lose()),
      }),
    });
  }

  /** What mails and posts is loaded when there is something to. */
  async #deliver(delivery: Delivery): Promise<void> {
    this.#deliveries ??= import("../delivery/deliveries.ts").then(
      ({ Deliveries }) =>
        this.#loadedDeliveries = new Deliveries({
          scheduler: this.#reactor,
          log: this.#log,
          settings: this.#config.global,
        }),
      // The program may have been taken away, or replaced by another version.
      (error) => void this.#log("error", `There are no mails and webhooks: ${error.message}`),
    );
    (await this.#deliveries)?.take(delivery);
  }

  /** What ends with the daemon is no news. */
  #tellSessions(news: readonly SessionReport[]): void {
    if (this.#isStopping) return;
    for (const [{ role }, child] of this.#children) {
      child.tellSessions(this.#sessions.of(role, news));
    }
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
      sessions: this.#sessions.for(kind.role),
      options: {
        log: this.#logSettings,
        detail: this.#options.count("detail"),
        addressMonitoring: this.#options.count("addressMonitoring") > 0,
        pidFile: pidFileOf(this.#options, kind.pidFile, this.#config.global),
        ...this.#recording(kind),
        ...this.#addressesAtEnd(),
        ...this.#ipvs(),
      },
    };
  }

  #recording({ role }: ChildKind): Pick<RoleOptions, "record"> {
    const path = role === "vrrp" ? this.#options.value("record") : undefined;
    return path === undefined ? {} : { record: resolve(path) };
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
  #queueReload(purpose: "log" | "report" | "rehearsal"): Promise<ReloadReport> {
    const reload = this.#reloads.then(() =>
      purpose === "rehearsal"
        ? this.#rehearse()
        : this.#reload(purpose === "log" ? serversLogged : Infinity)
    );
    this.#reloads = reload;
    return reload;
  }

  /** What a reload would do. */
  async #rehearse(): Promise<ReloadReport> {
    return (await this.#readAgain(Infinity)).report;
  }

  #readAgain(serversAtMost: number): Promise<ReadAgain> {
    const read = () => readAgain(this.#reader, this.#config, serversAtMost);
    return withMarker(markerOf(this.#config.global), this.#log, read);
  }

  async #reload(serversAtMost: number): Promise<ReloadReport> {
    this.#log("info", "Reloading ...");
    this.#manager.reloading();
    const { config, report } = await this.#readAgain(serversAtMost);
    if (this.#isStopping) return report;
    writeCheckLog(this.#config.global.reload.checkLog, report, this.#log);
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
    logChanges(report, this.#log);
    this.#config = config;
    const { global } = config;
    setUmask(global.umask);
    this.#desk.configure();
    this.#reloadTimer.configure(global.reload);
    void this.#deliveries?.then((it) => it?.configure(global));
    this.#configureChildren(() => {
      this.#log("info", "Reload complete");
      this.#manager.ready();
    });
    return { ...report, applied: true };
  }

  #stop(status: number): void {
    if (this.#status === exitStatus.ok) this.#status = status;
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#log("info", "Stopping");
    if (status !== exitStatus.ok) this.#manager.failed(status);
    this.#manager.stopping();
    void this.#end();
  }

  async #end(): Promise<void> {
    this.#startup?.stop();
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
    await this.#startup?.ended;
    const script = await this.#runScript("shutdown");
    await script?.ended;
    await (await this.#deliveries)?.end();
    this.#reactor.stop();
  }
}
