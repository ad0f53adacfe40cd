/**
 * Real hosts on a real bridge, each a network namespace without a name.
 *
 * A namespace lives as long as the process that holds it, and that process ends when its standard input does: whatever
 * becomes of the program that made the network, nothing of it stays behind.
 */

import {
  type ChildProcess,
  execFile,
  spawn,
  spawnSync,
  type StdioOptions,
} from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { promisify } from "node:util";
import { kill, processesIn } from "./processes.ts";

const execute = promisify(execFile);

export type HostOptions = {
  readonly name: string;
  /** Addresses of its interface `eth0`, as `ADDRESS/LENGTH`. */
  readonly addresses: readonly string[];
  /** Ethernet address of its `eth0`; random if left out. */
  readonly mac?: string;
};

/** A namespace and the ways to run something in it. */
export class Host {
  readonly name: string;
  readonly #holder: ChildProcess;

  private constructor(name: string, holder: ChildProcess) {
    this.name = name;
    this.#holder = holder;
  }

  static async create(name: string): Promise<Host> {
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo; exec cat >/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const failed = once(holder, "exit").then(() => {
      throw new Error(
        `Cannot make a network namespace for ${name}: unshare --net failed (see above)`,
      );
    });
    await Promise.race([once(holder.stdout, "data"), failed]);
    failed.catch(() => {}); // From now on its end is wanted.
    const host = new Host(name, holder);
    host.run("ip link set lo up");
    return host;
  }

  /** Number of the process that holds the namespace. */
  get pid(): number {
    return this.#holder.pid ?? 0;
  }

  /** Ethernet address of its `eth0`. */
  get mac(): string {
    return /link\/ether (\S+)/.exec(this.run("ip -o link show dev eth0"))?.[1] ?? "";
  }

  /** Runs a command line of words without quoting, and returns its output. @throws Error with the output if it fails */
  run(line: string): string {
    return this.#run(line, line.split(" "));
  }

  /** The same for a shell script. */
  shell(script: string): string {
    return this.#run(script, ["sh", "-c", script]);
  }

  /** As {@linkcode Host.run}, without holding up this program meanwhile. */
  async read(line: string): Promise<string> {
    const { stdout } = await execute("nsenter", this.#words(line.split(" ")));
    return stdout;
  }

  /** Starts a program in the namespace. It is killed when the host is disposed. */
  start(
    words: readonly string[],
    options: { stdio?: StdioOptions; env?: Readonly<Record<string, string>> } = {},
  ): ChildProcess {
    return spawn("nsenter", this.#words(words), {
      stdio: options.stdio ?? ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    });
  }

  /** Whether an address is on the host now. */
  holds(address: string): boolean {
    return this.run("ip -o address show").includes(` ${address}/`);
  }

  /** Ends whatever runs in the namespace, daemons in the background too, and lets it go. */
  async dispose(): Promise<void> {
    for (const pid of processesIn(this.pid)) if (pid !== this.pid) kill(pid, "SIGKILL");
    const ended = once(this.#holder, "exit");
    this.#holder.stdin?.end();
    await ended;
  }

  #run(what: string, words: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("nsenter", this.#words(words), {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(`${this.name}: ${what}: ${stderr || stdout}`);
    return stdout;
  }

  #words(words: readonly string[]): string[] {
    return ["--target", String(this.pid), "--net", "--", ...words];
  }
}

/** Hosts with an interface `eth0` each on one bridge; the bridge has a host of its own, where all traffic can be seen. */
export class Network {
  readonly bridge: Host;
  readonly #hosts = new Map<string, Host>();

  private constructor(bridge: Host) {
    this.bridge = bridge;
  }

  static async create(hosts: readonly HostOptions[]): Promise<Network> {
    const bridge = await Host.create("bridge");
    const network = new Network(bridge);
    bridge.run("ip link add br0 type bridge mcast_snooping 0 forward_delay 0");
    bridge.run("ip link set br0 up");
    for (const options of hosts) await network.#join(options);
    return network;
  }

  host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new RangeError(`No host ${name}`);
    return host;
  }

  /** Pulls a host's cable, or puts it back: its interface loses or regains the carrier. */
  setCable(name: string, up: boolean): void {
    this.bridge.run(`ip link set dev ${name} ${up ? "up" : "down"}`);
  }

  /** Takes a host out of the bridge, or back in: both keep their carrier, and hear each other no more. */
  setBridged(name: string, bridged: boolean): void {
    this.bridge.run(`ip link set dev ${name} ${bridged ? "master br0" : "nomaster"}`);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#hosts.values(), this.bridge].map((host) => host.dispose()));
  }

  /** Gives a host its interface: at first, and again after it was deleted. */
  attach(name: string, mac?: string): void {
    const host = this.host(name);
    const address = mac === undefined ? "" : ` address ${mac}`;
    this.bridge.run(
      `ip link add name ${name} type veth peer name eth0${address} netns ${host.pid}`,
    );
    this.bridge.run(`ip link set dev ${name} master br0 up`);
    // Without duplicate address detection, or IPv6 would not be usable for its first seconds.
    host.run("sysctl -qw net.ipv6.conf.eth0.accept_dad=0");
    host.run("ip link set eth0 up");
  }

  async #join({ name, addresses, mac }: HostOptions): Promise<void> {
    const host = await Host.create(name);
    this.#hosts.set(name, host);
    this.attach(name, mac);
    for (const address of addresses) host.run(`ip address add ${address} dev eth0`);
  }
}
