import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { type Lab, until } from "../../tools/lab/lab.ts";
import type { Host } from "../../tools/lab/network.ts";
import { crash, kill, processesIn, processTree } from "../../tools/lab/processes.ts";
import { configurationOf, type NodeName, type Plan } from "./configuration.ts";

export type Role = "parent" | "vrrp" | "check";

export const roles: readonly Role[] = ["parent", "vrrp", "check"];

export type Runtime = "node" | "deno";

const program = fileURLToPath(new URL("../../bin/keepalived", import.meta.url));

/** One machine of the cluster, and the daemon on it, which may be started again and again. */
export class Node {
  readonly name: NodeName;
  readonly host: Host;
  readonly runtime: Runtime;
  readonly #lab: Lab;
  #daemon: Daemon | undefined;

  constructor(lab: Lab, name: NodeName, runtime: Runtime) {
    this.#lab = lab;
    this.name = name;
    this.host = lab.host(name);
    this.runtime = runtime;
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new RangeError(`${this.name} was never started`);
    return this.#daemon;
  }

  start(plan: Plan): void {
    this.#daemon = this.#lab.start({
      name: this.name,
      config: configurationOf(plan, this.name),
      flags: "-nlGD --no-ipvs",
      wrapper: ["env", `KEEPALIVED_RUNTIME=${this.runtime}`],
    });
  }

  /** Runs a command that asks the daemon. @throws Error if it fails */
  async ask(words: string): Promise<string> {
    const runtime = `KEEPALIVED_RUNTIME=${this.runtime}`;
    return await this.host.read(`env ${runtime} ${program} ${words} -p ${this.daemon.pidFile}`);
  }

  /** The process of a role, if it runs. */
  pidOf(role: Role): number | undefined {
    return this.processes().get(role);
  }

  /** Those that run, by their pid files. */
  processes(): ReadonlyMap<Role, number> {
    const { pid, vrrpPidFile, checkersPidFile } = this.daemon;
    const tree = new Set(processTree(pid).filter(isAlive));
    const files = { vrrp: vrrpPidFile, check: checkersPidFile };
    const known = roles.flatMap((role): [Role, number][] => {
      const own = role === "parent" ? pid : numberIn(files[role]);
      return own !== undefined && tree.has(own) ? [[role, own]] : [];
    });
    return new Map(known);
  }

  signal(role: Role, signal: NodeJS.Signals): void {
    const pid = this.pidOf(role);
    if (pid !== undefined) kill(pid, signal);
  }

  /** Ends all at once, and whatever was started by it. */
  async crash(): Promise<void> {
    crash(this.daemon.pid);
    for (const pid of this.all()) kill(pid, "SIGKILL");
    await until(`nothing runs on ${this.name}`, () => this.all().length === 0, 60_000);
  }

  /** Everything that runs in the namespace, whoever its parent is. */
  all(): readonly number[] {
    return processesIn(this.host.pid).filter((pid) => pid !== this.host.pid);
  }

  /** Has a process that waits for its restart start now. */
  async wake(): Promise<void> {
    if (this.processes().size === roles.length) return;
    this.daemon.signal("SIGUSR1");
    await until(
      `all processes of ${this.name} run`,
      () => this.processes().size === roles.length,
      60_000,
    );
  }
}

/** What kinds of descriptors a process has, and how many of each; undefined if it has gone. */
export function descriptorsOf(pid: number): Readonly<Record<string, number>> | undefined {
  const kinds: Record<string, number> = {};
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:\[\d+\]|\d+/g, "");
      kinds[target] = (kinds[target] ?? 0) + 1;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return kinds;
}

function numberIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined; // It has not started yet, or has ended.
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The runtime of this test, and the other one. */
export function runtimes(): readonly [Runtime, Runtime] {
  return process.env["KEEPALIVED_RUNTIME"] === "deno" ? ["deno", "node"] : ["node", "deno"];
}
