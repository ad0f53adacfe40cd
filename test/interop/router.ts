import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import type { Lab } from "../../tools/lab/lab.ts";
import { bare, type Format } from "./formats.ts";

/** What differs from start to start. */
export type Settings = {
  readonly priority: number;
  readonly preempt: boolean;
  /** Whether a script lowers the priority by {@linkcode scriptWeight} while {@linkcode Router.setHealthy} says so. */
  readonly tracked: boolean;
};

export const scriptWeight = 150;

/** Begins the command line of every daemon: many of them share few processors with this program and what else runs. */
export const ahead: readonly string[] = ["nice", "-n", "-10"];

/** One side of a duel, whatever program it runs. */
export type Router = {
  /** Resolves when the router is a Backup and listens. */
  start(settings: Settings): Promise<void>;
  /** SIGTERM, and the exit status. */
  stop(): Promise<number | string>;
  /** Ends it without a word, and leaves on the host what a power failure would: nothing. */
  crash(): Promise<void>;
  /** What the script of a tracked router says from now on. */
  setHealthy(healthy: boolean): void;
  /** The virtual addresses that its host answers for, in the order of the format. */
  held(): Promise<readonly string[]>;
  /** The end of its log. */
  log(): readonly string[];
};

/** keepalived, ours or the C one. */
export class KeepalivedRouter implements Router {
  readonly #lab: Lab;
  readonly #host: string;
  readonly #implementation: Implementation;
  readonly #format: Format;
  readonly #healthFile: string;
  #daemon: Daemon | undefined;

  constructor(lab: Lab, host: string, implementation: Implementation, format: Format) {
    this.#lab = lab;
    this.#host = host;
    this.#implementation = implementation;
    this.#format = format;
    this.#healthFile = join(lab.folder, `${host}.healthy`);
    this.setHealthy(true);
  }

  async start(settings: Settings): Promise<void> {
    this.#daemon = this.#lab.start({
      name: this.#host,
      implementation: this.#implementation,
      config: this.#config(settings),
      wrapper: ahead,
    });
    await this.#daemon.says(/Entering BACKUP STATE/);
  }

  async stop(): Promise<number | string> {
    return await this.#daemon?.stop() ?? "not started";
  }

  async crash(): Promise<void> {
    if (this.#daemon === undefined) return;
    await this.#daemon.crash();
    for (const file of [this.#daemon.pidFile, this.#daemon.vrrpPidFile]) {
      rmSync(file, { force: true });
    }
    const host = this.#lab.host(this.#host);
    for (const address of await this.held()) {
      host.run(`ip address delete ${address} dev ${await this.#deviceOf(address)}`);
    }
    if (host.run("ip -o link show").includes(" vrrp.51@")) host.run("ip link delete dev vrrp.51");
    host.run("nft flush ruleset");
  }

  setHealthy(healthy: boolean): void {
    if (healthy) writeFileSync(this.#healthFile, "");
    else rmSync(this.#healthFile);
  }

  async held(): Promise<readonly string[]> {
    const shown = await this.#lab.host(this.#host).read("ip -o address show");
    return this.#format.virtual.filter((address) => shown.includes(` ${address} `));
  }

  log(): readonly string[] {
    return this.#daemon?.log.slice(-15) ?? [];
  }

  async #deviceOf(address: string): Promise<string> {
    const shown = await this.#lab.host(this.#host).read("ip -o address show");
    const line = shown.split("\n").find((line) => line.includes(` ${address} `));
    return line?.split(/\s+/)[1] ?? "";
  }

  #config({ priority, preempt, tracked }: Settings): string {
    const { version, intervalUs, unicast, hosts, virtual, lines = [] } = this.#format;
    const [own, other] = this.#host === "a" ? hosts : [hosts[1], hosts[0]];
    const peers = unicast === undefined
      ? []
      : [`unicast_src_ip ${bare(own)}`, "unicast_peer {", `  ${bare(other)}`, "}"];
    return `global_defs {
  enable_script_security
  script_user root
}
vrrp_script healthy {
  script "/usr/bin/test -e ${this.#healthFile}"
  interval 1
  weight -${scriptWeight}
}
vrrp_instance VI_1 {
  version ${version}
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${intervalUs / 1_000_000}
  ${preempt ? "" : "nopreempt"}
  ${[...lines, ...peers].join("\n  ")}
  ${tracked ? "track_script {\n    healthy\n  }" : ""}
  virtual_ipaddress {
    ${virtual.join("\n    ")}
  }
}
`;
  }
}
