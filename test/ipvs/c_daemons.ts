import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { crash } from "../../tools/lab/processes.ts";
import { Namespace } from "./namespace.ts";

/**
 * Started by one shell: each process that this program starts costs as much as ten of the shell's.
 *
 * A daemon takes the number of the process that made its namespace, once the way is free.
 */
const launcher = `
cd "$1" || exit
mkfifo go
for name in *.conf; do
  unshare --net sh -c '
    ip link set lo up
    echo "$1 $$"
    read -r _ <go
    exec /usr/sbin/keepalived -nlGC -f "$1.conf" -p "$1.pid" -c "$1.checkers.pid" -r "$1.vrrp.pid" >"$1.log" 2>&1
  ' sh "\${name%.conf}" &
done
wait
`;

/** A C daemon that has a network namespace for itself. */
export class CDaemon {
  readonly namespace: Namespace;
  readonly #folder: string;
  readonly #name: string;
  readonly #pid: number;

  constructor(folder: string, name: string, pid: number) {
    this.#folder = folder;
    this.#name = name;
    this.#pid = pid;
    this.namespace = Namespace.of(pid);
  }

  get log(): readonly string[] {
    return readFileSync(join(this.#folder, `${this.#name}.log`), "utf8").split("\n");
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.#pid, signal);
  }

  crash(): void {
    crash(this.#pid);
    this.namespace[Symbol.dispose]();
  }
}

/** One C daemon for each configuration file of a folder. */
export class CDaemons {
  /** By the name of its file without `.conf`. */
  readonly all: ReadonlyMap<string, CDaemon>;
  readonly #folder: string;
  readonly #launcher: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(folder: string, launcher: ChildProcess, all: ReadonlyMap<string, CDaemon>) {
    this.#folder = folder;
    this.#launcher = launcher;
    this.#ended = once(launcher, "exit");
    this.all = all;
  }

  /** Makes the namespaces; the daemons wait for {@linkcode CDaemons.start}. */
  static async prepare(folder: string, count: number): Promise<CDaemons> {
    const child = spawn("sh", ["-c", launcher, "sh", folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const all = new Map<string, CDaemon>();
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = "", pid] = line.split(" ");
      all.set(name, new CDaemon(folder, name, Number(pid)));
      if (all.size === count) break;
    }
    if (all.size < count) throw new Error(`Only ${all.size} of ${count} namespaces can be made`);
    return new CDaemons(folder, child, all);
  }

  start(): void {
    writeFileSync(join(this.#folder, "go"), "");
  }

  /** Ends all as an operator does, and waits. */
  async stop(): Promise<void> {
    for (const it of this.all.values()) it.signal("SIGTERM");
    await this.#ended;
  }

  dispose(): void {
    for (const it of this.all.values()) it.crash();
    this.#launcher.kill("SIGKILL");
  }
}
