import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Lab, until } from "../../tools/lab/lab.ts";
import type { Host } from "../../tools/lab/network.ts";
import { kill } from "../../tools/lab/processes.ts";
import { bare, type Format } from "./formats.ts";
import { ahead, type Router, type Settings } from "./router.ts";

const programs = "/usr/lib/frr";

/**
 * FRR's vrrpd, with the zebra that it needs and the macvlan that it expects.
 *
 * The macvlan has the virtual addresses all the time; vrrpd takes its carrier away (`protodown`) while it is a Backup.
 */
export class FrrRouter implements Router {
  readonly #host: Host;
  readonly #format: Format;
  readonly #folder: string;
  readonly #linkLocal: string;
  readonly #log: string[] = [];
  #processes: ChildProcess[] = [];

  constructor(lab: Lab, host: string, format: Format) {
    this.#host = lab.host(host);
    this.#format = format;
    this.#folder = join(lab.folder, `frr-${host}`);
    // Of two routers of equal priority `b` has the higher address, whoever they are.
    this.#linkLocal = host === "a" ? "fe80::a/64" : "fe80::ffff:ffff:ffff:ffff/64";
    mkdirSync(this.#folder);
    // The daemons give up being root.
    chmodSync(lab.folder, 0o711);
    execFileSync("chown", ["frr:frr", this.#folder]);
  }

  async start(settings: Settings): Promise<void> {
    if (settings.tracked) throw new RangeError("FRR has no scripts");
    this.#makeDevice();
    const config = join(this.#folder, "vrrpd.conf");
    writeFileSync(config, this.#config(settings));
    this.#run("zebra", "/dev/null");
    await until("zebra listens", () => existsSync(join(this.#folder, "zserv")), 20_000);
    this.#run("vrrpd", config);
    await until("vrrpd is a Backup", () => this.#says("Initialize -> Backup"), 20_000);
  }

  async stop(): Promise<number | string> {
    const [zebra, vrrpd] = this.#processes;
    const status = await end(vrrpd, "SIGTERM");
    await end(zebra, "SIGTERM");
    this.#clear();
    // Without zebra it has its carrier back.
    this.#removeDevice();
    return status;
  }

  async crash(): Promise<void> {
    for (const process of this.#processes) await end(process, "SIGKILL");
    this.#clear();
    this.#removeDevice();
  }

  setHealthy(): void {
    throw new RangeError("FRR has no scripts");
  }

  async held(): Promise<readonly string[]> {
    const shown = await this.#host.read("ip -o link show");
    const line = shown.split("\n").find((line) => line.includes(` ${this.#device}@`));
    return line?.includes("LOWER_UP") === true ? this.#format.virtual : [];
  }

  log(): readonly string[] {
    return this.#log.slice(-15);
  }

  get #family(): 4 | 6 {
    return this.#format.virtual[0]?.includes(":") ? 6 : 4;
  }

  get #device(): string {
    return `vrrp${this.#family}`;
  }

  #removeDevice(): void {
    if (!this.#host.run("ip -o link show").includes(` ${this.#device}@`)) return;
    this.#host.run(`ip link delete dev ${this.#device}`);
  }

  #makeDevice(): void {
    const device = this.#device;
    const mac = `00:00:5e:00:0${this.#family === 4 ? 1 : 2}:33`;
    this.#host.run(`ip link add ${device} link eth0 address ${mac} type macvlan mode bridge`);
    this.#host.run(`ip link set dev ${device} addrgenmode none`);
    if (this.#family === 6) this.#host.run(`sysctl -qw net.ipv6.conf.${device}.accept_dad=0`);
    for (const address of this.#format.virtual) {
      this.#host.run(`ip address add ${address} dev ${device}`);
    }
    // The last link-local one is what vrrpd sends from.
    if (this.#family === 6) this.#host.run(`ip address add ${this.#linkLocal} dev ${device}`);
    this.#host.run(`ip link set dev ${device} up`);
  }

  #config({ priority, preempt }: Settings): string {
    const { version, intervalUs, virtual } = this.#format;
    const keyword = this.#family === 4 ? "ip" : "ipv6";
    return [
      "interface eth0",
      ` vrrp 51 version ${version}`,
      ` vrrp 51 priority ${priority}`,
      ` vrrp 51 advertisement-interval ${intervalUs / 1000}`,
      ...(preempt ? [] : [" no vrrp 51 preempt"]),
      ...virtual.map((address) => ` vrrp 51 ${keyword} ${bare(address)}`),
      "",
    ].join("\n");
  }

  #run(program: string, config: string): void {
    const child = this.#host.start([
      ...ahead,
      join(programs, program),
      ...["-u", "frr", "-g", "frr", "-P", "0", "-f", config],
      ...["-z", join(this.#folder, "zserv"), "--vty_socket", this.#folder],
      ...["-i", join(this.#folder, `${program}.pid`), "--log", "stdout", "--log-level", "debug"],
    ]);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => this.#log.push(line));
    }
    this.#processes.push(child);
  }

  #says(text: string): boolean {
    return this.#log.some((line) => line.includes(text));
  }

  #clear(): void {
    this.#processes = [];
    this.#log.length = 0;
    rmSync(join(this.#folder, "zserv"), { force: true });
  }
}

async function end(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
): Promise<number | string> {
  if (child === undefined) return "not started";
  const exited = once(child, "exit");
  if (child.exitCode === null && child.signalCode === null) {
    kill(child.pid ?? 0, signal);
    await exited;
  }
  return child.exitCode ?? child.signalCode ?? "unknown";
}
