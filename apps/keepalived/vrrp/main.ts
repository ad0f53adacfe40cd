import process from "node:process";
import type { Config } from "@keepalived/keepalived-config";
import {
  Descriptor,
  dieWithParent,
  effectiveCapabilities,
  setProcessName,
} from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { type ChildMessage, LineReader, type ParentMessage, type RoleOptions } from "../control.ts";
import { ExitError, exitStatus } from "../exit_status.ts";
import { type Log, openLog, withEndLogged } from "../log.ts";
import { PidFile } from "../pid_file.ts";
import { Scheduling, type SchedulingConfig } from "../scheduling.ts";
import { VrrpProcess } from "./vrrp_process.ts";

/**
 * The VRRP child: takes its configuration from the parent, runs all virtual routers on one event loop, and gives
 * everything back when it is told to stop or when the parent is gone.
 */
export async function runVrrp(): Promise<number> {
  if (!dieWithParent(process.ppid)) return exitStatus.ok;
  using reactor = new Reactor();
  using role = new Role(reactor);
  process.on("SIGTERM", () => role.stop());
  // The parent forwards these itself: a terminal sends them to the whole process group.
  for (const signal of ["SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"]) process.on(signal, () => {});
  await role.run();
  return exitStatus.ok;
}

/** Bytes taken from the parent's channel at once. */
const portionBytes = 65_536;

class Role {
  readonly #reactor: Reactor;
  readonly #input = Descriptor.inherited(0);
  readonly #output = Descriptor.inherited(1);
  readonly #buffer = new Uint8Array(portionBytes);
  readonly #lines: LineReader;
  readonly #watch: Disposable;
  #process: VrrpProcess | undefined;
  #pidFile: PidFile | undefined;
  #scheduling: Scheduling | undefined;
  #log: Log | undefined;
  #console = false;
  #addressesAtEnd: RoleOptions["addressesAtEnd"];
  #stopping = false;

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
    this.#lines = new LineReader((line) => this.#take(JSON.parse(line) as ParentMessage));
    this.#watch = reactor.watch(this.#input.fd, "read", () => this.#read());
  }

  async run(): Promise<void> {
    const log: Log = (severity, text) => this.#log?.(severity, text);
    await withEndLogged(log, () => this.#console, () => this.#reactor.run());
  }

  /** Resigns everywhere, waits until the kernel has taken the addresses back, and ends the loop. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const stopped = this.#process?.stop(this.#addressesAtEnd) ?? Promise.resolve();
    void stopped.finally(() => {
      this.#log?.("info", "Stopped");
      this.#reactor.stop();
    });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#pidFile?.[Symbol.dispose]();
    this.#scheduling?.[Symbol.dispose]();
  }

  #read(): void {
    const count = this.#input.read(this.#buffer);
    if (count === undefined) return;
    if (count > 0) return this.#lines.push(this.#buffer.subarray(0, count));
    this.#watch[Symbol.dispose]();
    this.stop(); // The parent is gone.
  }

  #take(message: ParentMessage): void {
    if (this.#process === undefined) return this.#start(message);
    this.#scheduling?.configure(schedulingOf(message.config));
    this.#tellWhen(this.#process.configure(message.config));
  }

  #start({ config, options }: ParentMessage): void {
    const { processNames, processes } = config.global;
    const name = processes.vrrp.name ?? (processNames ? "keepalived_vrrp" : undefined);
    if (name !== undefined) setProcessName(name);
    const log = openLog({
      ident: "Keepalived_vrrp",
      console: options.console,
      syslog: options.syslog,
    });
    this.#log = log;
    this.#console = options.console;
    this.#addressesAtEnd = options.addressesAtEnd;
    requireRights();
    this.#pidFile = new PidFile(options.pidFile);
    this.#scheduling = new Scheduling(this.#reactor, log);
    this.#scheduling.configure(schedulingOf(config));
    this.#process = new VrrpProcess(this.#reactor, log, options.detail);
    this.#tellWhen(this.#process.start(config));
  }

  /** Tells the parent once a configuration runs. If it cannot, that is the end. */
  #tellWhen(configured: Promise<void>): void {
    configured.then(
      () => this.#tell({ kind: "configured" }),
      (error) =>
        this.#reactor.post(() => {
          throw error;
        }),
    );
  }

  #tell(message: ChildMessage): void {
    this.#output.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }
}

/** Timers that are later than the shortest interval between advertisements may have cost somebody else's takeover. */
function schedulingOf({ global, instances }: Config): SchedulingConfig {
  const lateUs = Math.min(...instances.map((it) => it.advertisementIntervalUs), 1_000_000);
  return { process: global.processes.vrrp, global, lateUs };
}

/** What VRRP needs the rights for, by capability. */
const rights = [
  ["CAP_NET_RAW", "to send and receive VRRP"],
  ["CAP_NET_ADMIN", "to add and remove addresses"],
] as const;

function requireRights(): void {
  const held = effectiveCapabilities();
  const missing = rights.filter(([capability]) => !held.has(capability));
  if (missing.length === 0) return;
  const names = missing.map(([capability, purpose]) => `${capability} (${purpose})`).join(" and ");
  throw new ExitError(
    exitStatus.missingPermission,
    `Cannot run VRRP: this process lacks ${names}; run it as root or grant the capability`,
  );
}
